// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes arrive unchanged over a wire that loses one packet in a hundred and lets as many be overtaken. */
@Tag("tunnel")
@Timeout(3600)
class ImpairedWireIT extends TwoHosts
{
    private static final int ONE_PERCENT = 100;

    @ParameterizedTest
    @ValueSource(strings = {"libc", "nio"})
    void shouldCarryStreamsBetweenEngines(final String underlay)
    {
        final Lab.Impairment wire = lab.impair(ONE_PERCENT, ONE_PERCENT);
        final Bridge a = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, underlay, false));
        final Bridge b = Bridge.start(right, DEVICE, Bridge.vxlan(right, left, underlay, false));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
        wire.assertLostAndReordered();
    }

    @Test
    void shouldCarryStreamsBetweenEngineAndKernel()
    {
        lab.requireKernelVxlan();
        final Lab.Impairment wire = lab.impair(ONE_PERCENT, ONE_PERCENT);
        KernelVxlan.create(right, left, false).addPeer();
        final Bridge bridge = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, "libc", false));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        bridge.stop("TERM");
        wire.assertLostAndReordered();
    }
}
