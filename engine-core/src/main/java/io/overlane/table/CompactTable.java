// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import java.lang.invoke.VarHandle;
import java.util.SplittableRandom;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A hash table of fixed capacity on direct memory for a table larger than the caches: keys of 24 and 48 bits, values
 * of 32, packed four entries to a cache line. One thread writes; any thread reads, without locks. An entry stays in its
 * slot for as long as it lives, and no change ever touches more than the lines of one key: the table is never rebuilt.
 *
 * <pre>
 *         63                    16 15             0
 *        +------------------------+----------------+
 *    key |           k1           |    k0, 0…15    |
 *        +-----------+--------+---+----------------+
 *  entry | k0, 16…23 | claims |out|     value      |
 *        +-----------+--------+---+----------------+
 *         63       56 55    40     31              0
 * </pre>
 *
 * <b>Probing.</b> A key has a home line. It goes to another only if all four slots there are taken: first to the other
 * of a pair of lines, which hardware likes to fetch together, then to the next pair. {@code out}, in the last slot of
 * a line, counts the entries that passed the line over and live further on; a search ends at a line where it is 0, so
 * that removed entries leave nothing behind that later searches would have to step over. Live entries fill at most
 * three eighths of the slots; a fiftieth of the keys of a full table is outside its home line.
 *
 * <p><b>Why a reader never sees a torn entry.</b> A value of 0 is no entry. The writer removes an entry by storing 0,
 * and only then may another key take the slot: the key is written, and after it, with release, the entry word with a
 * new number in {@code claims}. A reader takes the entry word with acquire, compares the key, and takes the entry word
 * once more: if it is the same, no other key had the slot in between, unless it changed hands 65,536 times.
 */
public final class CompactTable
{
    /** What a lookup answers where there is no entry. */
    public static final long MISSING = 0;

    /** What {@link #find(int, long)} answers where there is no entry. */
    public static final int NO_SLOT = -1;

    /** The largest value. */
    public static final long MAX_VALUE = 0xFFFF_FFFFL;

    static final int LINE_SLOTS = 4;

    private static final int ENTRY_OFFSET = 8;
    private static final int SLOT_SHIFT = 4;
    private static final int SLOT_LENGTH = 1 << SLOT_SHIFT;
    private static final int LINE_LENGTH = LINE_SLOTS * SLOT_LENGTH;
    private static final int LAST_ENTRY_OFFSET = LINE_LENGTH - ENTRY_OFFSET;

    private static final double MAX_LOAD = 3.0 / 8;
    /** The most entries a table can be made for. */
    public static final int MAX_ENTRIES = 1 << 24;
    private static final int MIN_SLOTS = 16;
    private static final int TAG_SHIFT = 56;
    private static final long CLAIM = 1L << 40;
    private static final long CLAIMS_MASK = 0xFFFFL << 40;
    private static final long OUT = 1L << 32;
    /** Also the most it counts to; where it got so far, which a fair hash makes impossible, it stays. */
    private static final long OUT_MASK = 0xFFL << 32;
    /** Whoever walks gives up a slot that has changed hands so often meanwhile: nobody was there all the time. */
    private static final int WALKER_LOOKS = 4;

    private static final int K0_MAX = 0xFF_FFFF;
    private static final long K1_MAX = 0xFFFF_FFFF_FFFFL;

    private final UnsafeBuffer buffer;
    private final long address;
    private final int maxEntries;
    private final int lines;
    private final long seed0;
    private final long seed1;

    private volatile int size;
    private int longestPut;

    /**
     * A table that places entries, and so orders {@link #forEach(EntryConsumer)}, the same way every time.
     *
     * @param maxEntries live entries it can hold.
     * @param seed       of the hash.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public CompactTable(final int maxEntries, final long seed)
    {
        if (maxEntries < 1 || maxEntries > MAX_ENTRIES)
        {
            throw new IllegalArgumentException("maxEntries=" + maxEntries + " (expected 1…" + MAX_ENTRIES + ")");
        }
        this.maxEntries = maxEntries;
        // Whole pairs of lines.
        final int wanted = (int)Math.ceil(maxEntries / MAX_LOAD);
        final int slots = Math.max(MIN_SLOTS, BitUtil.align(wanted, 2 * LINE_SLOTS));
        lines = slots / LINE_SLOTS;
        buffer = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots << SLOT_SHIFT, LINE_LENGTH));
        address = buffer.addressOffset();

        final SplittableRandom seeds = new SplittableRandom(seed);
        seed0 = seeds.nextLong();
        seed1 = seeds.nextLong();
    }

    /** @return live entries; any thread. */
    public int size()
    {
        return size;
    }

