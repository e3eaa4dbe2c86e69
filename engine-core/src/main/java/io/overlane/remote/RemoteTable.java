// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.setting.Setting;
import io.overlane.table.OffHeapTable;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Interned VTEPs: each has a number as long as somebody holds a reference to it. A VTEP to which frames are sent with
 * another VNI than their segment's is another remote.
 *
 * <pre>
 *   +------+-----+  +---------+-----+------------+------+
 *   | high | low |  | udpPort | vni | references | next |
 *   +------+-----+  +---------+-----+------------+------+
 * </pre>
 *
 * <p><b>Threads.</b> One thread interns and releases. Any thread may read the address of a number that it got through a
 * release and an acquire, as an {@code Fdb} lookup does: the address was written before. The address of a number stays
 * readable after the last release, until the number is used again. Numbers are used again in the order in which they
 * were freed, after all that were never used. So a reader that is late by one lookup meets a reused number only if
 * every free number was used meanwhile; it would then send that one datagram to a wrong or mixed address. Leave room in
 * {@code maxRemotes} for that.
 *
 * <p><b>Who may fill it.</b> Learned remotes take three quarters of the numbers at most: anyone can forge as many
 * sources as he likes, and these must leave room for configured remotes. When all numbers are taken, a configured
 * remote takes the place of a learned one.
 */
public final class RemoteTable
{
    /**
     * {@link #intern(long, long, int)} answers this when the table is full, {@link #find(long, long)} when there is no
     * such remote.
     */
    public static final int MISSING = -1;

    /** The VNI of a remote to which each segment's frames are sent with the VNI of their segment. */
    public static final int SEGMENTS_VNI = FdbRequest.SEGMENTS_VNI;

    private static final int ADDRESS_SHIFT = 1;
    private static final int LOW_INDEX = 1;
    private static final int FIELDS_SHIFT = 2;
    private static final int VNI_INDEX = 1;
    private static final int REFERENCES_INDEX = 2;
    private static final int NEXT_INDEX = 3;

    /** A quarter of the numbers is reserved for configured remotes. */
    private static final int RESERVED_SHIFT = 2;

    private final long[] addresses;
    private final AtomicIntegerArray fields;
    private final int maxRemotes;

    /**
     * (0, address) to the first remote that has it, plus 1. The others follow by {@code next}, in the order they were
     * added.
     */
    private final OffHeapTable firstByAddress;

    private final RemoteLists lists = new RemoteLists();
    private final int[] free;
    private int freeHead;
    private int freeCount;
    private IntConsumer onNew = remote -> {};
    private BooleanSupplier makesRoom = () -> false;

    /** @throws IllegalArgumentException if the number is out of range. */
    public RemoteTable(final int maxRemotes)
    {
        this(maxRemotes, new SecureRandom().nextLong());
    }

    /**
     * @param seed of the hash; numbers do not depend on it.
     * @throws IllegalArgumentException if the number is out of range.
     */
    public RemoteTable(final int maxRemotes, final long seed)
    {
        this.maxRemotes = Setting.inRange("maxRemotes", maxRemotes, 1, OffHeapTable.MAX_ENTRIES);
        addresses = new long[maxRemotes << ADDRESS_SHIFT];
        fields = new AtomicIntegerArray(maxRemotes << FIELDS_SHIFT);
        firstByAddress = new OffHeapTable(maxRemotes, seed);
        free = new int[maxRemotes];
        for (int remote = 0; remote < maxRemotes; remote++)
        {
            free[remote] = remote;
        }
        freeCount = maxRemotes;
    }

    public RemoteLists lists()
    {
        return lists;
    }

    /** The remotes that somebody holds. Writer only. */
    public int size()
    {
        return maxRemotes - freeCount;
    }

    public int maxRemotes()
    {
        return maxRemotes;
    }

    /**
     * Set a callback for each number that is given to a VTEP that had none, before any other thread can see the number.
     * Before threads start.
     */
    public void onNew(final IntConsumer onNew)
    {
        this.onNew = onNew;
    }

    /**
     * Set a task that releases remotes when all numbers are taken and one is needed for something configured; it
     * answers whether it did. Before threads start.
     */
    public void makesRoom(final BooleanSupplier makesRoom)
    {
        this.makesRoom = makesRoom;
    }

    /**
     * As {@link #intern(long, long, int)} for a learned remote: it gets none of the numbers that are reserved for
     * configured ones. Writer only; allocates nothing.
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
     * @param udpPort 1…65535.
     * @return its number, or {@link #MISSING} if it is new and the table is full.
     */
    public int intern(final long high, final long low, final int udpPort)
    {
        return intern(high, low, udpPort, SEGMENTS_VNI);
    }

