// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import java.util.Objects;
import org.agrona.UnsafeApi;

/**
 * Memory as words of 64 bits in native byte order, for tables and counters, which read and write several words for each
 * frame. Any thread. An index outside is an {@link IndexOutOfBoundsException}.
 */
public final class Words
{
    private static final int WORD_SHIFT = 3;

    /** The JDK reads and writes an aligned word of it at once; fences order the words. It also keeps the memory. */
    private final LongBuffer words;
    private final int length;
    private final long address;

    Words(final LongBuffer words, final long address)
    {
        this.words = words;
        this.address = address;
        length = words.capacity();
    }

    /** @return number of words. */
    public int length()
    {
        return length;
    }

    /** @return a word. */
    public long get(final int index)
    {
        return FastAccess.IS_ON ? UnsafeApi.getLong(at(index)) : words.get(index);
    }

    /** @return a word; what the thread reads afterwards is at least as new. */
    public long getAcquire(final int index)
    {
        final long word = get(index);
        VarHandle.acquireFence();
        return word;
    }

    /** Write a word. */
    public void put(final int index, final long word)
    {
        if (FastAccess.IS_ON)
        {
            UnsafeApi.putLong(at(index), word);
        }
        else
        {
            words.put(index, word);
        }
    }

    /** Write a word. A thread that reads it with acquire then sees all that this thread wrote before. */
    public void putRelease(final int index, final long word)
    {
        VarHandle.releaseFence();
        put(index, word);
    }

    private long at(final int index)
    {
        return address + ((long)Objects.checkIndex(index, length) << WORD_SHIFT);
    }
}
