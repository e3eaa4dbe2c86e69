// SPDX-License-Identifier: Apache-2.0
package io.overlane.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;

/**
 * IPv4 and IPv6 prefixes to targets, longest match first: one hash table of (length, prefix), and the set of lengths
 * that are in use. A lookup costs one probe per length in use; overlays use few.
 *
 * <p>Lengths and addresses are those of the IPv4-mapped form, where IPv4 prefixes have lengths 96…128. The families
 * never match each other: {@code ::/0} is no default route for IPv4.
 *
 * <p>One thread writes; any thread may {@link #lookup(long, long)}. Each prefix appears, changes and vanishes at once,
 * but a lookup is no snapshot of several: while one prefix is put and then one that covers it removed, a lookup that
 * began before may see neither.
 */
public final class RouteTable
{
    /** No route. */
    public static final int MISSING = -1;

    private static final int MAX_LENGTH = 128;
    private static final int V4_MIN_LENGTH = 96;

    private final OffHeapTable table;

    /** Prefixes of each length; the writer's. */
    private final int[] counts = new int[MAX_LENGTH + 1];

    /** Lengths 65…128 in use, bit 63 for 128. */
    private volatile long longLengths;

    /** Lengths 1…64 in use, bit 63 for 64. */
    private volatile long shortLengths;

    /** Length 0 in use. */
    private volatile boolean zeroLength;

    /**
     * @param maxRoutes it can hold.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RouteTable(final int maxRoutes)
    {
        this(maxRoutes, new SecureRandom().nextLong());
    }

    /**
     * @param maxRoutes it can hold.
     * @param seed      of the hash.
     * @throws IllegalArgumentException if {@code maxRoutes} is out of range.
     */
    public RouteTable(final int maxRoutes, final long seed)
    {
        table = new OffHeapTable(maxRoutes, seed);
    }

    /** @return routes; any thread. */
    public int size()
    {
        return table.size();
    }

    /**
     * Any thread; allocates nothing and never waits for the writer.
     *
     * @param high first word of an address.
     * @param low  second word.
     * @return target of the longest prefix that contains it, or {@link #MISSING}.
     */
    public int lookup(final long high, final long low)
    {
        long lengths = longLengths;
        if (IpAddress.isV4(high, low))
        {
            lengths &= -1L << (V4_MIN_LENGTH - 65);
            return match(high, low, lengths, 65);
        }
        final int target = match(high, low, lengths, 65);
        if (target != MISSING)
        {
            return target;
        }
        final int shortTarget = match(high, low, shortLengths, 1);
        return shortTarget != MISSING || !zeroLength ? shortTarget : (int)table.get(0, 0, 0) - 1;
    }

    /**
     * Add a route or change where it leads. Writer only.
     *
     * @param prefix of either family; bits behind its length do not count.
     * @param target 0 or more.
     * @return false if the prefix is new and the table full.
     * @throws IllegalArgumentException if the target is negative.
     */
    public boolean put(final IpPrefix prefix, final int target)
    {
        if (target < 0)
        {
            throw new IllegalArgumentException("target=" + target + " (expected 0 or more)");
        }
        final int length = prefix.mappedLength();
        final int before = table.size();
        if (!table.put(length, high(prefix), low(prefix), target + 1L))
        {
            return false;
        }
        if (table.size() > before && counts[length]++ == 0)
        {
            inUse(length, true);
        }
        return true;
    }

    /**
     * Any thread.
     *
     * @param prefix of either family; bits behind its length do not count.
     * @return where exactly this prefix leads, or {@link #MISSING}.
     */
    public int get(final IpPrefix prefix)
    {
        return (int)table.get(prefix.mappedLength(), high(prefix), low(prefix)) - 1;
    }

    /**
     * Writer only.
     *
     * @param prefix of either family; bits behind its length do not count.
     * @return where it led, or {@link #MISSING}.
     */
    public int remove(final IpPrefix prefix)
    {
        final int length = prefix.mappedLength();
        final int target = (int)table.remove(length, high(prefix), low(prefix)) - 1;
        if (target != MISSING && --counts[length] == 0)
        {
            inUse(length, false);
        }
        return target;
    }

    /**
     * Visit all routes, in no useful order. Any thread; allocates. Only the writer's consumer may change the table.
     *
     * @param consumer of each route.
     */
    public void forEach(final EntryConsumer consumer)
    {
        table.forEach((length, high, low, value) ->
        {
            final IpAddress address = new IpAddress(high, low);
            final int familyLength = (int)length - (MAX_LENGTH - address.bits());
            consumer.accept(new IpPrefix(address, familyLength), (int)value - 1);
        });
    }

    private int match(final long high, final long low, final long lengths, final int lowest)
    {
        long rest = lengths;
        while (rest != 0)
        {
            final int bit = 63 - Long.numberOfLeadingZeros(rest);
            final int length = bit + lowest;
            final long value = table.get(length, high & IpPrefix.highMask(length), low & IpPrefix.lowMask(length));
            if (value != OffHeapTable.MISSING)
            {
                return (int)value - 1;
            }
            rest ^= 1L << bit;
        }
        return MISSING;
    }

    private void inUse(final int length, final boolean used)
    {
        if (length > 64)
        {
            longLengths = with(longLengths, length - 65, used);
        }
        else if (length > 0)
        {
            shortLengths = with(shortLengths, length - 1, used);
        }
        else
        {
            zeroLength = used;
        }
    }

    private static long with(final long bits, final int bit, final boolean set)
    {
        return set ? bits | 1L << bit : bits & ~(1L << bit);
    }

    private static long high(final IpPrefix prefix)
    {
        return prefix.address().high() & IpPrefix.highMask(prefix.mappedLength());
    }

    private static long low(final IpPrefix prefix)
    {
        return prefix.address().low() & IpPrefix.lowMask(prefix.mappedLength());
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param prefix with no bits behind its length.
         * @param target it leads to.
         */
        void accept(IpPrefix prefix, int target);
    }
}
