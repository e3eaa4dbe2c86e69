// SPDX-License-Identifier: Apache-2.0
package io.overlane.neighbor;

import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;

/** (VNI, IP address) to the neighbour's MAC. One thread writes; any thread may {@link #lookup(int, long, long)}. */
public final class NeighborTable
{
    /** No entry. */
    public static final long MISSING = -1;

    /** Makes the value of each MAC address, also of zero, different from that of no entry. */
    private static final long PRESENT = 1L << 48;

    private final OffHeapTable table;

    /**
     * @param maxEntries of all segments together.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public NeighborTable(final int maxEntries)
    {
        this(maxEntries, new SecureRandom().nextLong());
    }

    NeighborTable(final int maxEntries, final long seed)
    {
        table = new OffHeapTable(maxEntries, seed);
    }

    /** @return entries; any thread. */
    public int size()
    {
        return table.size();
    }

    /**
     * Any thread; allocates nothing and never waits for the writer.
     *
     * @param high first word of the IP address.
     * @return the MAC in the low 48 bits, or {@link #MISSING}.
     */
    public long lookup(final int vni, final long high, final long low)
    {
        return mac(table.get(vni, high, low));
    }

    /**
     * Add an entry or change its MAC. Writer only.
     *
     * @param high first word of the IP address.
     * @param mac  in the low 48 bits.
     * @return false if the address is new and the table full.
     */
    public boolean put(final int vni, final long high, final long low, final long mac)
    {
        return table.put(vni, high, low, mac | PRESENT);
    }

    /**
     * Writer only.
     *
     * @param high first word of the IP address.
     * @return the MAC of the entry, or {@link #MISSING}.
     */
    public long remove(final int vni, final long high, final long low)
    {
        return mac(table.remove(vni, high, low));
    }

    /**
     * Visit all entries, in no useful order. Any thread; allocates. Only the writer's consumer may change the table.
     */
    public void forEach(final EntryConsumer consumer)
    {
        table.forEach((vni, high, low, value) -> consumer.accept((int)vni, high, low, mac(value)));
    }

    private static long mac(final long value)
    {
        return value == OffHeapTable.MISSING ? MISSING : value & ~PRESENT;
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param high first word of the IP address.
         * @param mac  that has the address, in the low 48 bits.
         */
        void accept(int vni, long high, long low, long mac);
    }
}
