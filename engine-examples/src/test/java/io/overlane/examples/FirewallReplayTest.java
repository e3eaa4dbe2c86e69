// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.replay.ReplayResult;
import io.overlane.testkit.ReplayCapture;

/** A capture of the {@link FirewallStage} example as a regression test. */
class FirewallReplayTest
{
    @ReplayCapture(value = "firewall.pcapng", context = "segment", engine = "addFirewall", golden = true)
    void shouldDropWhatWasDropped(final ReplayResult result)
    {
        assertEquals(2, result.verdicts().get("dropped firewall-denied"));
    }

    EngineContext segment()
    {
        return new EngineContext().segment(new SegmentContext(1).flood(Vtep.parse("127.0.0.2:8472", 0)));
    }

    void addFirewall(final OverlayEngine engine)
    {
        engine.stages().add(new FirewallStage(23));
    }
}
