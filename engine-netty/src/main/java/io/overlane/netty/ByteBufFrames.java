// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import java.nio.ByteBuffer;

/**
 * Frames over Netty's buffers and Netty's buffers over frames, without copying a byte.
 *
 * <p><b>The owner of the memory stays the same.</b> A frame over a {@link ByteBuf} holds no reference count: the caller
 * must not release the buffer while the frame is in use. A {@code ByteBuf} over a frame is valid as long as the frame,
 * until the next poll of its source; releasing it frees nothing, and retaining it keeps nothing alive. Copy the bytes
 * to keep them longer.
 */
public final class ByteBufFrames
{
    private ByteBufFrames()
    {
    }

    /**
     * @param bytes in one piece, direct or on the heap.
     * @return a new frame over the buffer, as with {@link #wrap(Frame, ByteBuf)}.
     * @throws IllegalArgumentException if the buffer is not one piece of memory.
     */
    public static Frame frame(final ByteBuf bytes)
    {
        return wrap(new Frame(new MemoryBuffer()), bytes);
    }

    /**
     * Set a frame to a buffer's readable bytes. The bytes before them are its headroom; those after them, up to the
     * capacity, are its tailroom. The buffer's indices are not moved, and not used afterwards. Some small objects are
     * allocated.
     *
     * @param frame made for this purpose, because its slot changes too.
     * @param bytes in one piece, direct or on the heap.
     * @throws IllegalArgumentException if the buffer is not one piece of memory.
     */
    public static Frame wrap(final Frame frame, final ByteBuf bytes)
    {
        if (bytes.hasArray())
        {
            frame.buffer().wrap(bytes.array(), bytes.arrayOffset(), bytes.capacity());
        }
        else
        {
            frame.buffer().wrap(memory(bytes), 0, bytes.capacity());
        }
        return frame.wrap(bytes.readerIndex(), bytes.readableBytes());
    }

    /**
     * @return the address of its index 0.
     * @throws IllegalArgumentException if the buffer is on the heap or not one piece of memory.
     */
    public static long address(final ByteBuf bytes)
    {
        if (bytes.hasMemoryAddress())
        {
            return bytes.memoryAddress();
        }
        return memory(bytes).addressOffset();
    }

    /**
     * @return a new view of all bytes from index 0 to the capacity.
     * @throws IllegalArgumentException if the buffer is on the heap or not one piece of memory.
     */
    static MemoryBuffer memory(final ByteBuf bytes)
    {
        if (bytes.nioBufferCount() != 1 || !bytes.isDirect())
        {
            throw new IllegalArgumentException("not one piece of direct memory: " + bytes);
        }
        // Slices share internalNioBuffer with their parent, which another thread may be using.
        final ByteBuffer view = bytes.nioBuffer(0, bytes.capacity());
        return new MemoryBuffer(view, view.position(), bytes.capacity());
    }

    /**
     * @param frame whose bytes are used, without headroom and tailroom.
     * @return a buffer over the same memory, readable from 0 to the frame's length.
     */
    public static ByteBuf byteBuf(final Frame frame)
    {
        final MemoryBuffer buffer = frame.buffer();
        final int length = frame.length();
        if (buffer.byteArray() != null)
        {
            final int from = buffer.wrapAdjustment() + frame.offset();
            return Unpooled.wrappedBuffer(buffer.byteArray(), from, length);
        }
        return Unpooled.wrappedBuffer(buffer.forChannel(frame.offset(), length).slice());
    }
}
