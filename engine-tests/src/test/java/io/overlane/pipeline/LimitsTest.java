// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.engine.Internals;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.RemoteTraffic;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one remote or port cannot take from the others, whatever it sends. */
class LimitsTest
{
    private static final int VNI = 1;
    private static final int STATIONS = 50;

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldKeepOthersEntriesWhenOneRemoteSendsFromEverNewAddresses()
    {
        harness.context().fdb(fdb -> fdb.maxEntries(1024)).fdb().learnsPerSecond(0);
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
        for (int i = 0; i < STATIONS; i++)
        {
            hear(EngineHarness.B, station(i));
        }
        final Fdb fdb = Internals.forwarding(harness.engine()).fdb();
        long random = 7;
        for (int i = 0; i < 100_000; i++)
        {
            random = random * 6364136223846793005L + 1442695040888963407L;
            hear(EngineHarness.A, 0x0600_0000_0000L | random >>> 32);
            if (i % 1000 == 0)
            {
                harness.clock().step(10, TimeUnit.MILLISECONDS);
                harness.delivered();
            }
        }
        for (int i = 0; i < STATIONS; i++)
        {
            final long entry = fdb.lookup(VNI, station(i));
            assertEquals(
                EngineHarness.B,
                Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(entry)));
        }
        assertEquals(1024, fdb.size());
        assertTrue(harness.engine().counters().tables().get(TableCounters.Event.EVICTED) > 90_000);
    }

    @Test
    void shouldLearnSoManyASecondOfARemoteAndDeliverTheRest()
    {
        harness.context().fdb().learnsPerSecond(100);
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)).flood(EngineHarness.A));
        for (int i = 0; i < 300; i++)
        {
            hear(EngineHarness.A, station(i));
        }
        hear(EngineHarness.B, station(1000));
        assertEquals(101, harness.engine().snapshot().tables().learned());
        assertEquals(301, harness.delivered().size());
        assertEquals(200, harness.engine().counters().tables().get(TableCounters.Event.LEARN_LIMITED));

        harness.clock().step(500, TimeUnit.MILLISECONDS);
        for (int i = 300; i < 400; i++)
        {
            hear(EngineHarness.A, station(i));
        }
        assertEquals(151, harness.engine().snapshot().tables().learned());
    }

    @Test
    void shouldStopAPortThatFloodsTooMuch()
    {
        launch(new FloodBudget(10, 0, 0));
        assertEquals(10, flood(25));
        assertEquals(15, harness.encap().dropped(DropReason.PORT_FLOOD_LIMIT));
        harness.clock().step(500, TimeUnit.MILLISECONDS);
        assertEquals(5, flood(25));
    }

    @Test
    void shouldStopASegmentThatFloodsTooMuch()
    {
        launch(new FloodBudget(0, 10, 0));
        assertEquals(10, flood(25));
        assertEquals(15, harness.encap().dropped(DropReason.SEGMENT_FLOOD_LIMIT));
    }

    @Test
    void shouldStopASegmentWhoseFloodsBecomeTooManyCopies()
    {
        launch(new FloodBudget(0, 0, 10));
        assertEquals(5, flood(25), "two copies each");
        assertEquals(20, harness.encap().dropped(DropReason.FLOOD_COPIES_LIMIT));
    }

    @Test
    void shouldNotLimitWhatHasAnEntry()
    {
        harness.attach(EngineHarness.A);
        harness.launch(new SegmentContext(VNI).fdb(new MacAddress(station(1)), EngineHarness.A)
            .policy(p -> p.floodBudget(new FloodBudget(1, 1, 1))));
        for (int i = 0; i < 25; i++)
        {
            harness.transmit(FrameSpec.ipv4Udp().destinationMac(station(1)).bytes());
        }
        assertEquals(25, harness.encap().delivered());
    }

    @Test
    void shouldCountANewRemoteFromZeroThoughItsNumberWasAnothers()
    {
        harness.context().maxRemotes(1);
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.launch(new SegmentContext(VNI).flood(EngineHarness.A));
        final RemoteTraffic sent = harness.encap().remotes();
        final RemoteTraffic received = harness.decap().remotes();
        flood(3);
        hear(EngineHarness.A, station(1));
        assertEquals(3, sent.frames(0));
        assertEquals(1, received.frames(0));

        harness.engine().control().operate(tables -> tables.delete(FdbRequest.flood(VNI, EngineHarness.A)));
        harness.engine().control().operate(tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.B)));
        harness.run();
        assertEquals(0, sent.frames(0));
        assertEquals(0, sent.bytes(0));
        assertEquals(0, received.frames(0));
        flood(2);
        assertEquals(2, sent.frames(0));
    }

    private void launch(final FloodBudget budget)
    {
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.launch(new SegmentContext(VNI)
            .flood(EngineHarness.A).flood(EngineHarness.B).policy(p -> p.floodBudget(budget)));
    }

    private long flood(final int frames)
    {
        final long before = harness.encap().delivered();
        for (int i = 0; i < frames; i++)
        {
            harness.transmit(FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes());
        }
        return harness.encap().delivered() - before;
    }

    private void hear(final Vtep from, final long source)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source)).vni(VNI).datagram());
    }

    private static long station(final int i)
    {
        return 0x0200_0000_1000L + i;
    }
}
