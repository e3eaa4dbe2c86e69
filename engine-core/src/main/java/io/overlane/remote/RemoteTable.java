// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Interned VTEPs: each has a number while anyone holds a reference to it. A VTEP to which frames are sent with another
 * VNI than their segment's is another remote.
 *
 * <pre>
 *   0      8     16        20           24     28    32
 *   +------+-----+---------+------------+------+-----+
 *   | high | low | udpPort | references | next | vni |
 *   +------+-----+---------+------------+------+-----+
 * </pre>
 *
 * <b>Threads.</b> One thread interns and releases. Any thread may read the address behind a number it was handed by
 * way of a release and an acquire, as an {@code Fdb} lookup does: the address was written before. What a number stands
 * for stays readable after its last release until the number is given out again. Numbers are given out again in the
 * order in which they were freed, after all that were never used, so that a reader that is late by one lookup meets a
 * reused number only if every free number was given out meanwhile; it would then send that one datagram to a wrong or
 * mixed address. Leave room in {@code maxRemotes} for that.
 *
 * <p><b>Who may fill it.</b> What is learned takes three quarters at most, so that sources nobody knows, of which
 * anyone can forge as many as he likes, leave room for what is configured; which, when all is taken, takes the place of
 * learned ones.
 */
public final class RemoteTable
{
    /** What {@link #intern(long, long, int)} answers when full and {@link #find(long, long)} when it does not know. */
    public static final int MISSING = -1;

    /** The VNI of a remote to which each segment's frames are sent with the segment's. */
    public static final int SEGMENTS_VNI = FdbRequest.SEGMENTS_VNI;

    private static final int HIGH_OFFSET = 0;
    private static final int LOW_OFFSET = 8;
    private static final int UDP_PORT_OFFSET = 16;
    private static final int REFERENCES_OFFSET = 20;
    private static final int NEXT_OFFSET = 24;
    private static final int VNI_OFFSET = 28;
    private static final int RECORD_SHIFT = 5;

    private static final int MAX_REMOTES = OffHeapTable.MAX_ENTRIES;
    /** Of the numbers, one in so many is not for those that are learned. */
    private static final int RESERVED_SHIFT = 2;

    private final UnsafeBuffer records;
    private final int maxRemotes;

    /**
     * (0, address) to the first remote that has it, plus 1; the others follow by {@code next}, in the order they came.
     */
    private final OffHeapTable firstByAddress;

    private final RemoteLists lists = new RemoteLists();
    private final int[] free;
    private int freeHead;
    private int freeCount;
    private IntConsumer onNew = remote -> {};
    private BooleanSupplier makesRoom = () -> false;

    /**
     * @param maxRemotes it can hold.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RemoteTable(final int maxRemotes)
    {
        this(maxRemotes, new SecureRandom().nextLong());
    }

    /**
     * @param maxRemotes it can hold.
     * @param seed       of the hash; numbers do not depend on it.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RemoteTable(final int maxRemotes, final long seed)
    {
        if (maxRemotes < 1 || maxRemotes > MAX_REMOTES)
        {
            throw new IllegalArgumentException("maxRemotes=" + maxRemotes + " (expected 1…" + MAX_REMOTES + ")");
        }
        this.maxRemotes = maxRemotes;
        records = new UnsafeBuffer(
            BufferUtil.allocateDirectAligned(maxRemotes << RECORD_SHIFT, BitUtil.CACHE_LINE_LENGTH));
        firstByAddress = new OffHeapTable(maxRemotes, seed);
        free = new int[maxRemotes];
        for (int remote = 0; remote < maxRemotes; remote++)
        {
            free[remote] = remote;
        }
        freeCount = maxRemotes;
    }

    /** @return lists of these remotes. */
    public RemoteLists lists()
    {
        return lists;
    }

    /** @return remotes someone holds; writer only. */
    public int size()
    {
        return maxRemotes - freeCount;
    }

    /** @return remotes it can hold. */
    public int maxRemotes()
    {
        return maxRemotes;
    }

    /**
     * @param onNew is told each number that is given to a VTEP that had none, before anyone else learns it. Before
     *              threads start.
     */
    public void onNew(final IntConsumer onNew)
    {
        this.onNew = onNew;
    }

    /**
     * @param makesRoom is asked, when all numbers are taken and one is needed for something configured, to have some
     *                  released, and says whether it did. Before threads start.
     */
    public void makesRoom(final BooleanSupplier makesRoom)
    {
        this.makesRoom = makesRoom;
    }

    /**
     * As {@link #intern(long, long, int)} for a remote that was only heard from: what is kept for configured ones it
     * does not get. Writer only; allocates nothing.
     *
     * @param high    first word of the address.
     * @param low     second word.
     * @param udpPort 1…65535.
     * @return its number, or {@link #MISSING} if it is new and there is no room.
     */
    public int internLearned(final long high, final long low, final int udpPort)
    {
        return freeCount > maxRemotes >> RESERVED_SHIFT || find(high, low) != MISSING ?
            intern(high, low, udpPort) :
            MISSING;
    }

    /**
     * Take a reference to a VTEP, and a number for it if it has none. Writer only; allocates nothing.
     *
     * @param high    first word of the address.
     * @param low     second word.
     * @param udpPort 1…65535.
     * @return its number, or {@link #MISSING} if it is new and the table full.
     */
    public int intern(final long high, final long low, final int udpPort)
    {
        return intern(high, low, udpPort, SEGMENTS_VNI);
    }

