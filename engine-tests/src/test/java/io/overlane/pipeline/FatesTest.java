// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.status.RemoteTraffic;
import io.overlane.status.Traffic;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** What was delivered is counted once, under its remote. */
class FatesTest
{
    private final EngineCounters engine = new EngineCounters(1, 8, 8, 1, SystemNanoClock.INSTANCE);
    private final PathCounters counters = engine.encap();
    private final Traffic traffic = engine.newTraffic("encap", 0, "vni-1");
    private final Fates fates = new Fates(counters);

    @Test
    void shouldCountEachRemoteByItselfWhateverTheOrder()
    {
        fates.deliver(traffic, 3, 1, 100);
        fates.deliver(traffic, 3, 2, 200);
        fates.deliver(traffic, RemoteTraffic.UNNUMBERED, 1, 10);
        fates.deliver(traffic, 3, 1, 1000);
        fates.flush(traffic);

        assertEquals(4, counters.remotes().frames(3));
        assertEquals(1300, counters.remotes().bytes(3));
        assertEquals(1, counters.remotes().frames(RemoteTraffic.UNNUMBERED));
        assertEquals(5, counters.delivered());
        assertEquals(1310, counters.deliveredBytes());
        assertEquals(5, traffic.frames());
        assertEquals(1310, traffic.bytes());
    }

    @Test
    void shouldCountNothingTwice()
    {
        fates.deliver(traffic, 0, 1, 60);
        fates.flush(traffic);
        fates.flush(traffic);

        assertEquals(1, counters.remotes().frames(0));
        assertEquals(1, counters.delivered());
    }
}
