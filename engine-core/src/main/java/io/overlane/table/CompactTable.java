// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import io.overlane.memory.MemoryBuffer;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.SplittableRandom;
import org.agrona.BitUtil;

/**
 * A hash table of fixed capacity on direct memory for a table larger than the caches: keys of 24 and 48 bits
 * ({@code k0} and {@code k1}), values of 32, packed four entries to a cache line. One thread writes; any thread reads,
 * without locks. Methods are for the writer only where they do not say "any thread". An entry stays in its slot for as
 * long as it lives, and no change ever touches more than the lines of one key: the table is never rebuilt.
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
 * of a pair of lines, which hardware likes to fetch together, then to the next pair. {@code out}, in the last slot of a
 * line, counts the entries that passed the line over and live further on; a search ends at a line where it is 0, so
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
    /** The result of a lookup if there is no entry. */
    public static final long MISSING = 0;

    /** The result of {@link #find(int, long)} if there is no entry. */
    public static final int NO_SLOT = -1;

    /** The largest value. */
    public static final long MAX_VALUE = 0xFFFF_FFFFL;

    static final int LINE_SLOTS = 4;

    // In words.
    private static final int ENTRY_OFFSET = 1;
    private static final int SLOT_SHIFT = 1;
    private static final int SLOT_LENGTH = 1 << SLOT_SHIFT;
    private static final int LINE_LENGTH = LINE_SLOTS * SLOT_LENGTH;

    // From place to place, for readers.
    private static final int ENTRY_STEP = ENTRY_OFFSET * Words.STEP;
    private static final long SLOT_STEP = (long)SLOT_LENGTH * Words.STEP;
    private static final int LINE_STEP = LINE_LENGTH * Words.STEP;
    private static final int LAST_ENTRY_STEP = LINE_STEP - ENTRY_STEP;
    /** Makes a distance of 64 for each slot. */
    private static final int CHOICE_SHIFT = 6 - Long.numberOfTrailingZeros(SLOT_STEP);

    private static final double MAX_LOAD = 3.0 / 8;
    /** The most entries of a table. */
    public static final int MAX_ENTRIES = 1 << 24;
    private static final int MIN_SLOTS = 16;
    private static final int TAG_SHIFT = 56;
    private static final long CLAIM = 1L << 40;
    private static final long CLAIMS_MASK = 0xFFFFL << 40;
    private static final long OUT = 1L << 32;
    /** Also the largest count. A counter that reaches it, which a fair hash makes impossible, stays there. */
    private static final long OUT_MASK = 0xFFL << 32;
    /** A walker skips a slot that changed hands this often meanwhile: no entry was there all the time. */
    private static final int WALKER_LOOKS = 4;

    private static final int K0_MAX = 0xFF_FFFF;
    private static final long K1_MAX = 0xFFFF_FFFF_FFFFL;

    private final Words words;
    private final long firstPlace;
    private final int maxEntries;
    private final int lines;
    private final long seed0;
    private final long seed1;

    private volatile int size;
    private int longestPut;

    /**
     * @param maxEntries the most live entries.
     * @param seed       of the hash; with one seed the order of {@link #forEach(EntryConsumer)} is the same every time.
     * @throws IllegalArgumentException if {@code maxEntries} is out of range.
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
        words = new Words(MemoryBuffer.allocate(slots * SLOT_LENGTH * Long.BYTES, LINE_LENGTH * Long.BYTES));
        firstPlace = words.firstPlace();

        final SplittableRandom seeds = new SplittableRandom(seed);
        seed0 = seeds.nextLong();
        seed1 = seeds.nextLong();
    }

    /** @return live entries; any thread. */
    public int size()
    {
        return size;
    }

    /** @return the most live entries. */
    public int maxEntries()
    {
        return maxEntries;
    }

    /** @return slots, numbered from 0. */
    public int slots()
    {
        return lines * LINE_SLOTS;
    }

    /** @return the most cache lines that a {@code put} read so far. */
    int longestPut()
    {
        return longestPut;
    }

    /**
     * Any thread. In a table that does not fit the caches the speed depends on the number of lookups that a core has
     * under way at once. Hence no branch on the number of the slot, whose outcome is random and unknown until the line
     * has come from memory, and few instructions. The choice of the slot is only a guess: if it is not confirmed, the
     * ordinary search follows.
     *
     * @return the value, or {@link #MISSING}.
     */
    public long get(final int k0, final long k1)
    {
        return get(k0, k1, place((int)hash(k0, k1)));
    }

    private long get(final int k0, final long k1, final long line)
    {
        // A field would be read again after each fence.
        final Words memory = words;
        final long key = key(k0, k1);
        // An integer and no branch: 64 for a slot that has the key.
        final int is1 = Long.numberOfLeadingZeros(memory.at(line + SLOT_STEP) ^ key) & 64;
        final int is2 = Long.numberOfLeadingZeros(memory.at(line + 2 * SLOT_STEP) ^ key) & 64;
        final int is3 = Long.numberOfLeadingZeros(memory.at(line + 3 * SLOT_STEP) ^ key) & 64;
        final long slot = line + ((is1 | is2 << 1 | is3 | is3 << 1) >>> CHOICE_SHIFT);

        final long entry = memory.atAcquire(slot + ENTRY_STEP);
        if (isOf(entry, k0) && memory.at(slot) == key)
        {
            if (isUnchanged(memory, slot, entry))
            {
                return entry & MAX_VALUE;
            }
        }
        // The first slot is chosen if no other matches, so that only its own key is left to compare.
        else if (slot == line &&
            (memory.atAcquire(line + LAST_ENTRY_STEP) & OUT_MASK) == 0 &&
            memory.at(line) != key)
        {
            return MISSING;
        }
        return search(k0, key, (int)((line - firstPlace) / LINE_STEP));
    }

    /**
     * Look up many keys that share their first part. The first pass only requests every line from memory, which
     * delivers them side by side; the second finds them in the cache. Any thread.
     *
     * @param values receives the value of each key, or {@link #MISSING}; no other thread may write it meanwhile,
     *               because it holds places.
     * @param count  keys.
     */
    public void get(final int k0, final long[] k1s, final long[] values, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final long line = place((int)hash(k0, k1s[i]));
            // The load has a use because one bit of its result is kept. No place has this bit.
            values[i] = words.at(line) & Long.MIN_VALUE | line;
        }
        for (int i = 0; i < count; i++)
        {
            values[i] = get(k0, k1s[i], values[i] & Long.MAX_VALUE);
        }
    }

    /**
     * Add an entry or change the value of one.
     *
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

    /** @return the slot of an entry, which stays the same while the entry lives, or {@link #NO_SLOT}. */
    public int find(final int k0, final long k1)
    {
        final long key = key(k0, k1);
        int line = (int)hash(k0, k1);
        for (int i = 1; i <= lines; i++)
        {
            final int first = line * LINE_SLOTS;
            for (int slot = first; slot < first + LINE_SLOTS; slot++)
            {
                if (words.get(slot << SLOT_SHIFT) == key && isOf(entryAt(slot), k0))
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

    /** @return the value of the entry in any slot, or {@link #MISSING}. */
    public long valueAt(final int slot)
    {
        return entryAt(slot) & MAX_VALUE;
    }

    /**
     * Change the value of a live entry.
     *
     * @param value 1…{@link #MAX_VALUE}.
     */
    public void valueAt(final int slot, final long value)
    {
        requireValue(value);
        entryAt(slot, entryAt(slot) & ~MAX_VALUE | value);
    }

    /** @return the first part of the key of a live entry. */
    public int k0At(final int slot)
    {
        return (int)(entryAt(slot) >>> TAG_SHIFT) << 16 | (int)words.get(slot << SLOT_SHIFT) & 0xFFFF;
    }

    /** @return the second part of the key of a live entry. */
    public long k1At(final int slot)
    {
        return words.get(slot << SLOT_SHIFT) >>> 16;
    }

    /**
     * Remove an entry.
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

    /** Visit the entries in the order of their slots. The consumer may remove entries, but not put any. */
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
     * Visit the keys of the entries while they change. Any thread; ends after one look at each slot, or a few where
     * entries come and go meanwhile. A key that has an entry all the time is visited exactly once; one whose entry
     * comes or goes, at most once; one whose entry goes and comes again, at most twice; one without an entry, never.
     */
    public void forEachKey(final KeyConsumer consumer)
    {
        for (int slot = 0; slot < slots() * SLOT_LENGTH; slot += SLOT_LENGTH)
        {
            for (int i = 0; i < WALKER_LOOKS; i++)
            {
                final long entry = words.getAcquire(slot + ENTRY_OFFSET);
                if ((entry & MAX_VALUE) == MISSING)
                {
                    break;
                }
                final long key = words.get(slot);
                VarHandle.loadLoadFence();
                final long after = words.get(slot + ENTRY_OFFSET);
                // The value may have changed. The key belongs to the entry word if the claim is still the same: it
                // changes whenever another key takes the slot.
                if (((after ^ entry) & CLAIMS_MASK) == 0 && (after & MAX_VALUE) != MISSING)
                {
                    consumer.accept((int)(entry >>> TAG_SHIFT) << 16 | (int)key & 0xFFFF, key >>> 16);
                    break;
                }
            }
        }
    }

    /** Number of the home line. The test of its distribution calls this. */
    long hash(final int k0, final long k1)
    {
        return Hash.finish(Hash.fold(key(k0, k1) ^ seed0, (k0 >>> 16) ^ seed1)) * lines >>> 32;
    }

    /** Number of entries that passed a line over and live further on. The test of these counters calls this. */
    int passedOver(final int line)
    {
        return (int)((entryAt((line + 1) * LINE_SLOTS - 1) & OUT_MASK) / OUT);
    }

    /** The ordinary search of a reader. */
    private long search(final int k0, final long key, final int home)
    {
        final Words memory = words;
        int line = home;
        for (int i = 1; i <= lines; i++)
        {
            final long first = place(line);
            for (long slot = first; slot < first + LINE_STEP; slot += SLOT_STEP)
            {
                long entry = memory.atAcquire(slot + ENTRY_STEP);
                while (isOf(entry, k0) && memory.at(slot) == key)
                {
                    if (isUnchanged(memory, slot, entry))
                    {
                        return entry & MAX_VALUE;
                    }
                    entry = memory.atAcquire(slot + ENTRY_STEP);
                }
            }
            if ((memory.atAcquire(first + LAST_ENTRY_STEP) & OUT_MASK) == 0)
            {
                break;
            }
            line = lineAfter(line, i);
        }
        return MISSING;
    }

    /** True if the key that was compared belongs to the entry word that was read before. */
    private static boolean isUnchanged(final Words memory, final long slot, final long entry)
    {
        VarHandle.loadLoadFence();
        return ((memory.at(slot + ENTRY_STEP) ^ entry) & ~OUT_MASK) == 0;
    }

    /** The place of a line's first word. This one check is for all words of the line. */
    private long place(final int line)
    {
        return firstPlace + (long)Objects.checkIndex(line, lines) * LINE_STEP;
    }

    /** True for the entry word of a live entry with these upper bits of the key. */
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
            // This precedes the entry, so that no search for the entry stops at this line.
            passOver(line, OUT);
            line = lineAfter(line, looked++);
            slot = freeSlot(line);
        }
        longestPut = Math.max(longestPut, looked);

        final long entry = entryAt(slot);
        // The key must not become visible before the removal of the entry that had the slot.
        VarHandle.storeStoreFence();
        words.put(slot << SLOT_SHIFT, key(k0, k1));
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

    /** The line that a search reads after its {@code i}th line. */
    private int lineAfter(final int line, final int i)
    {
        final int other = line ^ 1;
        return (i & 1) != 0 ? other : other + 2 < lines ? other + 2 : other + 2 - lines;
    }

    private long entryAt(final int slot)
    {
        return words.get((slot << SLOT_SHIFT) + ENTRY_OFFSET);
    }

    private void entryAt(final int slot, final long entry)
    {
        words.putRelease((slot << SLOT_SHIFT) + ENTRY_OFFSET, entry);
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
         * @param value never 0.
         */
        void accept(int k0, long k1, long value, int slot);
    }

    /** Receives the keys of the table, on the calling thread. */
    @FunctionalInterface
    public interface KeyConsumer
    {
        void accept(int k0, long k1);
    }
}
