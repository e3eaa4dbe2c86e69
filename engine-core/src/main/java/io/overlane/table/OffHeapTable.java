package io.overlane.table;

import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A hash table of fixed capacity on direct memory: keys of two or three words, one word as value, and a stamp word
 * that is the writer's to use. One thread writes; any thread reads, without locks.
 *
 * <pre>
 *  two key words, 32 bytes, two to a cache line     three key words, 64 bytes
 *   0    8    16      24      32                     0    8    16      24      32   40           64
 *   +----+----+-------+-------+                      +----+----+-------+-------+----+------------+
 *   | k0 | k1 | value | stamp |                      | k0 | k1 | value | stamp | k2 |   unused   |
 *   +----+----+-------+-------+                      +----+----+-------+-------+----+------------+
 * </pre>
 *
 * <b>Why a reader never sees a torn entry.</b> A slot is claimed by writing its key and then, with release, its value;
 * readers acquire the value before they look at the key. From then on the slot belongs to that key: removing an entry
 * leaves the key and stores a tombstone, which only the same key may revive. A value of 0 means the slot was never
 * used and ends a probe. Tombstones go when they and the live entries together fill too much of the table: the writer
 * then copies the live entries to the other of two buffers and publishes it by a new generation. A reader checks the
 * generation before and after, and looks again if it changed; ordinary writes never make a reader look twice.
 *
 * <p><b>Cost.</b> Live entries fill at most half of the slots, tombstones included five eighths. Probes exhaust a cache
 * line before they go to the next. Both buffers are allocated by the constructor and nothing is afterwards. A rebuild
 * reads and writes the whole table once, in order, within the {@code put} that needs it; at least an eighth of the
 * slots are claimed between two rebuilds.
 *
 * <p>The hash is seeded per table so that senders cannot choose addresses that collide; it is not cryptographic.
 */
public final class OffHeapTable
{
    /** What a lookup answers where there is no entry. */
    public static final long MISSING = 0;

    /** The one value besides {@link #MISSING} that cannot be stored: it marks a removed entry. */
    public static final long TOMBSTONE = Long.MIN_VALUE;

    /** What {@link #find(long, long)} answers where there is no entry. */
    public static final int NO_SLOT = -1;

    private static final int K0_OFFSET = 0;
    private static final int K1_OFFSET = 8;
    private static final int VALUE_OFFSET = 16;
    private static final int STAMP_OFFSET = 24;
    private static final int K2_OFFSET = 32;

    private static final int PAIR_SHIFT = 5;
    private static final int PAIR_LENGTH = 1 << PAIR_SHIFT;
    private static final int LINE_LENGTH = BitUtil.CACHE_LINE_LENGTH;
    /** Odd, with bits set all over: 2^64 divided by the golden ratio. */
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private static final int MIN_SLOTS = 16;
    private static final int MAX_BYTES = 1 << 30;

    private final UnsafeBuffer even;
    private final UnsafeBuffer odd;
    private final int keyWords;
    private final int maxEntries;
    private final int slotShift;
    private final int mask;
    private final int lineMask;
    private final int claimedLimit;
    private final long seed0;
    private final long seed1;
    private final long seed2;

    private int claimed;
    private volatile int size;

    /** Says which buffer is the table: the even or the odd one. The other is spare until the next rebuild. */
    private volatile long generation;

    /**
     * A table that hashes differently each time it is made.
     *
     * @param keyWords   2 or 3.
     * @param maxEntries live entries it can hold.
     * @throws IllegalArgumentException if either is out of range.
     */
    public OffHeapTable(final int keyWords, final int maxEntries)
    {
        this(keyWords, maxEntries, new SecureRandom().nextLong());
    }

