// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import io.overlane.memory.MemoryBuffer;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.BitUtil;

/**
 * A hash table of fixed capacity on direct memory: keys of three words to a value of one, two entries to a cache line.
 * One thread writes; any thread reads, without locks.
 *
 * <pre>
 *   0    8    16   24      32
 *   +----+----+----+-------+
 *   | k0 | k1 | k2 | value |
 *   +----+----+----+-------+
 * </pre>
 *
 * A value of 0 means that the slot was never used. Live entries fill at most half of the slots, tombstones included
 * five eighths. Probes exhaust a cache line before they go to the next.
 *
 * <p><b>Why a reader never sees a torn entry.</b> A slot is claimed by writing its key and then, with release, the word
 * with its value; readers acquire that word before they read the key. From then on the slot belongs to that key:
 * removing an entry leaves the key and stores a tombstone, which only the same key may revive. A slot that was never
 * used ends a probe. When tombstones and live entries together fill too much of the table, the writer copies the live
 * entries to the other buffer and publishes it by a new generation. A reader checks the generation before and after,
 * and starts again if it changed; ordinary writes never make a reader start again.
 *
 * <p><b>Cost.</b> Both buffers are allocated by the constructor and nothing is afterwards. A rebuild reads and writes
 * the whole table once, in order, within the {@code put} that needs it; at least an eighth of the slots are claimed
 * between two rebuilds.
 */
public final class OffHeapTable
{
    /** The most entries of a table. */
    public static final int MAX_ENTRIES = 1 << 24;

    /** The result of a lookup if there is no entry. */
    public static final long MISSING = 0;

    /** Marks a removed entry. This and {@link #MISSING} cannot be stored as values. */
    static final long TOMBSTONE = Long.MIN_VALUE;

    // In words.
    private static final int K1_OFFSET = 1;
    private static final int K2_OFFSET = 2;
    private static final int VALUE_OFFSET = 3;
    private static final int SLOT_SHIFT = 2;
    /** Three of the key and one of the value. */
    private static final int ENTRY_WORDS = 4;
    private static final int LINE_MASK = BitUtil.CACHE_LINE_LENGTH / Long.BYTES / ENTRY_WORDS - 1;
    private static final int MIN_SLOTS = 16;

    private final Words even;
    private final Words odd;
    private final int maxEntries;
    private final int claimedLimit;
    private final int mask;
    private final long seed0;
    private final long seed1;
    private final long seed2;

    private int claimed;
    private volatile int size;

    /**
     * The number of rebuilds; its lowest bit selects the buffer that is the table. The other is spare until the next
     * rebuild.
     */
    private volatile long generation;

    /**
     * @param maxEntries the most live entries.
     * @param seed       of the hash; with one seed the order of {@link #forEach(EntryConsumer)} is the same every time.
     * @throws IllegalArgumentException if {@code maxEntries} is out of range.
     */
    public OffHeapTable(final int maxEntries, final long seed)
    {
        if (maxEntries < 1 || maxEntries > MAX_ENTRIES)
        {
            throw new IllegalArgumentException("maxEntries=" + maxEntries + " (expected 1…" + MAX_ENTRIES + ")");
        }
        this.maxEntries = maxEntries;
        final int slots = Math.max(MIN_SLOTS, BitUtil.findNextPositivePowerOfTwo(maxEntries * 2));
        mask = slots - 1;
        claimedLimit = Math.min(maxEntries + slots / 8, slots - 1);
        even = newBuffer(slots);
        odd = newBuffer(slots);

        final SplittableRandom seeds = new SplittableRandom(seed);
        seed0 = seeds.nextLong();
        seed1 = seeds.nextLong();
        seed2 = seeds.nextLong();
    }

