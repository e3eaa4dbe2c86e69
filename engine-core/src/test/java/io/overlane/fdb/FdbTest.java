// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.status.TableCounters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every rule of the layers, and that references to remotes are given back exactly once. */
@Tag("both-accesses")
class FdbTest
{
    private static final int VNI = 1;
    private static final long MAC = 0x0242_0a01_0002L;

    private final List<Integer> released = new ArrayList<>();
    private final TableCounters counters = new TableCounters();
    private final Fdb fdb = new Fdb(new FdbContext().maxEntries(4).seed(1).maxMoves(0), released::add, counters);

    @Test
    void shouldLearnRefreshAndMove()
    {
        assertEquals(FdbEntry.MISSING, fdb.lookup(VNI, MAC));
        assertEquals(Fdb.NEW, fdb.learn(VNI, MAC, 5, 10));
        assertEquals(Fdb.REFRESHED, fdb.learn(VNI, MAC, 5, 20));
        assertEquals(List.of(), released);
        assertEquals(Fdb.MOVED, fdb.learn(VNI, MAC, 6, 30));
        assertEquals(List.of(5), released);
        assertEquals(6, FdbEntry.remote(fdb.lookup(VNI, MAC)));
        assertEquals(FdbEntry.LEARNED, FdbEntry.kind(fdb.lookup(VNI, MAC)));
        assertEquals(1, fdb.learned());
    }

    @Test
    void shouldKeepSegmentsApart()
    {
        fdb.learn(1, MAC, 5, 0);
        fdb.learn(0xFF_FFFF, MAC, 6, 0);
        assertEquals(5, FdbEntry.remote(fdb.lookup(1, MAC)));
        assertEquals(6, FdbEntry.remote(fdb.lookup(0xFF_FFFF, MAC)));
        assertEquals(FdbEntry.MISSING, fdb.lookup(0, MAC));
    }

    @Test
    void shouldLookUpABatchAsOneByOne()
    {
        fdb.learn(VNI, MAC, 5, 0);
        put(FdbEntry.STATIC, MAC + 2, 7);
        fdb.learn(2, MAC + 1, 6, 0);
        final long[] macs = {MAC, MAC + 1, MAC + 2, MAC};
        final long[] words = {-1, -1, -1, -1};
        fdb.lookup(VNI, macs, words, 3);
        for (int i = 0; i < 3; i++)
        {
            assertEquals(fdb.lookup(VNI, macs[i]), words[i]);
        }
        assertEquals(-1, words[3], "behind the count");
    }

    @Test
    void shouldTellRemoteZeroFromNoEntry()
    {
        fdb.learn(VNI, MAC, 0, 0);
        assertTrue(fdb.lookup(VNI, MAC) != FdbEntry.MISSING);
        assertEquals(0, FdbEntry.remote(fdb.lookup(VNI, MAC)));
    }

    @Test
    void shouldNotLearnOverAConfiguredEntry()
    {
        put(FdbEntry.STATIC, MAC, 5);
        put(FdbEntry.EXTERNAL, MAC + 1, 6);
        assertEquals(Fdb.STATIC_MATCH, fdb.learn(VNI, MAC, 5, 1));
        assertEquals(Fdb.STATIC_VIOLATION, fdb.learn(VNI, MAC, 9, 1));
        assertEquals(Fdb.STATIC_VIOLATION, fdb.learn(VNI, MAC + 1, 9, 1));
        assertEquals(5, FdbEntry.remote(fdb.lookup(VNI, MAC)));
        assertEquals(FdbEntry.STATIC, FdbEntry.kind(fdb.lookup(VNI, MAC)));
        assertEquals(FdbEntry.EXTERNAL, FdbEntry.kind(fdb.lookup(VNI, MAC + 1)));
        assertEquals(List.of(), released);
    }

