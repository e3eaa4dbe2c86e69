// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The error handler gets a report of frames whose source is our own MAC address, at most once a minute. */
class OwnMacWatchTest
{
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:aa");
    private static final byte[] FROM_US =
        FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(MAC.value())).vni(1).datagram();

    private final List<String> errors = new ArrayList<>();
    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldSayOnceAMinuteThatFramesHaveOurOwnMac()
    {
        launch();
        receive(OwnMacWatch.REPEATED - 1);
        assertEquals(List.of(), errors, "a few may have come back once");
        receive(1);
        final String first = "10 received frames had a MAC address of this node as their source and were dropped, " +
            "the last from " + EngineHarness.A.address() + " in VNI 1 with " + MAC +
            ": give each node a MAC address of its own, or look for a loop";
        assertEquals(List.of(first), errors);

        receive(1_000);
        assertEquals(1, errors.size());
        harness.clock().step(1, TimeUnit.MINUTES);
        receive(1);
        assertEquals(List.of(first, first.replaceFirst("10", "1001")), errors);

        harness.clock().step(1, TimeUnit.MINUTES);
        harness.run();
        assertEquals(2, errors.size(), "nothing new");
        assertEquals(1_011, harness.decap().dropped(DropReason.OWN_MAC));
    }

    private void launch()
    {
        harness.context().errorHandler(error -> errors.add(error.getMessage()));
        harness.launch(new SegmentContext(1).ownMac(MAC).policy(p -> p.learning(true)));
    }

    private void receive(final int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            harness.receive(EngineHarness.A, FROM_US);
        }
    }
}