    /**
     * A table that places entries, and so orders {@link #forEach(EntryConsumer)}, the same way every time.
     *
     * @param keyWords   2 or 3.
     * @param maxEntries live entries it can hold.
     * @param seed       of the hash.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public OffHeapTable(final int keyWords, final int maxEntries, final long seed)
    {
        if (keyWords != 2 && keyWords != 3)
        {
            throw new IllegalArgumentException("keyWords=" + keyWords + " (expected 2 or 3)");
        }
        slotShift = keyWords == 2 ? 5 : 6;
        final int limit = (MAX_BYTES >>> slotShift) / 2;
        if (maxEntries < 1 || maxEntries > limit)
        {
            throw new IllegalArgumentException("maxEntries=" + maxEntries + " (expected 1…" + limit + ")");
        }
        this.keyWords = keyWords;
        this.maxEntries = maxEntries;

        final int slots = Math.max(MIN_SLOTS, BitUtil.findNextPositivePowerOfTwo(maxEntries * 2));
        mask = slots - 1;
        lineMask = (BitUtil.CACHE_LINE_LENGTH >>> slotShift) - 1;
        claimedLimit = slots / 2 + slots / 8;

        final SplittableRandom seeds = new SplittableRandom(seed);
        seed0 = seeds.nextLong();
        seed1 = seeds.nextLong();
        seed2 = seeds.nextLong();

        even = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots << slotShift, BitUtil.CACHE_LINE_LENGTH));
        odd = new UnsafeBuffer(BufferUtil.allocateDirectAligned(slots << slotShift, BitUtil.CACHE_LINE_LENGTH));
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

    /** @return slots, numbered from 0, for a writer that walks them a few at a time. */
    public int slots()
    {
        return mask + 1;
    }

    /** @return rebuilds so far; any thread. */
    public long generation()
    {
        return generation;
    }