    @Test
    void shouldConfigureOverALearnedEntry()
    {
        fdb.learn(VNI, MAC, 5, 1);
        assertTrue(put(FdbEntry.STATIC, MAC, 7));
        assertEquals(List.of(5), released);
        assertEquals(0, fdb.learned());
        assertEquals(7, FdbEntry.remote(fdb.lookup(VNI, MAC)));
    }

    @Test
    void shouldReleaseWhatARemovedOrReplacedEntryLedTo()
    {
        put(FdbEntry.STATIC, MAC, 5);
        fdb.remove(VNI, MAC);
        assertTrue(put(FdbEntry.EXTERNAL, MAC, 6));
        assertTrue(put(FdbEntry.EXTERNAL, MAC, 8));
        assertTrue(put(FdbEntry.STATIC, MAC, 9));
        assertEquals(List.of(5, 6, 8), released);
    }

    @Test
    void shouldEvictOfWhoHoldsMostWhatWasSeenLongestAgo()
    {
        fdb.learn(VNI, MAC, 2, 1000);
        fdb.learn(VNI, MAC + 1, 7, 3000);
        fdb.learn(VNI, MAC + 2, 7, 5000);
        fdb.learn(VNI, MAC + 3, 7, 7000);
        fdb.learn(VNI, MAC + 1, 7, 9000);
        assertEquals(Fdb.NEW, fdb.learn(VNI, MAC + 4, 3, 9000));
        assertEquals(FdbEntry.MISSING, fdb.lookup(VNI, MAC + 2));
        assertEquals(List.of(7), released);
        assertEquals(Fdb.NEW, fdb.learn(2, MAC + 4, 3, 9000), "the table is full, not the segment");
        assertEquals(FdbEntry.MISSING, fdb.lookup(VNI, MAC + 3), "of two that hold as much, not of the one that asks");
        assertEquals(2, counters.get(TableCounters.Event.EVICTED));
    }

    @Test
    void shouldEvictItsOwnIfItHoldsAsMuchAsAnyone()
    {
        fdb.learn(VNI, MAC, 1, 0);
        fdb.learn(VNI, MAC + 1, 1, 0);
        fdb.learn(VNI, MAC + 2, 2, 0);
        fdb.learn(VNI, MAC + 3, 2, 0);
        for (int i = 4; i < 100; i++)
        {
            assertEquals(Fdb.NEW, fdb.learn(VNI, MAC + i, 2, i));
        }
        assertEquals(1, FdbEntry.remote(fdb.lookup(VNI, MAC)));
        assertEquals(1, FdbEntry.remote(fdb.lookup(VNI, MAC + 1)));
        assertEquals(2, fdb.learnedFrom(2));
    }

    @Test
    void shouldNotEvictForASegmentThatIsNotFullButWithinTheOneThatIs()
    {
        fdb.limit(VNI, 2);
        fdb.learn(2, MAC, 1, 0);
        fdb.learn(2, MAC + 1, 1, 0);
        fdb.learn(VNI, MAC, 1, 0);
        fdb.learn(VNI, MAC + 1, 5, 0);
        assertEquals(Fdb.NEW, fdb.learn(VNI, MAC + 2, 5, 0));
        assertEquals(FdbEntry.MISSING, fdb.lookup(VNI, MAC + 1));
        assertEquals(2, fdb.learned(2));
        assertEquals(2, fdb.learned(VNI));
    }

    @Test
    void shouldEvictLearnedEntriesForConfiguredOnesAndNothingElse()
    {
        put(FdbEntry.STATIC, MAC, 1);
        fdb.learn(VNI, MAC + 1, 2, 300);
        fdb.put(VNI, MAC + 2, FdbEntry.word(FdbEntry.DYNAMIC, 3, false), FdbRequest.NO_OWNER, 100);
        fdb.learn(VNI, MAC + 3, 4, 200);
        assertTrue(put(FdbEntry.STATIC, MAC + 4, 5));
        assertTrue(put(FdbEntry.EXTERNAL, MAC + 5, 6));
        assertFalse(put(FdbEntry.STATIC, MAC + 7, 8), "nothing left to evict");
        assertEquals(Fdb.FULL, fdb.learn(VNI, MAC + 8, 5, 400));
        assertTrue(put(FdbEntry.STATIC, MAC, 9), "there is room to replace");
        assertEquals(4, fdb.size());
        assertEquals(0, fdb.learned());
        assertEquals(1, counters.get(TableCounters.Event.NO_ROOM));
    }

