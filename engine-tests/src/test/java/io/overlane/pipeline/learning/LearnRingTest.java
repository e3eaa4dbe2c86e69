// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.control.FdbContext;
import io.overlane.fdb.Fdb;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.status.TableCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is handed over comes out as it went in, or is counted. */
class LearnRingTest
{
    private final LearnRing ring = new LearnRing(() -> {}, 0);
    private final List<String> learned = new ArrayList<>();

    @Test
    void shouldHandOverInOrder()
    {
        assertTrue(ring.offer(1, 0x02_00_00_00_00_01L, -1, 7));
        assertTrue(ring.offer(0xFF_FFFF, 0xFEFF_FFFF_FFFFL, 0, Long.MIN_VALUE));
        assertEquals(2, drain());
        assertEquals(List.of("1 20000000001 -1 7", "16777215 feffffffffff 0 " + Long.MIN_VALUE), learned);
        assertEquals(0, drain());
        assertEquals(0, ring.forgotten());
    }

    @Test
    void shouldCountWhatThereIsNoRoomFor()
    {
        int taken = 0;
        while (ring.offer(1, taken, 2, 3))
        {
            taken++;
        }
        assertEquals(1, ring.forgotten());
        assertTrue(taken > 1_000, "room for " + taken);
        int drained = 0;
        int count;
        do
        {
            count = drain();
            drained += count;
        }
        while (count > 0);
        assertEquals(taken, drained);
        assertTrue(ring.offer(1, 1, 2, 3));
        assertEquals(1, ring.forgotten());
    }

    @Test
    void shouldRefreshWellBeforeAnEntryGoes()
    {
        assertEquals(1_000, ring.refreshMs());
        assertEquals(1_000, new LearnRing(() -> {}, TimeUnit.SECONDS.toNanos(300)).refreshMs());
        assertEquals(250, new LearnRing(() -> {}, TimeUnit.SECONDS.toNanos(1)).refreshMs());
    }

    /** More stations than Learn remembers to have handed over: none of them is recent when it is heard again. */
    @Test
    void shouldHandOverSoManyStationsOfARemoteASecondAndLeaveRoomForOthers()
    {
        final Fdb fdb = new Fdb(
            new FdbContext().maxEntries(8192).learnsPerSecond(100), destination -> {}, new TableCounters());
        final RemoteTable remotes = new RemoteTable(8);
        final long a = IpAddress.parse("192.0.2.10").low();
        final long b = IpAddress.parse("192.0.2.11").low();
        final int remote = remotes.intern(0, a, 8472);
        for (int i = 0; i < 4096; i++)
        {
            fdb.learn(1, 0x0200_0000_0000L + i, remote, 0);
        }
        final Learn learn = new Learn(fdb, remotes, 8472, () -> TimeUnit.SECONDS.toNanos(5), ring);
        for (int i = 0; i < 3 * 4096; i++)
        {
            assertEquals(DropReason.NONE, learn.onFrame(1, 0x0200_0000_0000L + i % 4096, 0, a, remote));
        }
        learn.onFrame(1, 0x0600_0000_0000L, 0, b, RemoteTable.MISSING);
        assertEquals(101, drain());
        assertEquals(0, ring.forgotten());
        assertEquals("1 60000000000 0 " + b, learned.get(100));
    }

    private int drain()
    {
        return ring.drain((isNeighbor, vni, mac, high, low) ->
            learned.add(vni + " " + Long.toHexString(mac) + " " + high + " " + low));
    }
}