    /**
     * Any thread.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @return the value, or {@link #MISSING}.
     */
    public long get(final long k0, final long k1)
    {
        requireKeyWords(2);
        while (true)
        {
            final long before = generation;
            final long value = readPair((before & 1) == 0 ? even : odd, k0, k1);
            if (isCurrent(before))
            {
                return value;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * Look up many keys that share their first word. The first pass only asks memory for every line, which it delivers
     * side by side; the second finds them in the cache. Any thread.
     *
     * @param k0     first word of the keys.
     * @param k1s    second words.
     * @param values receives the value of each key, or {@link #MISSING}.
     * @param count  keys.
     */
    public void get(final long k0, final long[] k1s, final long[] values, final int count)
    {
        requireKeyWords(2);
        final long address = ((generation & 1) == 0 ? even : odd).addressOffset();
        for (int i = 0; i < count; i++)
        {
            // Stored so that the load has a use; the second pass overwrites it.
            values[i] = UnsafeApi.getLong(lineAddress(address, k0, k1s[i]));
        }
        for (int i = 0; i < count; i++)
        {
            values[i] = get(k0, k1s[i]);
        }
    }

    /**
     * Any thread.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @param k2 third word.
     * @return the value, or {@link #MISSING}.
     */
    public long get(final long k0, final long k1, final long k2)
    {
        requireKeyWords(3);
        return read(k0, k1, k2, VALUE_OFFSET);
    }

    /**
     * Any thread; on another than the writer's it may lag.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @return the stamp, 0 if there is no entry or none was set.
     */
    public long stamp(final long k0, final long k1)
    {
        requireKeyWords(2);
        return read(k0, k1, 0, STAMP_OFFSET);
    }

    /**
     * Any thread; on another than the writer's it may lag.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @param k2 third word.
     * @return the stamp, 0 if there is no entry or none was set.
     */
    public long stamp(final long k0, final long k1, final long k2)
    {
        requireKeyWords(3);
        return read(k0, k1, k2, STAMP_OFFSET);
    }

    /**
     * Add an entry, with a stamp of 0, or change the value of one and leave its stamp. Writer only.
     *
     * @param k0    first word of the key.
     * @param k1    second word.
     * @param value neither {@link #MISSING} nor {@link #TOMBSTONE}.
     * @return false if the key is new and the table full.
     */
    public boolean put(final long k0, final long k1, final long value)
    {
        requireKeyWords(2);
        return write(k0, k1, 0, value);
    }

    /**
     * As {@link #put(long, long, long)}, for keys of three words.
     *
     * @param k0    first word of the key.
     * @param k1    second word.
     * @param k2    third word.
     * @param value neither {@link #MISSING} nor {@link #TOMBSTONE}.
     * @return false if the key is new and the table full.
     */
    public boolean put(final long k0, final long k1, final long k2, final long value)
    {
        requireKeyWords(3);
        return write(k0, k1, k2, value);
    }

    /**
     * Writer only.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @return the value it had, or {@link #MISSING}.
     */
    public long remove(final long k0, final long k1)
    {
        return removeAt(find(k0, k1));
    }

    /**
     * Writer only.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @param k2 third word.
     * @return the value it had, or {@link #MISSING}.
     */
    public long remove(final long k0, final long k1, final long k2)
    {
        return removeAt(find(k0, k1, k2));
    }

    /**
     * Add to the value of an entry; a sum of 0 removes it. Writer only.
     *
     * @param k0    first word of the key.
     * @param k1    second word.
     * @param delta to add.
     * @return the new value; {@link #MISSING} if there is no entry, or no more.
     */
    public long add(final long k0, final long k1, final long delta)
    {
        return addAt(find(k0, k1), delta);
    }

    /**
     * Add to the value of an entry; a sum of 0 removes it. Writer only.
     *
     * @param k0    first word of the key.
     * @param k1    second word.
     * @param k2    third word.
     * @param delta to add.
     * @return the new value; {@link #MISSING} if there is no entry, or no more.
     */
    public long add(final long k0, final long k1, final long k2, final long delta)
    {
        return addAt(find(k0, k1, k2), delta);
    }

    /**
     * Find the slot of an entry. Writer only; good until the next {@code put} of a new key, which may rebuild.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @return its slot, or {@link #NO_SLOT}.
     */
    public int find(final long k0, final long k1)
    {
        requireKeyWords(2);
        return live(probe(active(), k0, k1, 0));
    }

    /**
     * Find the slot of an entry. Writer only; good until the next {@code put} of a new key, which may rebuild.
     *
     * @param k0 first word of the key.
     * @param k1 second word.
     * @param k2 third word.
     * @return its slot, or {@link #NO_SLOT}.
     */
    public int find(final long k0, final long k1, final long k2)
    {
        requireKeyWords(3);
        return live(probe(active(), k0, k1, k2));
    }

    /**
     * Writer only.
     *
     * @param slot any.
     * @param word 0…2, below the table's number of key words.
     * @return that word of the key the slot belongs to.
     */
    public long keyAt(final int slot, final int word)
    {
        return active().getLong((slot << slotShift) + (word == 2 ? K2_OFFSET : word << 3));
    }

    /**
     * Writer only.
     *
     * @param slot any.
     * @return the value of the entry there, or {@link #MISSING}.
     */
    public long valueAt(final int slot)
    {
        final long value = active().getLong((slot << slotShift) + VALUE_OFFSET);
        return value == TOMBSTONE ? MISSING : value;
    }

    /**
     * Change the value of an entry. Writer only.
     *
     * @param slot  of a live entry.
     * @param value neither {@link #MISSING} nor {@link #TOMBSTONE}.
     */
    public void valueAt(final int slot, final long value)
    {
        requireValue(value);
        active().putLongRelease((slot << slotShift) + VALUE_OFFSET, value);
    }

    /**
     * Writer only.
     *
     * @param slot of a live entry.
     * @return its stamp.
     */
    public long stampAt(final int slot)
    {
        return active().getLong((slot << slotShift) + STAMP_OFFSET);
    }

    /**
     * Set the stamp of an entry; readers see it some time later. Writer only.
     *
     * @param slot  of a live entry.
     * @param stamp whatever the writer wants to remember.
     */
    public void stampAt(final int slot, final long stamp)
    {
        active().putLongOpaque((slot << slotShift) + STAMP_OFFSET, stamp);
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
            active().putLongRelease((slot << slotShift) + VALUE_OFFSET, TOMBSTONE);
            size = size - 1;
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
        for (int slot = 0; slot <= mask; slot++)
        {
            final long value = valueAt(slot);
            if (value != MISSING)
            {
                final long k2 = keyWords == 3 ? keyAt(slot, 2) : 0;
                consumer.accept(keyAt(slot, 0), keyAt(slot, 1), k2, value, stampAt(slot));
            }
        }
    }

    private long read(final long k0, final long k1, final long k2, final int field)
    {
        while (true)
        {
            final long before = generation;
            final long word = read((before & 1) == 0 ? even : odd, k0, k1, k2, field);
            if (isCurrent(before))
            {
                return word;
            }
            Thread.onSpinWait();
        }
    }

    private long read(final UnsafeBuffer buffer, final long k0, final long k1, final long k2, final int field)
    {
        final int slot = probe(buffer, k0, k1, k2);
        if (slot < 0)
        {
            return MISSING;
        }
        final int offset = slot << slotShift;
        final long value = buffer.getLongAcquire(offset + VALUE_OFFSET);
        return value == TOMBSTONE ? MISSING : field == VALUE_OFFSET ? value : buffer.getLongOpaque(offset + field);
    }

    /**
     * The lookup of two key words, written for a table that does not fit the caches, where what counts is how many
     * lookups a core has under way at once. Hence no branch on which slot of the line it is, a coin toss that stays
     * undecided until the line has come from memory; few instructions that wait for the line; and no bounds checks,
     * since {@code mask} keeps every address within the buffer. The choice of the slot is only a guess: whatever it
     * does not confirm is left to the ordinary probe.
     */
    private long readPair(final UnsafeBuffer buffer, final long k0, final long k1)
    {
        final long line = lineAddress(buffer.addressOffset(), k0, k1);
        final long difference = UnsafeApi.getLong(line + PAIR_LENGTH + K1_OFFSET) ^ k1;
        // 64 leading zeros, and so the upper slot, only if it has the key's second word.
        final long slot = line + ((Long.numberOfLeadingZeros(difference) & 64) * PAIR_LENGTH / 64);
        final long value = UnsafeApi.getLongAcquire(null, slot + VALUE_OFFSET);
        if (UnsafeApi.getLong(slot + K1_OFFSET) == k1 &&
            UnsafeApi.getLong(slot + K0_OFFSET) == k0 &&
            (value & ~TOMBSTONE) != 0)
        {
            return value;
        }
        return read(buffer, k0, k1, 0, VALUE_OFFSET);
    }

    private long lineAddress(final long address, final long k0, final long k1)
    {
        return address + (((long)hash(k0, k1, 0) & mask) << PAIR_SHIFT & -LINE_LENGTH);
    }

    /** Pairs with the fence in rebuild(): whoever saw a word of the next table sees that the one before is gone. */
    private boolean isCurrent(final long before)
    {
        VarHandle.loadLoadFence();
        return before == generation;
    }

    private boolean write(final long k0, final long k1, final long k2, final long value)
    {
        requireValue(value);
        int slot = probe(active(), k0, k1, k2);
        if (live(slot) == NO_SLOT)
        {
            if (size == maxEntries)
            {
                return false;
            }
            if (slot < 0)
            {
                if (claimed == claimedLimit)
                {
                    rebuild();
                    slot = probe(active(), k0, k1, k2);
                }
                slot = ~slot;
                claimed++;
                putKey(active(), slot, k0, k1, k2);
            }
            stampAt(slot, 0);
            size = size + 1;
        }
        active().putLongRelease((slot << slotShift) + VALUE_OFFSET, value);
        return true;
    }

    private long addAt(final int slot, final long delta)
    {
        if (slot == NO_SLOT)
        {
            return MISSING;
        }
        final long sum = valueAt(slot) + delta;
        if (sum == MISSING)
        {
            removeAt(slot);
        }
        else
        {
            valueAt(slot, sum);
        }
        return sum;
    }

    /** The slot that belongs to the key, live or not, else the complement of the slot that it would claim. */
    private int probe(final UnsafeBuffer buffer, final long k0, final long k1, final long k2)
    {
        final int home = hash(k0, k1, k2) & mask;
        int slot = home;
        // A reader in a buffer that is being rebuilt may find no end; it stops after a round and looks again.
        for (int i = 1; i <= mask; i++)
        {
            final int offset = slot << slotShift;
            if (buffer.getLongAcquire(offset + VALUE_OFFSET) == MISSING)
            {
                return ~slot;
            }
            if (buffer.getLong(offset + K0_OFFSET) == k0 &&
                buffer.getLong(offset + K1_OFFSET) == k1 &&
                (keyWords == 2 || buffer.getLong(offset + K2_OFFSET) == k2))
            {
                return slot;
            }
            slot = ((home + (i & ~lineMask)) & mask) ^ (i & lineMask);
        }
        return ~home;
    }

    private void rebuild()
    {
        final UnsafeBuffer from = active();
        final UnsafeBuffer to = from == even ? odd : even;
        // Nothing written below may be seen before the generation that took readers out of this buffer.
        VarHandle.storeStoreFence();
        to.setMemory(0, to.capacity(), (byte)0);
        for (int slot = 0; slot <= mask; slot++)
        {
            final long value = valueAt(slot);
            if (value != MISSING)
            {
                final long k0 = keyAt(slot, 0);
                final long k1 = keyAt(slot, 1);
                final long k2 = keyWords == 3 ? keyAt(slot, 2) : 0;
                final int target = ~probe(to, k0, k1, k2);
                putKey(to, target, k0, k1, k2);
                to.putLong((target << slotShift) + STAMP_OFFSET, stampAt(slot));
                to.putLongRelease((target << slotShift) + VALUE_OFFSET, value);
            }
        }
        claimed = size;
        generation = generation + 1;
    }

    private void putKey(final UnsafeBuffer buffer, final int slot, final long k0, final long k1, final long k2)
    {
        final int offset = slot << slotShift;
        buffer.putLong(offset + K0_OFFSET, k0);
        buffer.putLong(offset + K1_OFFSET, k1);
        if (keyWords == 3)
        {
            buffer.putLong(offset + K2_OFFSET, k2);
        }
    }

    private UnsafeBuffer active()
    {
        return (generation & 1) == 0 ? even : odd;
    }

    private int live(final int slot)
    {
        return slot >= 0 && valueAt(slot) != MISSING ? slot : NO_SLOT;
    }

    /**
     * Both halves of a 128-bit product with secret factors, and one more multiplication, without which keys in
     * arithmetic progression fall into clumps. Visible to the test of that.
     */
    int hash(final long k0, final long k1, final long k2)
    {
        long hash = fold(k0 ^ seed0, k1 ^ seed1);
        if (keyWords == 3)
        {
            hash = fold(hash ^ k2, seed2);
        }
        return (int)((hash ^ (hash >>> 32)) * MIX >>> 32);
    }

    private static long fold(final long a, final long b)
    {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    private void requireKeyWords(final int expected)
    {
        if (keyWords != expected)
        {
            throw new IllegalArgumentException("keys of this table have " + keyWords + " words, not " + expected);
        }
    }

    private static void requireValue(final long value)
    {
        if (value == MISSING || value == TOMBSTONE)
        {
            throw new IllegalArgumentException("not a value: " + value);
        }
    }
}
