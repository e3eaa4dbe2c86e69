// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.Traffic;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Every frame that did not arrive is named. */
class DemoLossesTest
{
    private static final MemoryBuffer FRAME = new MemoryBuffer(new byte[60]);

    private final EngineCounters sender = new EngineCounters(1, 1, 16, 1, SystemNanoClock.INSTANCE);
    private final EngineCounters receiver = new EngineCounters(1, 1, 16, 1, SystemNanoClock.INSTANCE);
    private final Traffic traffic = sender.newTraffic("encap", 0, "vni-1");

    @Test
    void shouldFindNoneIfAllArrived()
    {
        count(105, 0, 105, 0);
        assertEquals("none.", losses(100, 100).toString());
    }

    @Test
    void shouldNameEveryPlaceWhereFramesWereLost()
    {
        count(103, 2, 99, 4);
        final DemoLosses losses = losses(100, 89);
        assertEquals(new DemoLosses(2, 4, 4, 1), losses);
        assertEquals(
            "2 frames refused by the sender's engine or socket (reasons below); " +
            "4 frames lost on the way, because the receiving socket was full; " +
            "4 frames dropped by the receiver's engine (reasons below); " +
            "1 frames missing without a reason.",
            losses.toString());
    }

    private void count(final int delivered, final int refused, final int received, final int dropped)
    {
        sender.encap().onIn(delivered + refused, 1);
        sender.encap().onDelivered(traffic, delivered, 1);
        receiver.decap().onIn(received, 1);
        if (refused > 0)
        {
            sender.encap().onDropped(DropReason.UNDERLAY_BUSY, 1, 0, 0, refused, FRAME, 0, FRAME.capacity());
        }
        if (dropped > 0)
        {
            receiver.decap().onDropped(DropReason.PORT_FULL, 1, 0, 0, dropped, FRAME, 0, FRAME.capacity());
        }
    }

    private DemoLosses losses(final long sent, final long arrived)
    {
        return DemoLosses.of(
            new NumberedStream.Result(1400, sent, arrived, 0, 0, 1, 1), sender.encap(), receiver.decap());
    }
}
