// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Which memory a buffer shows, and how it is set to other memory. */
abstract class ViewBuffer extends NumberBuffer
{
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    private static final long UNKNOWN = -1;

    /**
     * The memory from its beginning to the end of the view: the JDK checks each access against its limit. Its position
     * is 0, its byte order the native one.
     */
    ByteBuffer memory = NOTHING;
    /** Index of the first byte of the view in {@link #memory}. */
    int base;

    /** Address of the first byte of the view, if {@link #fastLength} is more than 0. */
    long fastAddress;
    /** Bytes of the view that may be read and written at their address; 0 if there is only {@link #memory}. */
    int fastLength;

    private int capacity;
    /** What {@link #memory} is a duplicate of. Views of one memory share it. */
    private ByteBuffer root = NOTHING;
    private long rootAddress = UNKNOWN;
    /** Whether {@link MemoryBuffer} allocated the memory, so that nobody can take it away while a view exists. */
    private boolean isAllocated;
    private @Nullable ByteBuffer channelView;

    @Override
    public final void wrap(final byte[] buffer)
    {
        show(ByteBuffer.wrap(buffer), 0, buffer.length);
    }

    @Override
    public final void wrap(final byte[] buffer, final int offset, final int length)
    {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        show(ByteBuffer.wrap(buffer), offset, length);
    }

    @Override
    public final void wrap(final ByteBuffer buffer)
    {
        show(buffer, 0, buffer.capacity());
    }

    @Override
    public final void wrap(final ByteBuffer buffer, final int offset, final int length)
    {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        show(buffer, offset, length);
    }

    @Override
    public final void wrap(final DirectBuffer buffer)
    {
        wrap(buffer, 0, buffer.capacity());
    }

    /**
     * Show a part of another buffer. Allocates nothing if this buffer shows memory of the same {@link #byteBuffer()}
     * already.
     *
     * @throws IllegalArgumentException if the other buffer has neither an array nor a {@link ByteBuffer}.
     */
    @Override
    public final void wrap(final DirectBuffer buffer, final int offset, final int length)
    {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        if (buffer instanceof ViewBuffer other)
        {
            final long address = other.rootAddress;
            final boolean isOurs = other.isAllocated;
            show(other.root, other.base + offset, length);
            rootAddress = address;
            if (isOurs)
            {
                onAllocated();
            }
            return;
        }
        final byte[] array = buffer.byteArray();
        final ByteBuffer bytes = buffer.byteBuffer();
        if (array != null)
        {
            wrap(array, buffer.wrapAdjustment() + offset, length);
        }
        else if (bytes != null)
        {
            wrap(bytes, buffer.wrapAdjustment() + offset, length);
        }
        else
        {
            throw new IllegalArgumentException(
                "a buffer without an array and without a ByteBuffer cannot be shown: " + buffer.getClass().getName() +
                "; wrap its memory as a ByteBuffer");
        }
    }

    /**
     * Not possible: memory at a bare address has no owner.
     *
     * @throws UnsupportedOperationException always.
     */
    @Override
    public final void wrap(final long address, final int length)
    {
        throw new UnsupportedOperationException("memory at a bare address cannot be shown; wrap a ByteBuffer");
    }

    /**
     * The bytes of a range, for a channel. One thread; valid until the next call. Allocates the first time only.
     *
     * @return a buffer whose position is the first byte of the range and whose limit is its end; a change of these
     *     changes nothing here.
     */
    public final ByteBuffer forChannel(final int offset, final int length)
    {
        boundsCheck(offset, length);
        ByteBuffer view = channelView;
        if (view == null)
        {
            view = root.duplicate();
            channelView = view;
        }
        return view.limit(base + offset + length).position(base + offset);
    }

    /**
     * The address of the first byte, for native calls; valid while this object or another of the same memory lives. For
     * memory on the heap it is the number that Agrona's buffers use, which is no address.
     */
    @Override
    public final long addressOffset()
    {
        if (!root.isDirect())
        {
            return NativeAddress.arrayBase() + (long)wrapAdjustment();
        }
        if (rootAddress == UNKNOWN)
        {
            rootAddress = NativeAddress.of(memory);
        }
        return rootAddress + base;
    }

    @Override
    public final byte @Nullable [] byteArray()
    {
        return root.hasArray() ? root.array() : null;
    }

    /** @return what this buffer is a view of; its position and limit are of no importance here. */
    @Override
    public final ByteBuffer byteBuffer()
    {
        return root;
    }

    @Override
    public final int wrapAdjustment()
    {
        return root.hasArray() ? root.arrayOffset() + base : base;
    }

    @Override
    public final int capacity()
    {
        return capacity;
    }

    @Override
    public final void checkLimit(final int limit)
    {
        if (limit > capacity)
        {
            throw new IndexOutOfBoundsException("limit=" + limit + " is beyond capacity=" + capacity);
        }
    }

    @Override
    public final void boundsCheck(final int index, final int length)
    {
        if ((index | length | capacity - index - length) < 0)
        {
            throw new IndexOutOfBoundsException("index=" + index + " length=" + length + " capacity=" + capacity);
        }
    }

    /** @throws IllegalStateException if atomic access to this memory is impossible. */
    @Override
    public final void verifyAlignment()
    {
        if (!root.isDirect() || memory.alignmentOffset(base, ALIGNMENT) != 0)
        {
            throw new IllegalStateException("not direct memory aligned to " + ALIGNMENT + " bytes: " + this);
        }
    }

    @Override
    public final int compareTo(final DirectBuffer that)
    {
        final ByteBuffer left = bytes();
        final ByteBuffer right = MemoryBuffer.of(that).bytes();
        final int index = left.mismatch(right);
        return index < 0 || index == Math.min(capacity, that.capacity()) ?
            Integer.compare(capacity, that.capacity()) :
            Byte.compareUnsigned(left.get(index), right.get(index));
    }

    /** @return whether the other is a buffer of this class with the same bytes. */
    @Override
    public final boolean equals(final @Nullable Object that)
    {
        return this == that || that instanceof ViewBuffer other && bytes().equals(other.bytes());
    }

    /** @return a hash of the bytes. */
    @Override
    public final int hashCode()
    {
        return bytes().hashCode();
    }

    @Override
    public final String toString()
    {
        return "MemoryBuffer{" + capacity + " bytes from " + base + " of " + root + "}";
    }

    /** Whether an access needs {@link #fastAddress} only. If not, the ordinary access either succeeds or throws. */
    final boolean isFast(final int index, final int length)
    {
        return FastAccess.IS_ON && index >= 0 && index <= fastLength - length;
    }

    /** The memory that this view shows was allocated here: it is direct, and only the views keep it. */
    final void onAllocated()
    {
        isAllocated = true;
        if (FastAccess.IS_ON)
        {
            fastAddress = addressOffset();
            fastLength = capacity;
        }
    }

    /** The bytes of the view as a buffer of their own. */
    final ByteBuffer bytes()
    {
        return memory.slice(base, capacity);
    }

    @SuppressWarnings("ReferenceEquality")
    private void show(final ByteBuffer of, final int offset, final int length)
    {
        if (root != of)
        {
            root = of;
            memory = of.duplicate().clear().order(ByteOrder.nativeOrder());
            rootAddress = UNKNOWN;
            channelView = null;
        }
        isAllocated = false;
        fastLength = 0;
        base = offset;
        capacity = length;
        memory.limit(offset + length);
    }
}
