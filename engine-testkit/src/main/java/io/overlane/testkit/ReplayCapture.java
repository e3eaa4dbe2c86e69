// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that gets the result of replaying a capture through an engine, as a parameter of the type
 * {@link io.overlane.replay.ReplayResult}:
 *
 * <pre>
 * &#64;ReplayCapture(value = "incident.pcapng", context = "production", golden = true)
 * void shouldGiveTheVerdictsOfThatDay(final ReplayResult result)
 * {
 *     assertEquals(0, result.dropped(DropReason.NO_DESTINATION));
 * }
 * </pre>
 *
 * The engine has no threads and its clock is the capture's, so the result is the same every time.
 */
@Test
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ReplayExtension.class)
public @interface ReplayCapture
{
    /** @return the capture: a resource on the class path, relative to the test's class, or a file. */
    String value();

    /**
     * @return name of a method of the test's class, without parameters, that returns the configuration: a new
     *         {@link io.overlane.engine.EngineContext} without underlay and ports. Default: a segment for each VNI in
     *         the capture, with the settings that segments have if nothing is set.
     */
    String context() default "";

    /**
     * @return name of a method of the test's class with a parameter of the type
     *         {@link io.overlane.engine.OverlayEngine}, which does what is done after the launch, such as adding
     *         stages. Default: nothing is done.
     */
    String engine() default "";

    /** @return UDP ports whose datagrams are received, from a capture of a host. */
    int[] udpPorts() default {4789, 8472};

    /**
     * @return true if the verdicts must be those in the comments of the capture, as live capture writes them. The test
     *         fails with a line for each difference, and if the capture has no verdicts.
     */
    boolean golden() default false;
}
