// SPDX-License-Identifier: Apache-2.0
package io.overlane.neighbor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Neighbours of both families in several segments, and the limit of their number. */
class NeighborTableTest
{
    private static final IpAddress V4 = IpAddress.parse("10.1.2.3");
    private static final IpAddress V6 = IpAddress.parse("fd00::3");
    private static final long MAC = 0x0242_0a01_0203L;

    private final NeighborTable neighbors = new NeighborTable(3, 1);

    @Test
    void shouldKnowAddressesPerSegment()
    {
        assertTrue(neighbors.put(1, V4.high(), V4.low(), MAC));
        assertTrue(neighbors.put(2, V4.high(), V4.low(), MAC + 1));
        assertTrue(neighbors.put(1, V6.high(), V6.low(), MAC + 2));
        assertEquals(MAC, lookup(1, V4));
        assertEquals(MAC + 1, lookup(2, V4));
        assertEquals(MAC + 2, lookup(1, V6));
        assertEquals(NeighborTable.MISSING, lookup(2, V6));
        assertEquals(NeighborTable.MISSING, lookup(0, V4));
    }

    @Test
    void shouldKeepEveryMacApartFromMissing()
    {
        neighbors.put(0, 0, 0, 0);
        assertEquals(0, neighbors.lookup(0, 0, 0));
        neighbors.put(0, 0, 0, MacAddress.BROADCAST);
        assertEquals(MacAddress.BROADCAST, neighbors.lookup(0, 0, 0));
    }

    @Test
    void shouldReplaceAndRemove()
    {
        neighbors.put(1, V4.high(), V4.low(), MAC);
        neighbors.put(1, V4.high(), V4.low(), MAC + 9);
        assertEquals(1, neighbors.size());
        assertEquals(MAC + 9, neighbors.remove(1, V4.high(), V4.low()));
        assertEquals(NeighborTable.MISSING, neighbors.remove(1, V4.high(), V4.low()));
        assertEquals(NeighborTable.MISSING, lookup(1, V4));
    }

    @Test
    void shouldRefuseANewAddressWhenFull()
    {
        for (int vni = 1; vni <= 3; vni++)
        {
            assertTrue(neighbors.put(vni, V4.high(), V4.low(), MAC));
        }
        assertFalse(neighbors.put(4, V4.high(), V4.low(), MAC));
        assertTrue(neighbors.put(3, V4.high(), V4.low(), MAC + 1));
        assertEquals(3, neighbors.size());
    }

    @Test
    void shouldWalkAllEntries()
    {
        neighbors.put(7, V6.high(), V6.low(), MAC);
        final List<String> walked = new ArrayList<>();
        neighbors.forEach((vni, high, low, mac) ->
            walked.add(vni + " " + new IpAddress(high, low) + " " + MacAddress.toString(mac)));
        assertEquals(List.of("7 fd00::3 02:42:0a:01:02:03"), walked);
    }

    private long lookup(final int vni, final IpAddress address)
    {
        return neighbors.lookup(vni, address.high(), address.low());
    }

    @Test
    void shouldLearnWithoutReplacingWhatIsConfigured()
    {
        final NeighborTable table = new NeighborTable(8, 1);
        final int version = table.version();
        assertTrue(table.learn(1, 0, 10, 0xA, 5));
        assertFalse(table.learn(1, 0, 10, 0xA, 6), "confirmed");
        assertEquals(version + 1, table.version());
        assertTrue(table.learn(1, 0, 10, 0xB, 7), "another MAC");
        assertEquals(0xB, table.lookup(1, 0, 10));
        assertEquals(NeighborTable.MISSING, table.configured(1, 0, 10));
        assertTrue(table.put(1, 0, 10, 0xC));
        assertFalse(table.learn(1, 0, 10, 0xD, 8));
        assertEquals(0xC, table.configured(1, 0, 10));
        assertEquals(0, table.learned());
        assertEquals(0xC, table.remove(1, 0, 10));
        assertEquals(version + 4, table.version());
    }

    @Test
    void shouldLeaveAQuarterOfTheTableToConfiguredEntries()
    {
        final NeighborTable table = new NeighborTable(8, 1);
        for (int i = 0; i < 8; i++)
        {
            assertEquals(i < 6, table.learn(i, 0, 1, 0xA, 0));
        }
        assertEquals(6, table.learned());
        assertTrue(table.put(9, 0, 1, 0xB));
        assertTrue(table.put(9, 0, 2, 0xB));
        table.remove(1, 0, 1);
        assertTrue(table.learn(7, 0, 1, 0xA, 0));
    }

    @Test
    void shouldLearnInEachSegmentAsLongAsItHasFewerThanAreFree()
    {
        final NeighborTable table = new NeighborTable(16, 1);
        assertEquals(6, learned(table, 1));
        assertEquals(3, learned(table, 2));
        assertEquals(2, learned(table, 3));
        assertEquals(1, learned(table, 4));
        assertEquals(0, learned(table, 5));
        assertTrue(table.learn(1, 0, 0, 0xB, 0), "one that is known may change");
        assertTrue(table.put(2, 0, 0, 0xC));
        assertEquals(1, learned(table, 5), "a configured one is none of the learned");
    }

    private static int learned(final NeighborTable table, final int vni)
    {
        int learned = 0;
        while (table.learn(vni, 0, learned, 0xA, 0))
        {
            learned++;
        }
        return learned;
    }

    @Test
    void shouldSayWhetherThereIsSomethingToLearn()
    {
        final NeighborTable table = new NeighborTable(8, 1);
        assertFalse(table.isKnown(1, 0, 10, 0xA, 5));
        table.learn(1, 0, 10, 0xA, 5);
        assertTrue(table.isKnown(1, 0, 10, 0xA, 5));
        assertFalse(table.isKnown(1, 0, 10, 0xA, 6), "a new time");
        assertFalse(table.isKnown(1, 0, 10, 0xB, 5), "another MAC");
        table.put(1, 0, 10, 0xC);
        assertTrue(table.isKnown(1, 0, 10, 0xB, 6), "configured ones stay as they are");
    }

    @Test
    void shouldVisitEachLearnedEntryOnceInARoundAndLetTheVisitorRemoveIt()
    {
        final NeighborTable table = new NeighborTable(64, 1);
        table.put(9, 0, 1, 0xF);
        for (int i = 0; i < 40; i++)
        {
            table.learn(1 + i % 8, 0, i, i, i);
        }
        final long[] sums = new long[2];
        for (int slots = 0; slots < table.slots(); slots += 16)
        {
            table.scan(16, (vni, high, low, mac, tick) ->
            {
                sums[0]++;
                sums[1] += mac + tick;
                table.remove(vni, high, low);
            });
        }
        assertEquals(40, sums[0]);
        assertEquals(2L * 39 * 40 / 2, sums[1]);
        assertEquals(1, table.size());
    }

    @Test
    void shouldMeasureAgesAcrossTheEndOfTheTicks()
    {
        final long second = 1L << 30;
        assertEquals(0, NeighborTable.ageNs(NeighborTable.tick(7 * second), 7 * second));
        final long late = 16_383 * second;
        assertEquals(3 * second, NeighborTable.ageNs(NeighborTable.tick(late), late + 3 * second));
    }
}
