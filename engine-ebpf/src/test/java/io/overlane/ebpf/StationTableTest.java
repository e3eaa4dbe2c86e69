// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.fastpath.FastStation;
import org.junit.jupiter.api.Test;

/** Stations in a map of the live kernel. */
class StationTableTest
{
    @Test
    void shouldLeaveOutAStationForWhichThereIsNoRoom() throws Exception
    {
        FastPathLab.requireBpf();
        try (BpfMap map = BpfMap.create(
            BpfMap.Kind.HASH, Layout.STATIONS, Layout.KEY_SIZE, Layout.STATION_SIZE, 1))
        {
            final StationTable table = new StationTable(map);
            table.put(station(1, 5), (byte)0);
            table.put(station(2, 5), (byte)0);
            assertEquals(1, table.size());
            table.put(station(1, 6), (byte)0);
            assertEquals(1, table.size());
            assertTrue(map.get());
            assertEquals(6, map.value().getInt(Layout.STATION_REMOTE));

            table.remove(1, 2);
            assertEquals(1, table.size());
            table.remove(1, 1);
            table.put(station(2, 5), (byte)0);
            assertEquals(1, table.size());
            assertEquals(Long.MAX_VALUE, table.idleMs(1, 2), "no program saw it");
        }
    }

    private static FastStation station(final long mac, final int remote)
    {
        return new FastStation().set(1, mac, remote, 0, 1, 8472, 1).ways(true, true);
    }
}
