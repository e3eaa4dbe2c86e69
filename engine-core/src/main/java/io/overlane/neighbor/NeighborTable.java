// SPDX-License-Identifier: Apache-2.0
package io.overlane.neighbor;

import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;
import org.agrona.collections.Int2IntCounterMap;

/**
 * (VNI, IP address) to the neighbour's MAC. One thread writes; any thread may {@link #lookup(int, long, long)}.
 *
 * <p>Entries are configured, or learned by a gateway. Learned ones never replace configured ones, and leave a quarter
 * of the table to them. A segment learns as long as it has fewer neighbours than places for learned ones are free: up
 * to half of these places if it is alone, so that another segment always finds some. A learned entry has a tick: the
 * time when the neighbour was last heard of, in units of about a second.
 *
 * <pre>
 *  63        50 49 48 47                0
 *  +-----------+--+--+------------------+
 *  |   tick    |L |1 |       MAC        |
 *  +-----------+--+--+------------------+
 * </pre>
 */
public final class NeighborTable
{
    /** No entry. */
    public static final long MISSING = -1;

    /** Makes the value of each MAC address, also of zero, different from that of no entry. */
    private static final long PRESENT = 1L << 48;

    /** The tick of configured entries. */
    public static final int CONFIGURED = -1;

    private static final long LEARNED = 1L << 49;
    private static final long MAC_MASK = PRESENT - 1;
    private static final int TICK_SHIFT = 50;
    private static final int TICK_MASK = 0x3FFF;
    /** A tick is 2^30 ns. */
    private static final int TICK_NS_SHIFT = 30;
    /** A quarter of the entries is reserved for configured ones. */
    private static final int RESERVED_SHIFT = 2;

    private final OffHeapTable table;
    private final int maxLearned;
    private int learned;
    private final Int2IntCounterMap learnedByVni = new Int2IntCounterMap(0);
    private volatile int version;
    private Runnable onChange = () -> {};
    private int cursor;
    private RowConsumer scanning = (vni, high, low, mac, tick) -> {};
    private final OffHeapTable.EntryConsumer scanner = this::onScanned;

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
        maxLearned = Math.max(1, maxEntries - (maxEntries >> RESERVED_SHIFT));
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

    /** As {@link #lookup}, for configured entries only. */
    public long configured(final int vni, final long high, final long low)
    {
        final long value = table.get(vni, high, low);
        return (value & LEARNED) == 0 ? mac(value) : MISSING;
    }

    /**
     * Whether {@link #learn} would change nothing, because the entry is configured, or has this MAC and this tick. Any
     * thread; allocates nothing.
     */
    public boolean isKnown(final int vni, final long high, final long low, final long mac, final int tick)
    {
        final long value = table.get(vni, high, low);
        return value != OffHeapTable.MISSING && ((value & LEARNED) == 0 || value == learnedValue(mac, tick));
    }

    private static long learnedValue(final long mac, final int tick)
    {
        return (long)tick << TICK_SHIFT | LEARNED | PRESENT | mac;
    }

    /** The tick of a time. */
    public static int tick(final long nowNs)
    {
        return (int)(nowNs >>> TICK_NS_SHIFT) & TICK_MASK;
    }

    /** The time from a tick to now, in nanoseconds. */
    public static long ageNs(final int tick, final long nowNs)
    {
        return (long)(tick(nowNs) - tick & TICK_MASK) << TICK_NS_SHIFT;
    }

    /**
     * Learn the MAC of a neighbour, or confirm it. Writer only; allocates nothing but room for a further segment.
     *
     * @param mac  in the low 48 bits.
     * @param tick of now.
     * @return true if the MAC is new; false if it is confirmed, the entry is configured, or there is no room.
     */
    public boolean learn(final int vni, final long high, final long low, final long mac, final int tick)
    {
        final long before = table.get(vni, high, low);
        if (before != OffHeapTable.MISSING && (before & LEARNED) == 0 ||
            before == OffHeapTable.MISSING && learnedByVni.get(vni) >= maxLearned - learned)
        {
            return false;
        }
        final boolean isThere = table.put(vni, high, low, learnedValue(mac, tick));
        if (isThere && before == OffHeapTable.MISSING)
        {
            learned++;
            learnedByVni.incrementAndGet(vni);
        }
        if (isThere && mac(before) != mac)
        {
            changed();
            return true;
        }
        return false;
    }

    /** Grows with each new MAC and each entry that is removed. Any thread. */
    public int version()
    {
        return version;
    }

    /** Set a task that runs after each such change, on the writer's thread. Before threads start. */
    public void onChange(final Runnable task)
    {
        onChange = task;
    }

    private void changed()
    {
        version = version + 1;
        onChange.run();
    }

    /** Learned entries. Writer only. */
    public int learned()
    {
        return learned;
    }

    /** Slots of the table, for {@link #scan}. */
    public int slots()
    {
        return table.slots();
    }

    /**
     * Visit the learned entries of the next slots, and begin again behind the last. The consumer may remove the entry.
     * Writer only; allocates nothing.
     */
    public void scan(final int slots, final RowConsumer consumer)
    {
        scanning = consumer;
        cursor = table.scan(cursor, slots, scanner);
    }

    private void onScanned(final long vni, final long high, final long low, final long value)
    {
        if ((value & LEARNED) != 0)
        {
            scanning.accept((int)vni, high, low, mac(value), (int)(value >>> TICK_SHIFT));
        }
    }

    /** Visit all entries with their ticks. Any thread; allocates. */
    public void forEachRow(final RowConsumer consumer)
    {
        table.forEach((vni, high, low, value) -> consumer.accept(
            (int)vni, high, low, mac(value), (value & LEARNED) == 0 ? CONFIGURED : (int)(value >>> TICK_SHIFT)));
    }

    /**
     * Add a configured entry or change its MAC. Writer only.
     *
     * @param high first word of the IP address.
     * @param mac  in the low 48 bits.
     * @return false if the address is new and the table full.
     */
    public boolean put(final int vni, final long high, final long low, final long mac)
    {
        forgetLearned(vni, table.get(vni, high, low));
        final boolean isThere = table.put(vni, high, low, mac | PRESENT);
        changed();
        return isThere;
    }

    /**
     * Writer only.
     *
     * @param high first word of the IP address.
     * @return the MAC of the entry, or {@link #MISSING}.
     */
    public long remove(final int vni, final long high, final long low)
    {
        final long value = table.remove(vni, high, low);
        if (value != OffHeapTable.MISSING)
        {
            forgetLearned(vni, value);
            changed();
        }
        return mac(value);
    }

    private void forgetLearned(final int vni, final long value)
    {
        if ((value & LEARNED) != 0)
        {
            learned--;
            learnedByVni.decrementAndGet(vni);
        }
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
        return value == OffHeapTable.MISSING ? MISSING : value & MAC_MASK;
    }

    /** Receives entries with their ticks, on the calling thread. */
    @FunctionalInterface
    public interface RowConsumer
    {
        /** @param tick when it was last heard of, or {@link #CONFIGURED}. */
        void accept(int vni, long high, long low, long mac, int tick);
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