    /**
     * Any thread.
     *
     * @return the value, or {@link #MISSING}.
     */
    public long get(final long k0, final long k1, final long k2)
    {
        while (true)
        {
            final long before = generation();
            final Words buffer = buffer(before);
            final int slot = probe(buffer, k0, k1, k2);
            final long value = slot < 0 ? MISSING : valueAt(buffer, slot);
            if (isCurrent(before))
            {
                return value;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Add an entry, or change the value of one. Writer only.
     *
     * @param value neither {@link #MISSING} nor {@link #TOMBSTONE}.
     * @return false if the key is new and the table full.
     */
    public boolean put(final long k0, final long k1, final long k2, final long value)
    {
        if (value == MISSING || value == TOMBSTONE)
        {
            throw new IllegalArgumentException("not a value: " + value);
        }
        int slot = probe(active(), k0, k1, k2);
        if (slot < 0 || valueAt(active(), slot) == MISSING)
        {
            if (isFull())
            {
                return false;
            }
            if (slot < 0)
            {
                if (claim())
                {
                    slot = probe(active(), k0, k1, k2);
                }
                slot = ~slot;
                putKey(active(), slot, k0, k1, k2);
            }
            grow(1);
        }
        active().putRelease((slot << SLOT_SHIFT) + VALUE_OFFSET, value);
        return true;
    }

    /**
     * Writer only.
     *
     * @return the value it had, or {@link #MISSING}.
     */
    public long remove(final long k0, final long k1, final long k2)
    {
        final int slot = probe(active(), k0, k1, k2);
        final long value = slot < 0 ? MISSING : valueAt(active(), slot);
        if (value != MISSING)
        {
            active().putRelease((slot << SLOT_SHIFT) + VALUE_OFFSET, TOMBSTONE);
            grow(-1);
        }
        return value;
    }

    /**
     * Add to the value of an entry; a sum of 0 removes it. Writer only.
     *
     * @return the new value; {@link #MISSING} if there was no entry, or it was removed.
     */
    public long add(final long k0, final long k1, final long k2, final long delta)
    {
        final int slot = probe(active(), k0, k1, k2);
        final long value = slot < 0 ? MISSING : valueAt(active(), slot);
        if (value == MISSING)
        {
            return MISSING;
        }
        final long sum = value + delta;
        active().putRelease((slot << SLOT_SHIFT) + VALUE_OFFSET, sum == MISSING ? TOMBSTONE : sum);
        grow(sum == MISSING ? -1 : 0);
        return sum;
    }

    /**
     * Visit a copy of the entries, in the order of their slots. Any thread; allocates the copy. An entry that is there
     * all the time is visited once, with a value that it had during the call. On the thread of the writer the consumer
     * may change the table.
     */
    public void forEach(final EntryConsumer consumer)
    {
        long[] words;
        int count;
        long before;
        do
        {
            // After a rebuild the copy may be mixed, and is made again.
            before = generation();
            final Words buffer = buffer(before);
            words = new long[size() * ENTRY_WORDS];
            count = 0;
            for (int slot = 0; slot <= mask; slot++)
            {
                final long value = valueAt(buffer, slot);
                if (value != MISSING)
                {
                    if (count == words.length)
                    {
                        words = Arrays.copyOf(words, 2 * count + MIN_SLOTS * ENTRY_WORDS);
                    }
                    final int offset = slot << SLOT_SHIFT;
                    words[count++] = buffer.get(offset);
                    words[count++] = buffer.get(offset + K1_OFFSET);
                    words[count++] = buffer.get(offset + K2_OFFSET);
                    words[count++] = value;
                }
            }
        }
        while (!isCurrent(before));
        for (int i = 0; i < count; i += ENTRY_WORDS)
        {
            consumer.accept(words[i], words[i + 1], words[i + 2], words[i + 3]);
        }
    }

    /**
     * Visit the entries of some slots. The consumer may remove the entry that it gets, and put none. Writer only;
     * allocates nothing.
     *
     * @param first slot, 0…{@link #slots()}-1.
     * @param count slots.
     * @return the slot behind them, or 0 at the end.
     */
    public int scan(final int first, final int count, final EntryConsumer consumer)
    {
        final int end = Math.min(first + count, mask + 1);
        final Words buffer = active();
        for (int slot = first; slot < end; slot++)
        {
            final long value = valueAt(buffer, slot);
            if (value != MISSING)
            {
                final int offset = slot << SLOT_SHIFT;
                consumer.accept(
                    buffer.get(offset), buffer.get(offset + K1_OFFSET), buffer.get(offset + K2_OFFSET), value);
            }
        }
        return end > mask ? 0 : end;
    }

    /** @return live entries; any thread. */
    public int size()
    {
        return size;
    }

    /** @return number of slots. */
    public int slots()
    {
        return mask + 1;
    }

    /** @return number of rebuilds; any thread. */
    long generation()
    {
        return generation;
    }

    /** The buffer that is the table of a generation; a reader checks {@link #isCurrent(long)} afterwards. */
    private Words buffer(final long of)
    {
        return (of & 1) == 0 ? even : odd;
    }

    private Words active()
    {
        return buffer(generation);
    }

    /**
     * Pairs with the fence in rebuild(): a reader that saw a word of the next table sees that its generation is over.
     */
    private boolean isCurrent(final long before)
    {
        VarHandle.loadLoadFence();
        return before == generation;
    }

    private boolean isFull()
    {
        return size == maxEntries;
    }

    private void grow(final int entries)
    {
        size = size + entries;
    }

    /** Count a slot that is about to be claimed; true if that took a rebuild, after which slots have other numbers. */
    private boolean claim()
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
        final Words to = buffer(generation + 1);
        // Readers must see the generation that made this buffer spare before they see any write below.
        VarHandle.storeStoreFence();
        for (int i = 0; i < to.length(); i++)
        {
            to.put(i, 0);
        }
        for (int slot = 0; slot <= mask; slot++)
        {
            copy(slot, to);
        }
        claimed = size;
        generation = generation + 1;
    }

    /** Copy the entry of a slot, if it has one, to the next table. */
    private void copy(final int slot, final Words to)
    {
        final Words from = active();
        final long value = valueAt(from, slot);
        if (value != MISSING)
        {
            final int offset = slot << SLOT_SHIFT;
            final long k0 = from.get(offset);
            final long k1 = from.get(offset + K1_OFFSET);
            final long k2 = from.get(offset + K2_OFFSET);
            final int target = ~probe(to, k0, k1, k2);
            putKey(to, target, k0, k1, k2);
            to.putRelease((target << SLOT_SHIFT) + VALUE_OFFSET, value);
        }
    }

    /** Number of the home slot in its low bits. The test of its distribution calls this. */
    int hash(final long k0, final long k1, final long k2)
    {
        return (int)Hash.finish(Hash.fold(Hash.fold(k0 ^ seed0, k1 ^ seed1) ^ k2, seed2));
    }

    /** The slot that belongs to the key, live or not, else the complement of the slot that it would claim. */
    private int probe(final Words buffer, final long k0, final long k1, final long k2)
    {
        final int home = hash(k0, k1, k2) & mask;
        int slot = home;
        // A reader may find no end in a buffer that is being rebuilt; it stops after a round and starts again.
        for (int i = 1; i <= mask; i++)
        {
            final int offset = slot << SLOT_SHIFT;
            if (buffer.getAcquire(offset + VALUE_OFFSET) == MISSING)
            {
                return ~slot;
            }
            if (buffer.get(offset) == k0 &&
                buffer.get(offset + K1_OFFSET) == k1 &&
                buffer.get(offset + K2_OFFSET) == k2)
            {
                return slot;
            }
            slot = ((home + (i & ~LINE_MASK)) & mask) ^ (i & LINE_MASK);
        }
        return ~home;
    }

    private static long valueAt(final Words buffer, final int slot)
    {
        final long value = buffer.getAcquire((slot << SLOT_SHIFT) + VALUE_OFFSET);
        return value == TOMBSTONE ? MISSING : value;
    }

    private static void putKey(
        final Words buffer, final int slot, final long k0, final long k1, final long k2)
    {
        final int offset = slot << SLOT_SHIFT;
        buffer.put(offset, k0);
        buffer.put(offset + K1_OFFSET, k1);
        buffer.put(offset + K2_OFFSET, k2);
    }

    private static Words newBuffer(final int slots)
    {
        return new Words(MemoryBuffer.allocate(slots * ENTRY_WORDS * Long.BYTES, BitUtil.CACHE_LINE_LENGTH));
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param value never 0.
         */
        void accept(long k0, long k1, long k2, long value);
    }
}
