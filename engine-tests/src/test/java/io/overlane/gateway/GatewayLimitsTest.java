// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static io.overlane.gateway.GatewayLab.GATEWAY;
import static io.overlane.gateway.GatewayLab.HOST_10;
import static io.overlane.gateway.GatewayLab.HOST_20;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.policy.FloodBudget;
import io.overlane.status.DropReason;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one station can take from the others with ARP messages. */
class GatewayLimitsTest
{
    /** Of 64 neighbours 48 may be learned, and a segment that is alone gets half of these. */
    private static final int MOST_OF_ONE_SEGMENT = 24;

    private final GatewayLab lab = new GatewayLab();

    @AfterEach
    void close()
    {
        lab.close();
    }

    @Test
    void shouldLeaveRoomForTheNeighboursOfOtherSegments()
    {
        lab.launch();
        for (int i = 2; i < 202; i++)
        {
            lab.from10(FrameSpec.arpRequest("10.1.0." + i, "10.1.0.1").sourceMac(HOST_10).senderMac(HOST_10));
        }
        assertEquals(MOST_OF_ONE_SEGMENT, learned(10));
        assertEquals(200 - MOST_OF_ONE_SEGMENT, events(TableCounters.Event.NEIGHBOR_NO_ROOM));
        assertEquals(200, lab.port10.takeAll().size(), "all requests are answered");
        for (int i = 2; i < 12; i++)
        {
            from20(FrameSpec.arpRequest("10.2.0." + i, "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20));
        }
        assertEquals(10, learned(20));
        assertEquals(0, events(TableCounters.Event.NEIGHBOR_LIMITED));
    }

    @Test
    void shouldLearnAndPassOnAThousandChangesASecond()
    {
        lab.launch();
        int passedOn = 0;
        for (int i = 0; i < 1500; i++)
        {
            from20(reply(i));
            passedOn += lab.harness.sentTo(EngineHarness.A).size();
            lab.harness.sentTo(EngineHarness.B);
        }
        assertEquals(1000, passedOn);
        assertEquals(500, events(TableCounters.Event.NEIGHBOR_LIMITED));
        lab.from10(FrameSpec.arpRequest("10.1.0.10", "10.1.0.1").sourceMac(HOST_10).senderMac(HOST_10));
        assertEquals(1, learned(10), "each segment has its own limit");
        lab.step(100);
        from20(reply(0));
        assertEquals(1, lab.harness.sentTo(EngineHarness.A).size());
    }

    @Test
    void shouldPassOnNoMoreThanTheFloodLimitOfTheSegmentAllows()
    {
        lab.launch();
        final CompletableFuture<?> changed = lab.harness.engine().segments().change(
            20, policy -> policy.floodBudget(new FloodBudget(0, 0, 10)));
        lab.harness.run();
        changed.join();
        for (int i = 0; i < 8; i++)
        {
            from20(reply(i));
        }
        assertEquals(5, lab.harness.sentTo(EngineHarness.A).size());
        assertEquals(5, lab.harness.sentTo(EngineHarness.B).size());
        assertEquals(3, lab.droppedFromPorts(DropReason.FLOOD_COPIES_LIMIT));
    }

    /** An answer of the host in segment 20, whose MAC is another each time. */
    private static FrameSpec reply(final int number)
    {
        return FrameSpec.arpReply("10.2.0.20", "10.2.0.1").sourceMac(HOST_20).senderMac(HOST_20 + 1 + number)
            .destinationMac(GATEWAY).targetMac(GATEWAY);
    }

    private long learned(final int vni)
    {
        return lab.harness.engine().tables().neighborRows().stream()
            .filter(row -> row.isLearned() && row.vni() == vni).count();
    }

    private long events(final TableCounters.Event event)
    {
        return lab.harness.engine().counters().tables().get(event);
    }

    private void from20(final FrameSpec frame)
    {
        lab.port20.put(frame.bytes());
        lab.harness.run();
    }
}
