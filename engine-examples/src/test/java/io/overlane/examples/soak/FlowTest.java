// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What became of numbered packets. */
class FlowTest
{
    private static final long LATER_NS = TimeUnit.SECONDS.toNanos(6);

    private final Flow flow = new Flow(0, 101, 1, 2);

    @Test
    void shouldCountAPacketAsLostThatDoesNotComeInTime()
    {
        send(3);
        flow.receive(0);
        flow.receive(2);
        flow.judge(TimeUnit.SECONDS.toNanos(4));
        assertEquals(0, flow.counts().lost());

        flow.judge(LATER_NS);

        assertEquals(new Flow.Counts(3, 0, 2, 1, 0, 0, 0, 0), flow.counts());
    }

    @Test
    void shouldTakeALossBackWhenThePacketComesLate()
    {
        send(2);
        flow.judge(LATER_NS);
        assertEquals(2, flow.counts().lost());

        assertTrue(flow.receive(0));

        assertEquals(new Flow.Counts(2, 0, 1, 1, 0, 1, 0, 0), flow.counts());
    }

    @Test
    void shouldCountLossesInAFaultApart()
    {
        flow.beginFault();
        send(2);
        flow.endFault();
        send(1);

        flow.judge(LATER_NS);

        assertEquals(new Flow.Counts(3, 0, 0, 1, 2, 0, 0, 0), flow.counts());
    }

    @Test
    void shouldCountCopiesAndOvertakenPacketsOutsideOfFaultsOnly()
    {
        send(4);
        flow.receive(1);
        flow.receive(0);
        flow.receive(1);
        assertEquals(new Flow.Counts(4, 0, 2, 0, 0, 0, 1, 1), flow.counts());

        flow.beginFault();
        flow.receive(3);
        flow.receive(2);
        flow.receive(3);

        assertEquals(new Flow.Counts(4, 0, 4, 0, 0, 0, 1, 1), flow.counts());
    }

    @Test
    void shouldRefuseAPacketThatWasNotSent()
    {
        send(1);

        assertFalse(flow.receive(1));
        assertFalse(flow.receive(-1));
    }

    @Test
    void shouldGiveTheNumberAgainWhenTheSystemDidNotTakeThePacket()
    {
        flow.send(number -> false, 0);
        flow.send(number -> number == 0, 0);

        assertEquals(new Flow.Counts(1, 1, 0, 0, 0, 0, 0, 0), flow.counts());
    }

    @Test
    void shouldJudgeAPacketBeforeItsPlaceIsUsedAgain()
    {
        send((1 << 16) + 1);

        assertEquals(1, flow.counts().lost());
        assertFalse(flow.receive(0));
    }

    private void send(final int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            flow.send(number -> true, 0);
        }
    }
}