    /** As {@link #intern(long, long, int)}. */
    public int intern(final Vtep remote)
    {
        return intern(remote.address().high(), remote.address().low(), remote.udpPort());
    }

    /**
     * As {@link #intern(long, long, int)}, for a remote to which frames are sent with a VNI of its own.
     *
     * @param vni the VNI, or {@link #SEGMENTS_VNI}.
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

        final int address = remote << ADDRESS_SHIFT;
        addresses[address] = high;
        addresses[address + LOW_INDEX] = low;
        final int field = remote << FIELDS_SHIFT;
        fields.setPlain(field, udpPort);
        fields.setPlain(field + VNI_INDEX, vni);
        fields.setRelease(field + REFERENCES_INDEX, 1);
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
     * Take one more reference to a remote that somebody holds. Writer only.
     *
     * @throws IllegalStateException if nobody holds it.
     */
    void retain(final int remote)
    {
        fields.setPlain((remote << FIELDS_SHIFT) + REFERENCES_INDEX, held(remote) + 1);
    }

    /**
     * Give a reference back; the number becomes free with the last one. Writer only.
     *
     * @throws IllegalStateException if nobody holds the remote.
     */
    public void release(final int remote)
    {
        final int references = held(remote) - 1;
        fields.setPlain((remote << FIELDS_SHIFT) + REFERENCES_INDEX, references);
        if (references == 0)
        {
            unlink(remote);
            free[(freeHead + freeCount) % maxRemotes] = remote;
            freeCount++;
        }
    }

    /** The references to any number below {@link #maxRemotes()}; 0 if it is free. Writer only. */
    public int references(final int remote)
    {
        return fields.getPlain((remote << FIELDS_SHIFT) + REFERENCES_INDEX);
    }

    /** First word of a remote's address. */
    public long high(final int remote)
    {
        return addresses[remote << ADDRESS_SHIFT];
    }

    /** Second word of a remote's address. */
    public long low(final int remote)
    {
        return addresses[(remote << ADDRESS_SHIFT) + LOW_INDEX];
    }

    public int udpPort(final int remote)
    {
        return fields.getPlain(remote << FIELDS_SHIFT);
    }

    /** The VNI that frames are sent to a remote with, or {@link #SEGMENTS_VNI}. */
    public int vni(final int remote)
    {
        return fields.getPlain((remote << FIELDS_SHIFT) + VNI_INDEX);
    }

    /** Address and UDP port as a value. Allocates: for tables, logs and messages. */
    public Vtep vtep(final int remote)
    {
        return new Vtep(new IpAddress(high(remote), low(remote)), udpPort(remote));
    }

    /**
     * Find a remote by address alone, whatever its UDP port: many peers send from any source port. Any thread.
     *
     * @return the one interned first of those with the address, or {@link #MISSING}.
     */
    public int find(final long high, final long low)
    {
        return (int)firstByAddress.get(0, high, low) - 1;
    }

    /** Receives a remote, or a port that has a number as remotes do. */
    @FunctionalInterface
    public interface RemoteConsumer
    {
        /** @param vni that frames are sent to it with, or {@link #SEGMENTS_VNI}. */
        void onRemote(int number, Vtep vtep, int vni);
    }

    /** Visit each VTEP that has a number. One that comes or goes meanwhile may be missing. Any thread. */
    public void forEach(final RemoteConsumer consumer)
    {
        for (int remote = 0; remote < maxRemotes; remote++)
        {
            final int references = (remote << FIELDS_SHIFT) + REFERENCES_INDEX;
            if (fields.get(references) > 0)
            {
                final Vtep vtep = vtep(remote);
                final int vni = vni(remote);
                VarHandle.loadLoadFence();
                // The number may have been freed and given to another meanwhile.
                if (fields.get(references) > 0 && vtep.equals(vtep(remote)) && vni == vni(remote))
                {
                    consumer.onRemote(remote, vtep, vni);
                }
            }
        }
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
            throw new IllegalStateException("remote " + remote + " has no references");
        }
        return references;
    }

    private int next(final int remote)
    {
        return fields.getPlain((remote << FIELDS_SHIFT) + NEXT_INDEX);
    }

    private void next(final int remote, final int next)
    {
        fields.setPlain((remote << FIELDS_SHIFT) + NEXT_INDEX, next);
    }
}
