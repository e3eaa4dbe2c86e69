package io.overlane.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every rule of the layers, and that references to remotes are given back exactly once. */
class FdbTest
{
    private static final int VNI = 1;
    private static final long MAC = 0x0242_0a01_0002L;

    private final List<Integer> released = new ArrayList<>();
    private final Fdb fdb = new Fdb(4, 1, released::add);

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
        fdb.putStatic(VNI, MAC + 2, 7);
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
        fdb.putStatic(VNI, MAC, 5);
        fdb.putExternal(VNI, MAC + 1, 6);
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
        assertTrue(fdb.putStatic(VNI, MAC, 7));
        assertEquals(List.of(5), released);
        assertEquals(0, fdb.learned());
        assertEquals(7, FdbEntry.remote(fdb.lookup(VNI, MAC)));
    }

    @Test
    void shouldNotLetAControlPlaneTakeAUsersEntry()
    {
        fdb.putStatic(VNI, MAC, 5);
        assertFalse(fdb.putExternal(VNI, MAC, 6));
        assertEquals(5, FdbEntry.remote(fdb.lookup(VNI, MAC)));
        fdb.remove(VNI, MAC);
        assertTrue(fdb.putExternal(VNI, MAC, 6));
        assertTrue(fdb.putExternal(VNI, MAC, 8));
        assertTrue(fdb.putStatic(VNI, MAC, 9));
        assertEquals(List.of(5, 6, 8), released);
    }

    @Test
    void shouldRefuseToLearnWhenFullAndEvictTheOldestForAConfiguredEntry()
    {
        fdb.putStatic(VNI, MAC, 1);
        fdb.learn(VNI, MAC + 1, 2, 300);
        fdb.learn(VNI, MAC + 2, 3, 100);
        fdb.learn(VNI, MAC + 3, 4, 200);
        assertEquals(Fdb.FULL, fdb.learn(VNI, MAC + 4, 5, 400));
        assertEquals(FdbEntry.MISSING, fdb.lookup(VNI, MAC + 4));

        assertTrue(fdb.putStatic(VNI, MAC + 4, 5));
        assertTrue(fdb.putExternal(VNI, MAC + 5, 6));
        assertTrue(fdb.putStatic(VNI, MAC + 6, 7));
        assertEquals(List.of(3, 4, 2), released);
        assertEquals(0, fdb.learned());
        assertFalse(fdb.putStatic(VNI, MAC + 7, 8), "nothing left to evict");
        assertTrue(fdb.putStatic(VNI, MAC, 9), "there is room to replace");
        assertEquals(4, fdb.size());
        assertEquals(1, FdbEntry.kind(fdb.lookup(VNI, MAC + 4)));
    }

    @Test
    void shouldAgeOnlyLearnedEntriesByWhenTheyWereLastSeen()
    {
        fdb.putStatic(VNI, MAC, 1);
        fdb.putExternal(VNI, MAC + 1, 2);
        fdb.learn(VNI, MAC + 2, 3, 1000);
        fdb.learn(VNI, MAC + 3, 4, 1000);
        fdb.learn(VNI, MAC + 3, 4, 1400);
        final List<Integer> aged = new ArrayList<>();
        assertEquals(0, fdb.age(1499, 500, aged::add));
        assertEquals(1, fdb.age(1500, 500, aged::add));
        assertEquals(List.of(3), aged);
        assertEquals(0, fdb.age(1_000_000, 0, aged::add), "0 means never");
        assertEquals(1, fdb.age(1_000_000, 500, aged::add));
        assertEquals(List.of(3, 4), aged);
        assertEquals(2, fdb.size());
        assertEquals(List.of(), released);
    }

    @Test
    void shouldAgeAMovedEntryFromItsMove()
    {
        fdb.learn(VNI, MAC, 3, 1000);
        fdb.learn(VNI, MAC, 4, 1400);
        assertEquals(0, fdb.age(1500, 500, remote -> {}));
        assertEquals(1, fdb.age(1900, 500, remote -> {}));
    }

    @Test
    void shouldAgeALargeTableInBoundedSteps()
    {
        final int entries = 10_000;
        final Fdb large = new Fdb(entries, 1, remote -> {});
        for (int i = 0; i < entries; i++)
        {
            assertEquals(Fdb.NEW, large.learn(VNI, i, 1, 0));
        }
        int removed = 0;
        int calls = 0;
        while (large.size() > 0)
        {
            final int now = large.age(100, 100, remote -> {});
            assertTrue(now <= Fdb.SLOTS_PER_AGE);
            removed += now;
            calls++;
            assertTrue(calls <= 4 * entries / Fdb.SLOTS_PER_AGE + 1, "calls: " + calls);
        }
        assertEquals(entries, removed);
        assertTrue(calls > 1);
        assertEquals(0, large.learned());
    }

    @Test
    void shouldRemoveAnyKindOnce()
    {
        fdb.putStatic(VNI, MAC, 1);
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
        fdb.putStatic(VNI, MAC, 1);
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
}
