// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.fastpath.FastStation;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/** The stations in the kernel's map, and when the programs saw them. One thread. */
final class StationTable
{
    private static final int VNI_SHIFT = 8;

    private final BpfMap map;
    private int size;

    StationTable(final BpfMap map)
    {
        this.map = map;
    }

    /**
     * Put a station. If there is no room or memory for it, it is not there, and the engine has its frames.
     *
     * @param use of the number of its remote.
     */
    void put(final FastStation station, final byte use) throws BpfException
    {
        final boolean isThere = find(station.vni(), station.mac());
        final long seen = isThere ? map.value().getLong(Layout.STATION_SEEN) : 0;
        map.value().setMemory(0, Layout.STATION_SIZE, (byte)0);
        map.value().putInt(Layout.STATION_KEY_VNI, station.vni());
        map.value().putInt(Layout.STATION_REMOTE, station.remote());
        map.value().putByte(Layout.STATION_USE, use);
        map.value().putByte(Layout.STATION_WAYS, (byte)(
            (station.encap() ? Layout.WAY_ENCAP : 0) | (station.decap() ? Layout.WAY_DECAP : 0)));
        map.value().putInt(Layout.STATION_VNI, station.remoteVni() << VNI_SHIFT, ByteOrder.BIG_ENDIAN);
        map.value().putLong(Layout.STATION_SEEN, seen);
        if (map.put())
        {
            size += isThere ? 0 : 1;
        }
        else if (isThere)
        {
            remove(station.vni(), station.mac());
        }
    }

    void remove(final int vni, final long mac) throws BpfException
    {
        setKey(vni, mac);
        size -= map.remove() ? 1 : 0;
    }

    int size()
    {
        return size;
    }

    /** @return how long ago a program saw the station, or {@link Long#MAX_VALUE} if none did. */
    long idleMs(final int vni, final long mac) throws BpfException
    {
        final long seenNs = find(vni, mac) ? map.value().getLong(Layout.STATION_SEEN) : 0;
        // The kernel's clock is the one of System.nanoTime().
        final long idleNs = Math.max(0, System.nanoTime() - seenNs);
        return seenNs == 0 ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.toMillis(idleNs);
    }

    private boolean find(final int vni, final long mac) throws BpfException
    {
        setKey(vni, mac);
        return map.get();
    }

    private void setKey(final int vni, final long mac)
    {
        map.key().putInt(Layout.KEY_MAC, (int)(mac >>> Short.SIZE), ByteOrder.BIG_ENDIAN);
        map.key().putShort(Layout.KEY_MAC + Integer.BYTES, (short)mac, ByteOrder.BIG_ENDIAN);
        map.key().putShort(Layout.KEY_MAC + Integer.BYTES + Short.BYTES, (short)0);
        map.key().putInt(Layout.KEY_VNI, vni);
    }
}