    @Test
    void shouldPinAMacThatMovesTooOften()
    {
        final Fdb damped = new Fdb(new FdbContext().maxMoves(3), released::add, counters);
        damped.learn(VNI, MAC, 0, 0);
        for (int i = 1; i <= 3; i++)
        {
            assertEquals(Fdb.MOVED, damped.learn(VNI, MAC, i, i));
        }
        assertEquals(Fdb.PINNED, damped.learn(VNI, MAC, 4, 10));
        assertEquals(Fdb.REFRESHED, damped.learn(VNI, MAC, 3, 11));
        assertEquals(Fdb.PINNED, damped.learn(VNI, MAC, 4, 30_009));
        assertEquals(Fdb.MOVED, damped.learn(VNI, MAC, 4, 30_010));
        assertEquals(2, counters.get(TableCounters.Event.PINNED));
        for (int i = 1; i <= 100; i++)
        {
            assertEquals(Fdb.MOVED, damped.learn(VNI, MAC, i & 1, 40_010 + i * 4_000), "seldom enough");
        }
    }

    @Test
    void shouldMoveAndAgeADynamicEntry()
    {
        fdb.put(VNI, MAC, FdbEntry.word(FdbEntry.DYNAMIC, 3, true), 7, 100);
        assertEquals(Fdb.MOVED, fdb.learn(VNI, MAC, 4, 200));
        assertEquals(FdbEntry.word(FdbEntry.DYNAMIC, 4, true), fdb.lookup(VNI, MAC));
        assertEquals(7, fdb.owner(VNI, MAC));
        assertEquals(0, fdb.age(1199, 1000));
        assertEquals(1, fdb.age(1200, 1000));
        assertEquals(List.of(3, 4), released);
    }

    @Test
    void shouldTellOfEveryChange()
    {
        final List<String> told = new ArrayList<>();
        fdb.listener((change, vni, mac, word, before) -> told.add(
            change + " " + (mac - MAC) + " " + FdbEntry.number(word) + " " + FdbEntry.number(before)));
        fdb.learn(VNI, MAC, 1, 0);
        fdb.learn(VNI, MAC, 1, 1);
        fdb.learn(VNI, MAC, 2, 2);
        put(FdbEntry.STATIC, MAC, 3);
        fdb.remove(VNI, MAC);
        fdb.learn(VNI, MAC + 1, 4, 3);
        fdb.age(1003, 1000);
        for (int i = 2; i <= 6; i++)
        {
            fdb.learn(VNI, MAC + i, 5, 4);
        }
        assertEquals(List.of(
            "LEARNED 0 1 0", "MOVED 0 2 1", "MOVED 0 3 2", "REMOVED 0 3 0", "LEARNED 1 4 0", "AGED 1 4 0",
            "LEARNED 2 5 0", "LEARNED 3 5 0", "LEARNED 4 5 0", "LEARNED 5 5 0", "EVICTED 2 5 0", "LEARNED 6 5 0"),
            told);
    }

    @Test
    void shouldAgeOnlyLearnedEntriesByWhenTheyWereLastSeen()
    {
        put(FdbEntry.STATIC, MAC, 1);
        put(FdbEntry.EXTERNAL, MAC + 1, 2);
        fdb.learn(VNI, MAC + 2, 3, 1000);
        fdb.learn(VNI, MAC + 3, 4, 1000);
        fdb.learn(VNI, MAC + 3, 4, 1400);
        assertEquals(0, fdb.age(1499, 500));
        assertEquals(1, fdb.age(1500, 500));
        assertEquals(List.of(3), released);
        assertEquals(0, fdb.age(1_000_000, 0), "0 means never");
        assertEquals(1, fdb.age(1_000_000, 500));
        assertEquals(List.of(3, 4), released);
        assertEquals(2, fdb.size());
    }