    /** @return live entries it can hold. */
    public int maxEntries()
    {
        return maxEntries;
    }

    /** @return slots, numbered from 0. */
    public int slots()
    {
        return lines * LINE_SLOTS;
    }

    /** @return cache lines that the longest {@code put} so far had to look at; writer only. */
    int longestPut()
    {
        return longestPut;
    }

    /**
     * Any thread. What counts for a table that does not fit the caches is how many lookups a core has under way at
     * once. Hence no branch on which slot of the line it is, a coin toss that stays undecided until the line has come
     * from memory; few instructions; and no bounds checks, since the hash keeps every address within the buffer. The
     * choice of the slot is only a guess: whatever it does not confirm is left to the ordinary search.
     *
     * @param k0 24 bits of the key.
     * @param k1 48 bits.
     * @return the value, or {@link #MISSING}.
     */
    public long get(final int k0, final long k1)
    {
        return get(k0, k1, hash(k0, k1));
    }

    private long get(final int k0, final long k1, final long home)
    {
        final long key = key(k0, k1);
        final long line = address + home * LINE_LENGTH;
        // An integer and no branch: 64 for a slot that has the key.
        final int is1 = Long.numberOfLeadingZeros(UnsafeApi.getLong(line + SLOT_LENGTH) ^ key) & 64;
        final int is2 = Long.numberOfLeadingZeros(UnsafeApi.getLong(line + 2 * SLOT_LENGTH) ^ key) & 64;
        final int is3 = Long.numberOfLeadingZeros(UnsafeApi.getLong(line + 3 * SLOT_LENGTH) ^ key) & 64;
        final long slot = line + ((is1 | is2 << 1 | is3 | is3 << 1) >>> 6 - SLOT_SHIFT);

        final long entry = UnsafeApi.getLongAcquire(null, slot + ENTRY_OFFSET);
        if (isOf(entry, k0) && UnsafeApi.getLong(slot) == key)
        {
            if (isUnchanged(slot, entry))
            {
                return entry & MAX_VALUE;
            }
        }
        // The first slot was a guess for want of a match in the others, so only its own key is left to compare.
        else if (slot == line &&
            (UnsafeApi.getLongAcquire(null, line + LAST_ENTRY_OFFSET) & OUT_MASK) == 0 &&
            UnsafeApi.getLong(line) != key)
        {
            return MISSING;
        }
        return search(k0, key, (int)home);
    }

