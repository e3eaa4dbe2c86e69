// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class run in a JVM of their own inside a new network namespace. The kernel removes the namespace
 * and everything in it when that JVM ends. Root is not needed if unprivileged user namespaces are allowed. If a
 * namespace cannot be made, each test is skipped with the reason.
 *
 * <p>The JVM outside also makes objects of the class, but calls none of their methods. So code that changes the host
 * belongs into {@code @BeforeEach}, not into a constructor.
 */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NamespaceExtension.class)
public @interface InNamespace
{
    /**
     * @return true to set the loopback device up with ::1 before the JVM inside starts, because a JVM looks for IPv6
     *         only once.
     */
    boolean ipv6() default false;

    /**
     * @return a command that starts the JVM inside the namespace; it gets the JVM's command line as further arguments.
     */
    String[] wrapper() default {};

    /**
     * @return options of the JVM inside, in addition to the options of this JVM that begin with {@code --} and its
     *         properties that begin with {@code overlane.}.
     */
    String[] jvmOptions() default {};
}