    @Test
    void shouldAgeAMovedEntryFromItsMove()
    {
        fdb.learn(VNI, MAC, 3, 1000);
        fdb.learn(VNI, MAC, 4, 1400);
        assertEquals(0, fdb.age(1500, 500));
        assertEquals(1, fdb.age(1900, 500));
    }

    @Test
    void shouldAgeEntriesOfAllRemotesInOnePass()
    {
        // Remote 3 loses its only entry. Remote 5 then takes a place in the ranking that was checked before.
        final Fdb ranked = new Fdb(new FdbContext(), released::add, counters);
        final int[] entries = {5, 1, 4, 1, 1, 3};
        for (int remote = 0; remote < entries.length; remote++)
        {
            for (int i = 0; i < entries[remote]; i++)
            {
                ranked.learn(VNI, MAC + 16 * remote + i, remote, 0);
            }
        }
        for (final int remote : new int[]{0, 1, 2, 4})
        {
            for (int i = 0; i < entries[remote]; i++)
            {
                ranked.learn(VNI, MAC + 16 * remote + i, remote, 10_000);
            }
        }
        assertEquals(4, ranked.age(15_000, 10_000));
        assertTrue(ranked.isAgePassDone());
        assertEquals(0, ranked.age(15_000, 10_000));
    }

    @Test
    void shouldAgeALargeTableInBoundedSteps()
    {
        final int entries = 10_000;
        final Fdb large = new Fdb(new FdbContext().maxEntries(entries), released::add, counters);
        for (int i = 0; i < entries; i++)
        {
            assertEquals(Fdb.NEW, large.learn(VNI, i, 1, 0));
        }
        int removed = 0;
        int calls = 0;
        while (large.size() > 0)
        {
            final int now = large.age(100, 100);
            assertTrue(now <= Fdb.STEPS_PER_AGE);
            removed += now;
            calls++;
            assertTrue(calls <= entries / Fdb.STEPS_PER_AGE + 1, "calls: " + calls);
        }
        assertEquals(entries, removed);
        assertTrue(calls > 1);
        assertEquals(0, large.learned());
    }

    @Test
    void shouldRemoveAnyKindOnce()
    {
        put(FdbEntry.STATIC, MAC, 1);
        fdb.learn(VNI, MAC + 1, 2, 0);
        assertEquals(FdbEntry.STATIC, FdbEntry.kind(fdb.remove(VNI, MAC)));
        assertEquals(FdbEntry.LEARNED, FdbEntry.kind(fdb.remove(VNI, MAC + 1)));
        assertEquals(FdbEntry.MISSING, fdb.remove(VNI, MAC));
        assertEquals(List.of(1, 2), released);
        assertEquals(0, fdb.size());
        assertEquals(0, fdb.learned());
    }

    @Test
    void shouldWalkAllEntries()
    {
        put(FdbEntry.STATIC, MAC, 1);
        fdb.learn(2, MAC, 2, 77);
        final Map<Integer, Long> lastSeen = new HashMap<>();
        fdb.forEach((vni, mac, word, lastSeenMs) ->
        {
            assertEquals(MAC, mac);
            assertEquals(vni, FdbEntry.remote(word));
            lastSeen.put(vni, lastSeenMs);
        });
        assertEquals(Map.of(1, 0L, 2, 77L), lastSeen);
    }

    private boolean put(final int kind, final long mac, final int destination)
    {
        return fdb.put(VNI, mac, FdbEntry.word(kind, destination), FdbRequest.NO_OWNER, 0);
    }
}