    /**
     * Look up many keys that share their first part. The first pass only asks memory for every line, which it delivers
     * side by side; the second finds them in the cache. Any thread.
     *
     * @param k0     24 bits of the keys.
     * @param k1s    48 bits each.
     * @param values receives the value of each key, or {@link #MISSING}.
     * @param count  keys.
     */
    public void get(final int k0, final long[] k1s, final long[] values, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long home = hash(k0, k1s[i]);
            // One bit of what is loaded, so that the load has a use.
            values[i] = UnsafeApi.getLong(address + home * LINE_LENGTH) & Long.MIN_VALUE | home;
        }
        for (int i = 0; i < count; i++)
        {
            values[i] = get(k0, k1s[i], values[i] & Long.MAX_VALUE);
        }
    }

    /**
     * Add an entry or change the value of one. Writer only.
     *
     * @param k0    24 bits of the key.
     * @param k1    48 bits.
     * @param value 1…{@link #MAX_VALUE}.
     * @return its slot, or {@link #NO_SLOT} if the key is new and the table full.
     */
    public int put(final int k0, final long k1, final long value)
    {
        if ((k0 & ~K0_MAX) != 0 || (k1 & ~K1_MAX) != 0)
        {
            throw new IllegalArgumentException("not a key: " + k0 + ", " + k1);
        }
        final int slot = find(k0, k1);
        if (slot != NO_SLOT)
        {
            valueAt(slot, value);
            return slot;
        }
        requireValue(value);
        return size == maxEntries ? NO_SLOT : claim(k0, k1, value);
    }

    /**
     * Find the slot of an entry, which is good for as long as the entry lives. Writer only.
     *
     * @param k0 24 bits of the key.
     * @param k1 48 bits.
     * @return its slot, or {@link #NO_SLOT}.
     */
    public int find(final int k0, final long k1)
    {
        final long key = key(k0, k1);
        int line = (int)hash(k0, k1);
        for (int i = 1; i <= lines; i++)
        {
            final int first = line * LINE_SLOTS;
            for (int slot = first; slot < first + LINE_SLOTS; slot++)
            {
                if (buffer.getLong(slot << SLOT_SHIFT) == key && isOf(entryAt(slot), k0))
                {
                    return slot;
                }
            }
            if ((entryAt(first + LINE_SLOTS - 1) & OUT_MASK) == 0)
            {
                break;
            }
            line = lineAfter(line, i);
        }
        return NO_SLOT;
    }

    /**
     * Writer only.
     *
     * @param slot any.
     * @return the value of the entry there, or {@link #MISSING}.
     */
    public long valueAt(final int slot)
    {
        return entryAt(slot) & MAX_VALUE;
    }

    /**
     * Change the value of an entry. Writer only.
     *
     * @param slot  of a live entry.
     * @param value 1…{@link #MAX_VALUE}.
     */
    public void valueAt(final int slot, final long value)
    {
        requireValue(value);
        entryAt(slot, entryAt(slot) & ~MAX_VALUE | value);
    }

    /**
     * Writer only.
     *
     * @param slot of a live entry.
     * @return the first part of its key.
     */
    public int k0At(final int slot)
    {
        return (int)(entryAt(slot) >>> TAG_SHIFT) << 16 | (int)buffer.getLong(slot << SLOT_SHIFT) & 0xFFFF;
    }

    /**
     * Writer only.
     *
     * @param slot of a live entry.
     * @return the second part of its key.
     */
    public long k1At(final int slot)
    {
        return buffer.getLong(slot << SLOT_SHIFT) >>> 16;
    }

    /**
     * Remove an entry. Writer only.
     *
     * @param slot any, or {@link #NO_SLOT}.
     * @return the value it had, or {@link #MISSING}.
     */
    public long removeAt(final int slot)
    {
        final long value = slot == NO_SLOT ? MISSING : valueAt(slot);
        if (value != MISSING)
        {
            entryAt(slot, entryAt(slot) & ~MAX_VALUE);
            size = size - 1;
            int line = (int)hash(k0At(slot), k1At(slot));
            for (int i = 1; line != slot / LINE_SLOTS; i++)
            {
                passOver(line, -OUT);
                line = lineAfter(line, i);
            }
        }
        return value;
    }

    /**
     * Walk the entries in the order of their slots. Writer only; the consumer may remove entries, but not put any.
     *
     * @param consumer of each entry.
     */
    public void forEach(final EntryConsumer consumer)
    {
        for (int slot = 0; slot < slots(); slot++)
        {
            final long value = valueAt(slot);
            if (value != MISSING)
            {
                consumer.accept(k0At(slot), k1At(slot), value, slot);
            }
        }
    }

    /**
     * Walk the keys of the entries while they change. Any thread; ends after one look at each slot, or a few where
     * entries come and go under its eyes. A key that has an entry all the time is met exactly once; one whose entry
     * comes or goes, perhaps; one whose entry goes and comes again, perhaps twice. Never one that had no entry.
     *
     * @param consumer of each key.
     */
    public void forEachKey(final KeyConsumer consumer)
    {
        for (long slot = address; slot < address + (long)slots() * SLOT_LENGTH; slot += SLOT_LENGTH)
        {
            for (int i = 0; i < WALKER_LOOKS; i++)
            {
                final long entry = UnsafeApi.getLongAcquire(null, slot + ENTRY_OFFSET);
                if ((entry & MAX_VALUE) == MISSING)
                {
                    break;
                }
                final long key = UnsafeApi.getLong(slot);
                VarHandle.loadLoadFence();
                final long after = UnsafeApi.getLong(slot + ENTRY_OFFSET);
                // Its value may have changed. That it is the same entry says its claim, which is given up with the
                // value and counted on before the next: only then is the key that of the entry word.
                if (((after ^ entry) & CLAIMS_MASK) == 0 && (after & MAX_VALUE) != MISSING)
                {
                    consumer.accept((int)(entry >>> TAG_SHIFT) << 16 | (int)key & 0xFFFF, key >>> 16);
                    break;
                }
            }
        }
    }

    /** Number of the home line. Visible to the test of how even it is. */
    long hash(final int k0, final long k1)
    {
        return Hash.finish(Hash.fold(key(k0, k1) ^ seed0, (k0 >>> 16) ^ seed1)) * lines >>> 32;
    }

    /** How many entries have passed a line over and live further on. Visible to the test that none is forgotten. */
    int passedOver(final int line)
    {
        return (int)((entryAt((line + 1) * LINE_SLOTS - 1) & OUT_MASK) / OUT);
    }

    /** The ordinary search, by a reader. */
    private long search(final int k0, final long key, final int home)
    {
        int line = home;
        for (int i = 1; i <= lines; i++)
        {
            final long first = address + (long)line * LINE_LENGTH;
            for (long slot = first; slot < first + LINE_LENGTH; slot += SLOT_LENGTH)
            {
                long entry = UnsafeApi.getLongAcquire(null, slot + ENTRY_OFFSET);
                while (isOf(entry, k0) && UnsafeApi.getLong(slot) == key)
                {
                    if (isUnchanged(slot, entry))
                    {
                        return entry & MAX_VALUE;
                    }
                    entry = UnsafeApi.getLongAcquire(null, slot + ENTRY_OFFSET);
                }
            }
            if ((UnsafeApi.getLongAcquire(null, first + LAST_ENTRY_OFFSET) & OUT_MASK) == 0)
            {
                break;
            }
            line = lineAfter(line, i);
        }
        return MISSING;
    }

    /** Whether the key compared since was that of the entry word read before. */
    private static boolean isUnchanged(final long slot, final long entry)
    {
        VarHandle.loadLoadFence();
        return ((UnsafeApi.getLong(slot + ENTRY_OFFSET) ^ entry) & ~OUT_MASK) == 0;
    }

    /** True if the entry word is of a live entry with these upper bits of the key. */
    private static boolean isOf(final long entry, final int k0)
    {
        return entry >>> TAG_SHIFT == k0 >>> 16 && (entry & MAX_VALUE) != MISSING;
    }

    private int claim(final int k0, final long k1, final long value)
    {
        int line = (int)hash(k0, k1);
        int looked = 1;
        int slot = freeSlot(line);
        while (slot == NO_SLOT)
        {
            // Before the entry can be found, so that whoever could know of it does not stop at this line.
            passOver(line, OUT);
            line = lineAfter(line, looked++);
            slot = freeSlot(line);
        }
        longestPut = Math.max(longestPut, looked);

        final long entry = entryAt(slot);
        // Not before the store that removed the entry whose slot it was.
        VarHandle.storeStoreFence();
        buffer.putLong(slot << SLOT_SHIFT, key(k0, k1));
        entryAt(slot, (long)(k0 >>> 16) << TAG_SHIFT | entry + CLAIM & CLAIMS_MASK | entry & OUT_MASK | value);
        size = size + 1;
        return slot;
    }

    private int freeSlot(final int line)
    {
        for (int slot = line * LINE_SLOTS; slot < (line + 1) * LINE_SLOTS; slot++)
        {
            if (valueAt(slot) == MISSING)
            {
                return slot;
            }
        }
        return NO_SLOT;
    }

    private void passOver(final int line, final long out)
    {
        final int last = (line + 1) * LINE_SLOTS - 1;
        final long entry = entryAt(last);
        if ((entry & OUT_MASK) != OUT_MASK)
        {
            entryAt(last, entry + out);
        }
    }

    /** Where a search goes after a line, the {@code i}th it has looked at. */
    private int lineAfter(final int line, final int i)
    {
        final int other = line ^ 1;
        return (i & 1) != 0 ? other : other + 2 < lines ? other + 2 : other + 2 - lines;
    }

    private long entryAt(final int slot)
    {
        return buffer.getLong((slot << SLOT_SHIFT) + ENTRY_OFFSET);
    }

    private void entryAt(final int slot, final long entry)
    {
        buffer.putLongRelease((slot << SLOT_SHIFT) + ENTRY_OFFSET, entry);
    }

    private static long key(final int k0, final long k1)
    {
        return k1 << 16 | k0 & 0xFFFF;
    }

    private static void requireValue(final long value)
    {
        if (value == MISSING || (value & ~MAX_VALUE) != 0)
        {
            throw new IllegalArgumentException("not a value: " + value);
        }
    }

    /** Receives the entries of the table, on the calling thread. */
    @FunctionalInterface
    public interface EntryConsumer
    {
        /**
         * @param k0    24 bits of the key.
         * @param k1    48 bits.
         * @param value of the entry, never 0.
         * @param slot  of the entry, for as long as it lives.
         */
        void accept(int k0, long k1, long value, int slot);
    }

    /** Receives the keys of the table, on the calling thread. */
    @FunctionalInterface
    public interface KeyConsumer
    {
        /**
         * @param k0 24 bits of the key.
         * @param k1 48 bits.
         */
        void accept(int k0, long k1);
    }
}
