// SPDX-License-Identifier: Apache-2.0
package io.overlane.route;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;
import java.util.stream.IntStream;

/**
 * IPv4 and IPv6 prefixes to targets, longest match first: one hash table of (length, prefix), and the lengths that are
 * in use. A lookup costs one probe per length in use; overlays use few.
 *
 * <p>Lengths and addresses are those of the IPv4-mapped form, where IPv4 prefixes have lengths 96…128. The families
 * never match each other: {@code ::/0} is no default route for IPv4.
 *
 * <p>One thread writes; any thread may {@link #lookup(long, long)}. Readers see a prefix before or after each change of
 * it, but a lookup is not a snapshot of several prefixes: if the writer puts one prefix and then removes another that
 * covers it, a lookup that began before may find neither.
 */
public final class RouteTable
{
    /** No route. */
    public static final int MISSING = -1;

    private static final int MAX_LENGTH = 128;
    private static final int V4_MIN_LENGTH = 96;

    private final OffHeapTable table;

    /** Number of prefixes of each length. Only the writer uses it. */
    private final int[] counts = new int[MAX_LENGTH + 1];

    /** The lengths in use, longest first. Each change makes a new array. */
    private volatile int[] lengths = {};

    /**
     * @param maxRoutes it can hold.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RouteTable(final int maxRoutes)
    {
        this(maxRoutes, new SecureRandom().nextLong());
    }

    RouteTable(final int maxRoutes, final long seed)
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
     * @return target of the longest prefix that contains it, or {@link #MISSING}.
     */
    public int lookup(final long high, final long low)
    {
        final int shortest = IpAddress.isV4(high, low) ? V4_MIN_LENGTH : 0;
        for (final int length : lengths)
        {
            if (length < shortest)
            {
                break;
            }
            final int target =
                (int)table.get(length, high & IpPrefix.highMask(length), low & IpPrefix.lowMask(length)) - 1;
            if (target != MISSING)
            {
                return target;
            }
        }
        return MISSING;
    }

    /**
     * Add a route or change its target. Writer only.
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
            throw new IllegalArgumentException("target=" + target + " is negative; give it 0 or more");
        }
        final int length = prefix.mappedLength();
        final int before = table.size();
        if (!table.put(length, high(prefix), low(prefix), target + 1L))
        {
            return false;
        }
        if (table.size() > before && counts[length]++ == 0)
        {
            publishLengths();
        }
        return true;
    }

    /**
     * Any thread.
     *
     * @param prefix of either family; bits behind its length do not count.
     * @return target of exactly this prefix, or {@link #MISSING}.
     */
    public int get(final IpPrefix prefix)
    {
        return (int)table.get(prefix.mappedLength(), high(prefix), low(prefix)) - 1;
    }

    /**
     * Writer only.
     *
     * @param prefix of either family; bits behind its length do not count.
     * @return target that it had, or {@link #MISSING}.
     */
    public int remove(final IpPrefix prefix)
    {
        final int length = prefix.mappedLength();
        final int target = (int)table.remove(length, high(prefix), low(prefix)) - 1;
        if (target != MISSING && --counts[length] == 0)
        {
            publishLengths();
        }
        return target;
    }

    /** Visit all routes, in no useful order. Any thread; allocates. Only the writer's consumer may change the table. */
    public void forEach(final EntryConsumer consumer)
    {
        table.forEach((length, high, low, value) ->
        {
            final IpAddress address = new IpAddress(high, low);
            final int familyLength = (int)length - (MAX_LENGTH - address.bits());
            consumer.accept(new IpPrefix(address, familyLength), (int)value - 1);
        });
    }

    private void publishLengths()
    {
        lengths = IntStream.rangeClosed(0, MAX_LENGTH)
            .map(i -> MAX_LENGTH - i)
            .filter(length -> counts[length] > 0)
            .toArray();
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
         * @param target of the route.
         */
        void accept(IpPrefix prefix, int target);
    }
}
