// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfMap;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.agrona.CloseHelper;

/** The maps of the programs, by the names in {@link Layout}. */
final class FastPathMaps implements AutoCloseable
{
    private final Map<String, BpfMap> maps = new HashMap<>();

    /** @throws BpfException if the kernel refuses one; then none is left. */
    static FastPathMaps create(
        final int maxStations, final int maxRemotes, final int maxSegments, final int... sourcePorts)
        throws BpfException
    {
        final FastPathMaps maps = new FastPathMaps();
        try
        {
            maps.add(BpfMap.Kind.HASH, Layout.PORTS, Layout.NUMBER_SIZE, Layout.PORT_SIZE, maxSegments);
            maps.add(BpfMap.Kind.HASH, Layout.SEGMENTS, Layout.NUMBER_SIZE, Layout.SEGMENT_SIZE, maxSegments);
            maps.add(BpfMap.Kind.HASH, Layout.STATIONS, Layout.KEY_SIZE, Layout.STATION_SIZE, maxStations);
            maps.array(BpfMap.Kind.ARRAY, Layout.REMOTES, Layout.REMOTE_SIZE, maxRemotes);
            maps.array(BpfMap.Kind.PER_CPU_ARRAY, Layout.REMOTE_TRAFFIC, Layout.TRAFFIC_SIZE, maxRemotes);
            maps.array(BpfMap.Kind.PER_CPU_ARRAY, Layout.SEGMENT_TRAFFIC, Layout.TRAFFIC_SIZE, maxSegments);
            maps.array(BpfMap.Kind.ARRAY, Layout.SOURCE_PORTS, Layout.SOURCE_PORT_SIZE, sourcePorts.length);
            maps.fill(sourcePorts);
            return maps;
        }
        catch (final BpfException | RuntimeException | Error ex)
        {
            maps.close();
            throw ex;
        }
    }

    private void array(final BpfMap.Kind kind, final String name, final int valueSize, final int maxEntries)
        throws BpfException
    {
        add(kind, name, Layout.NUMBER_SIZE, valueSize, maxEntries);
    }

    private void add(
        final BpfMap.Kind kind, final String name, final int keySize, final int valueSize, final int maxEntries)
        throws BpfException
    {
        maps.put(name, BpfMap.create(kind, name, keySize, valueSize, maxEntries));
    }

    private void fill(final int... sourcePorts) throws BpfException
    {
        final BpfMap ports = get(Layout.SOURCE_PORTS);
        for (int i = 0; i < sourcePorts.length; i++)
        {
            ports.key().putInt(0, i);
            ports.value().putShort(0, (short)sourcePorts[i], ByteOrder.BIG_ENDIAN);
            ports.put();
        }
    }

    BpfMap get(final String name)
    {
        return Objects.requireNonNull(maps.get(name), name);
    }

    Map<String, BpfMap> byName()
    {
        return Collections.unmodifiableMap(maps);
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(maps.values());
    }
}