    /**
     * As {@link #intern(long, long, int)}.
     *
     * @param remote address and UDP port.
     * @return its number, or {@link #MISSING} if it is new and the table is full.
     */
    public int intern(final Vtep remote)
    {
        return intern(remote.address().high(), remote.address().low(), remote.udpPort());
    }

    /**
     * As {@link #intern(long, long, int)}, for one to which frames are sent with a VNI of its own.
     *
     * @param high    first word of the address.
     * @param low     second word.
     * @param udpPort 1…65535.
     * @param vni     the VNI, or {@link #SEGMENTS_VNI}.
     * @return its number, or {@link #MISSING} if it is new and the table full.
     */
    public int intern(final long high, final long low, final int udpPort, final int vni)
    {
        final int first = find(high, low);
        int last = MISSING;
        for (int remote = first; remote != MISSING; remote = next(remote))
        {
            if (udpPort(remote) == udpPort && vni(remote) == vni)
            {
                retain(remote);
                return remote;
            }
            last = remote;
        }
        if (freeCount == 0)
        {
            return makesRoom.getAsBoolean() ? intern(high, low, udpPort, vni) : MISSING;
        }
        final int remote = free[freeHead];
        freeHead = (freeHead + 1) % maxRemotes;
        freeCount--;

        final int offset = remote << RECORD_SHIFT;
        records.putLong(offset + HIGH_OFFSET, high);
        records.putLong(offset + LOW_OFFSET, low);
        records.putInt(offset + UDP_PORT_OFFSET, udpPort);
        records.putInt(offset + REFERENCES_OFFSET, 1);
        records.putInt(offset + VNI_OFFSET, vni);
        next(remote, MISSING);
        onNew.accept(remote);
        if (last == MISSING)
        {
            firstByAddress.put(0, high, low, remote + 1L);
        }
        else
        {
            next(last, remote);
        }
        return remote;
    }

    /**
     * Take one more reference. Writer only.
     *
     * @param remote someone holds.
     * @throws IllegalStateException if no one does.
     */
    public void retain(final int remote)
    {
        records.putInt((remote << RECORD_SHIFT) + REFERENCES_OFFSET, held(remote) + 1);
    }

    /**
     * Give a reference back; the number becomes free with the last. Writer only.
     *
     * @param remote someone holds.
     * @throws IllegalStateException if no one does.
     */
    public void release(final int remote)
    {
        final int references = held(remote) - 1;
        records.putInt((remote << RECORD_SHIFT) + REFERENCES_OFFSET, references);
        if (references == 0)
        {
            unlink(remote);
            free[(freeHead + freeCount) % maxRemotes] = remote;
            freeCount++;
        }
    }

    /**
     * Writer only.
     *
     * @param remote any number below {@link #maxRemotes()}.
     * @return references to it; 0 if the number is free.
     */
    public int references(final int remote)
    {
        return records.getInt((remote << RECORD_SHIFT) + REFERENCES_OFFSET);
    }

    /**
     * @param remote a number the caller was given.
     * @return first word of its address.
     */
    public long high(final int remote)
    {
        return records.getLong((remote << RECORD_SHIFT) + HIGH_OFFSET);
    }

    /**
     * @param remote a number the caller was given.
     * @return second word of its address.
     */
    public long low(final int remote)
    {
        return records.getLong((remote << RECORD_SHIFT) + LOW_OFFSET);
    }

    /**
     * @param remote a number the caller was given.
     * @return its UDP port.
     */
    public int udpPort(final int remote)
    {
        return records.getInt((remote << RECORD_SHIFT) + UDP_PORT_OFFSET);
    }

    /**
     * @param remote a number the caller was given.
     * @return the VNI frames are sent to it with, or {@link #SEGMENTS_VNI}.
     */
    public int vni(final int remote)
    {
        return records.getInt((remote << RECORD_SHIFT) + VNI_OFFSET);
    }

    /**
     * Allocates: for tables, logs and messages.
     *
     * @param remote a number the caller was given.
     * @return the same as a value.
     */
    public Vtep vtep(final int remote)
    {
        return new Vtep(new IpAddress(high(remote), low(remote)), udpPort(remote));
    }

    /**
     * Find a remote by address alone, whatever its UDP port: many peers send from any source port. Any thread.
     *
     * @param high first word of the address.
     * @param low  second word.
     * @return the one interned first of those with the address, or {@link #MISSING}.
     */
    public int find(final long high, final long low)
    {
        return (int)firstByAddress.get(0, high, low) - 1;
    }

    private void unlink(final int remote)
    {
        final long high = high(remote);
        final long low = low(remote);
        final int first = find(high, low);
        if (first != remote)
        {
            int previous = first;
            while (next(previous) != remote)
            {
                previous = next(previous);
            }
            next(previous, next(remote));
        }
        else if (next(remote) != MISSING)
        {
            firstByAddress.put(0, high, low, next(remote) + 1L);
        }
        else
        {
            firstByAddress.remove(0, high, low);
        }
    }

    private int held(final int remote)
    {
        final int references = references(remote);
        if (references == 0)
        {
            throw new IllegalStateException("no one holds remote " + remote);
        }
        return references;
    }

    private int next(final int remote)
    {
        return records.getInt((remote << RECORD_SHIFT) + NEXT_OFFSET);
    }

    private void next(final int remote, final int next)
    {
        records.putInt((remote << RECORD_SHIFT) + NEXT_OFFSET, next);
    }
}
