package io.overlane.table;

import java.lang.invoke.VarHandle;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the tables have in common: a fixed number of slots in one of two buffers, and the way from one to the other.
 * One thread writes; any thread reads, without locks.
 *
 * <p><b>Why a reader never sees a torn entry.</b> A slot is claimed by writing its key and then, with release, the word
 * that has its value; readers acquire that word before they trust the key. From then on the slot belongs to that key:
 * removing an entry leaves the key and stores a tombstone, which only the same key may revive. A slot that was never
 * used ends a probe. Tombstones go when they and the live entries together fill too much of the table: the writer then
 * copies the live entries to the other buffer and publishes it by a new generation. A reader checks the generation
 * before and after, and looks again if it changed; ordinary writes never make a reader look twice.
 *
 * <p><b>Cost.</b> Both buffers are allocated by the constructor and nothing is afterwards. A rebuild reads and writes
 * the whole table once, in order, within the {@code put} that needs it; at least an eighth of the slots are claimed
 * between two rebuilds.
 */
abstract class TwoBufferTable
{
    /** The most entries a table can be made for. */
    public static final int MAX_ENTRIES = 1 << 24;

    final UnsafeBuffer even;
    final UnsafeBuffer odd;

    private final int maxEntries;
    private final int slots;
    private final int claimedLimit;

    private int claimed;
    private volatile int size;

    /** Says which buffer is the table: the even or the odd one. The other is spare until the next rebuild. */
    private volatile long generation;

    /**
     * @param maxEntries live entries it can hold.
     * @param slots      as many as {@link #requireEntries(int)} let pass and a good deal more.
     * @param slotShift  logarithm of the bytes of a slot.
     */
    TwoBufferTable(final int maxEntries, final int slots, final int slotShift)
    {
        this.maxEntries = maxEntries;
        this.slots = slots;
        claimedLimit = Math.min(maxEntries + slots / 8, slots - 1);
        even = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots << slotShift, BitUtil.CACHE_LINE_LENGTH));
        odd = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots << slotShift, BitUtil.CACHE_LINE_LENGTH));
    }

    /** @return live entries; any thread. */
    public final int size()
    {
        return size;
    }

    /** @return live entries it can hold. */
    public final int maxEntries()
    {
        return maxEntries;
    }

    /** @return slots, numbered from 0. */
    public final int slots()
    {
        return slots;
    }

    /** @return rebuilds so far; any thread. */
    public final long generation()
    {
        return generation;
    }

    /** Copy the entry of a slot of the table, if it has one, to the buffer that will be the table next. */
    abstract void copy(int slot, UnsafeBuffer to);

    /** The buffer that is the table; the writer's, or a reader's who will ask {@link #isCurrent(long)}. */
    final UnsafeBuffer buffer(final long generation)
    {
        return (generation & 1) == 0 ? even : odd;
    }

    final UnsafeBuffer active()
    {
        return buffer(generation);
    }

    /** Pairs with the fence in rebuild(): whoever saw a word of the next table sees that the one before is gone. */
    final boolean isCurrent(final long before)
    {
        VarHandle.loadLoadFence();
        return before == generation;
    }

    final boolean isFull()
    {
        return size == maxEntries;
    }

    /** The number of live entries changed by so many. */
    final void grow(final int entries)
    {
        size = size + entries;
    }

    /** Count a slot that is about to be claimed; true if that took a rebuild, after which slots have other numbers. */
    final boolean claim()
    {
        final boolean rebuilt = claimed == claimedLimit;
        if (rebuilt)
        {
            rebuild();
        }
        claimed++;
        return rebuilt;
    }

    private void rebuild()
    {
        final UnsafeBuffer to = buffer(generation + 1);
        // Nothing written below may be seen before the generation that took readers out of this buffer.
        VarHandle.storeStoreFence();
        to.setMemory(0, to.capacity(), (byte)0);
        for (int slot = 0; slot < slots; slot++)
        {
            copy(slot, to);
        }
        claimed = size;
        generation = generation + 1;
    }

    static int requireEntries(final int maxEntries)
    {
        if (maxEntries < 1 || maxEntries > MAX_ENTRIES)
        {
            throw new IllegalArgumentException("maxEntries=" + maxEntries + " (expected 1…" + MAX_ENTRIES + ")");
        }
        return maxEntries;
    }
}
