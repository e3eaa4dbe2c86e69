// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.address.IpAddress;
import io.overlane.table.Hash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * The outer addresses that the configuration of one segment names, each with the number of times. One writer; any
 * thread looks addresses up, in constant time and without a lock.
 *
 * <pre>
 *   0      1     2       3
 *   +------+-----+-------+------+-----+-------+---
 *   | high | low | count | high | low | count | …     words; count 0: never used, -1: removed
 *   +------+-----+-------+------+-----+-------+---
 * </pre>
 *
 * <p>A slot's address is written before its count and never changes: a reader that sees a count sees its address. When
 * slots run short, a new array replaces this one, without the removed addresses.
 */
public final class KnownSources
{
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int WORDS_PER_SLOT = 3;
    private static final int LOW = 1;
    private static final int COUNT = 2;
    private static final int MIN_SLOTS = 8;
    private static final long UNUSED = 0;
    private static final long LET_GO = -1;

    private volatile long[] slots = new long[MIN_SLOTS * WORDS_PER_SLOT];
    private int used;
    private int live;

    /** Whether the configuration names an address. Any thread; allocates nothing. */
    public boolean contains(final long high, final long low)
    {
        final long[] current = slots;
        int slot = home(current, high, low);
        // The count is read once: a slot that was unused a moment ago may have another address now.
        for (long count = count(current, slot); count != UNUSED; count = count(current, slot))
        {
            if (current[slot] == high && current[slot + LOW] == low)
            {
                return count > 0;
            }
            slot = next(current, slot);
        }
        return false;
    }

    /** How many addresses the configuration names. Writer only. */
    public int size()
    {
        return live;
    }

    /** Visit every address. Writer only. */
    public void forEach(final Consumer<IpAddress> consumer)
    {
        for (int slot = 0; slot < slots.length; slot += WORDS_PER_SLOT)
        {
            if (slots[slot + COUNT] > 0)
            {
                consumer.accept(new IpAddress(slots[slot], slots[slot + LOW]));
            }
        }
    }

    /** The configuration names an address once more. Writer only. */
    public void add(final long high, final long low)
    {
        int slot = probe(slots, high, low);
        if (slots[slot + COUNT] == UNUSED && 2 * WORDS_PER_SLOT * (used + 1) > slots.length)
        {
            rebuild();
            slot = probe(slots, high, low);
        }
        final long[] current = slots;
        final long count = current[slot + COUNT];
        if (count == UNUSED)
        {
            current[slot] = high;
            current[slot + LOW] = low;
            used++;
        }
        if (count <= 0)
        {
            live++;
        }
        WORDS.setRelease(current, slot + COUNT, Math.max(count, 0) + 1);
    }

    /** The configuration names an address once less. Writer only. */
    public void remove(final long high, final long low)
    {
        final long[] current = slots;
        final int slot = probe(current, high, low);
        final long count = current[slot + COUNT];
        if (count <= 0)
        {
            throw new IllegalStateException(new IpAddress(high, low) + " is not a known source");
        }
        if (count == 1)
        {
            live--;
        }
        WORDS.setRelease(current, slot + COUNT, count == 1 ? LET_GO : count - 1);
    }

    private void rebuild()
    {
        final long[] before = slots;
        int count = MIN_SLOTS;
        while (count < 4 * (live + 1))
        {
            count *= 2;
        }
        final long[] after = new long[count * WORDS_PER_SLOT];
        for (int slot = 0; slot < before.length; slot += WORDS_PER_SLOT)
        {
            if (before[slot + COUNT] > 0)
            {
                System.arraycopy(
                    before, slot, after, probe(after, before[slot], before[slot + LOW]), WORDS_PER_SLOT);
            }
        }
        used = live;
        slots = after;
    }

    /** First word of the slot that has the address, or else of the unused slot where the search ends. Writer only. */
    private static int probe(final long[] slots, final long high, final long low)
    {
        int slot = home(slots, high, low);
        while (slots[slot + COUNT] != UNUSED && (slots[slot] != high || slots[slot + LOW] != low))
        {
            slot = next(slots, slot);
        }
        return slot;
    }

    private static int home(final long[] slots, final long high, final long low)
    {
        return (Hash.of(high, low) & slots.length / WORDS_PER_SLOT - 1) * WORDS_PER_SLOT;
    }

    private static int next(final long[] slots, final int slot)
    {
        return slot + WORDS_PER_SLOT == slots.length ? 0 : slot + WORDS_PER_SLOT;
    }

    private static long count(final long[] slots, final int slot)
    {
        return (long)WORDS.getAcquire(slots, slot + COUNT);
    }
}
