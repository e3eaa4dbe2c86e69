// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class run in a JVM of their own inside a new network namespace. The kernel removes the namespace,
 * with all that is in it, when that JVM ends. No root is needed where unprivileged user namespaces are allowed; where
 * there can be no namespace, every test is skipped and says why.
 *
 * <p>The JVM that runs the class also makes its objects, but calls none of their methods. Whatever changes the host
 * belongs into {@code @BeforeEach}, not into a constructor.
 */
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SuppressWarnings("exports") // Only JUnit uses the extension.
@ExtendWith(NamespaceExtension.class)
public @interface InNamespace
{
    /**
     * @return whether the loopback device is up and has ::1 before the JVM inside starts. A JVM looks for IPv6 once.
     */
    boolean ipv6() default false;

    /** @return command that starts the JVM inside the namespace, and takes its command line as further arguments. */
    String[] wrapper() default {};

    /** @return options of the JVM inside, beside those of this one that begin with {@code --}. */
    String[] jvmOptions() default {};
}
