// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import io.overlane.memory.FastAccess;
import io.overlane.memory.MemoryBuffer;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Objects;
import org.agrona.UnsafeApi;

/**
 * Memory as words of 64 bits in native byte order, for tables and counters, which read and write several words for each
 * frame. Any thread. An index outside is an {@link IndexOutOfBoundsException}.
 */
public final class Words
{
    /** From the place of a word to the place of the next: see {@link #at(long)}. */
    static final int STEP = FastAccess.IS_ON ? Long.BYTES : 1;

    private static final int WORD_SHIFT = 3;

    /** The JDK reads and writes an aligned word of it at once; fences order the words. It also keeps the memory. */
    private final LongBuffer words;
    private final int length;
    private final long address;

    /** @param memory allocated by {@link MemoryBuffer}; the words are the same memory. */
    public Words(final MemoryBuffer memory)
    {
        words = memory.forChannel(0, memory.capacity()).order(ByteOrder.nativeOrder()).asLongBuffer();
        address = memory.addressOffset();
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
        return FastAccess.IS_ON ? UnsafeApi.getLong(addressOf(index)) : words.get(index);
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
            UnsafeApi.putLong(addressOf(index), word);
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

    /** The place of word 0; that of another is as many {@link #STEP}s further. */
    long firstPlace()
    {
        return FastAccess.IS_ON ? address : 0;
    }

    /**
     * A word by its place, which is not checked: for code that checks one index for several words. The caller keeps
     * this object in a local variable, so that compiled code does not read it again after a fence.
     */
    long at(final long place)
    {
        return FastAccess.IS_ON ? UnsafeApi.getLong(place) : words.get((int)place);
    }

    /** As {@link #at}; what the thread reads afterwards is at least as new. */
    long atAcquire(final long place)
    {
        final long word = at(place);
        VarHandle.acquireFence();
        return word;
    }

    private long addressOf(final int index)
    {
        return address + ((long)Objects.checkIndex(index, length) << WORD_SHIFT);
    }
}
