// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.overlane.frame.Frame;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames over Netty's buffers and Netty's buffers over frames, without copying a byte.
 *
 * <p><b>Ownership stays where it was.</b> A frame over a {@link ByteBuf} holds no reference count: the caller keeps the
 * buffer unreleased while the frame is in use. A {@code ByteBuf} over a frame is lent exactly as the frame is, until
 * the next poll of its source; releasing it frees nothing, and retaining it keeps nothing alive. Who wants either for
 * longer copies it.
 */
public final class ByteBufFrames
{
    private ByteBufFrames()
    {
    }

    /**
     * @param bytes in one piece, direct or on the heap.
     * @return a new frame, as {@link #wrap(Frame, ByteBuf)} aims it.
     * @throws IllegalArgumentException if the buffer is not one piece of memory.
     */
    public static Frame frame(final ByteBuf bytes)
    {
        return wrap(new Frame(new UnsafeBuffer(0, 0)), bytes);
    }

    /**
     * Aim a frame at a buffer's readable bytes; what lies before them is its headroom, what lies behind them up to the
     * capacity its tailroom. The buffer's indices are neither used afterwards nor moved. Allocates nothing where the
     * buffer knows its address.
     *
     * @param frame to aim; made for this purpose, because its slot changes too.
     * @param bytes in one piece, direct or on the heap.
     * @throws IllegalArgumentException if the buffer is not one piece of memory.
     */
    public static Frame wrap(final Frame frame, final ByteBuf bytes)
    {
        final int capacity = bytes.capacity();
        if (bytes.hasArray())
        {
            frame.buffer().wrap(bytes.array(), bytes.arrayOffset(), capacity);
        }
        else
        {
            frame.buffer().wrap(address(bytes), capacity);
        }
        return frame.wrap(bytes.readerIndex(), bytes.readableBytes());
    }

    /**
     * @return where its index 0 lies.
     * @throws IllegalArgumentException if the buffer is on the heap or not one piece of memory.
     */
    public static long address(final ByteBuf bytes)
    {
        if (bytes.hasMemoryAddress())
        {
            return bytes.memoryAddress();
        }
        if (bytes.nioBufferCount() != 1 || !bytes.isDirect())
        {
            throw new IllegalArgumentException("not one piece of direct memory: " + bytes);
        }
        // Not internalNioBuffer: slices share it with their parent, which another thread may be using.
        final ByteBuffer view = bytes.nioBuffer(0, bytes.capacity());
        return BufferUtil.address(view) + view.position();
    }

    /**
     * @param frame its bytes, without headroom and tailroom.
     * @return a buffer over the same memory, readable from 0 to the frame's length.
     * @throws UnsupportedOperationException if the frame lies in memory without a Java buffer and this JVM does not let
     *                                       Netty reach it.
     */
    public static ByteBuf byteBuf(final Frame frame)
    {
        final UnsafeBuffer buffer = frame.buffer();
        final int length = frame.length();
        if (buffer.byteArray() != null)
        {
            final int from = buffer.wrapAdjustment() + frame.offset();
            return Unpooled.wrappedBuffer(buffer.byteArray(), from, length);
        }
        final ByteBuffer memory = buffer.byteBuffer();
        if (memory == null)
        {
            return Unpooled.wrappedBuffer(frame.address(), length, false);
        }
        final int from = buffer.wrapAdjustment() + frame.offset();
        return Unpooled.wrappedBuffer(memory.duplicate().limit(from + length).position(from).slice());
    }
}
