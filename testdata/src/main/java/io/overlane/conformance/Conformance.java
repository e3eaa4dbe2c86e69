// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The test proves a row of the conformance list: an input, what Linux does with it, and what this engine does under
 * each policy profile. {@code docs/conformance.md} is generated from these annotations, so it contains only what is
 * tested:
 *
 * <pre>
 * &#64;Test
 * &#64;Conformance(row = 44, behaviour = "delivered; another entry makes room",
 *     deviation = "Linux learns nothing more")
 * void shouldMakeRoomWhenTableIsFull()
 * </pre>
 *
 * A row may have several tests, and a test several rows. If several tests of a row have a value, the first one by class
 * and method name is used. Values are literals, joined with {@code +} if they are long. The rows themselves are in
 * {@code conformance-rows.txt} of the module engine-tests, with the reason if a row has no test.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Conformance
{
    /** @return numbers of the rows that the test proves, from 1. */
    int[] row();

    /** @return what the engine does by default, in a few words. */
    String behaviour() default "as Linux";

    /** @return what it does under the profile {@code rfc7348}; empty if it does the same. */
    String rfc7348() default "";

    /** @return what it does under the profile {@code strict}; empty if it does the same. */
    String strict() default "";

    /** @return how the default differs from Linux, and why; empty if it does not differ. */
    String deviation() default "";
}
