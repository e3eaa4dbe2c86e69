// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The same memory seen from both sides. */
class ByteBufFramesTest
{
    @Test
    void shouldShareMemoryWithEveryKindOfBuffer()
    {
        final ByteBuf[] buffers =
        {
            PooledByteBufAllocator.DEFAULT.directBuffer(256, 256),
            ByteBufAllocator.DEFAULT.directBuffer(256, 256),
            Unpooled.directBuffer(256, 256),
            Unpooled.buffer(256, 256),
            Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(512).position(100)).slice(40, 256),
            Unpooled.wrappedBuffer(new byte[512], 30, 400).slice(40, 256),
            PooledByteBufAllocator.DEFAULT.directBuffer(512, 512).writeZero(512).slice(64, 256),
        };
        for (final ByteBuf bytes : buffers)
        {
            bytes.setIndex(80, 200).setInt(80, 0x01020304).setByte(79, 9);

            final Frame frame = ByteBufFrames.frame(bytes);

            assertEquals(120, frame.length(), bytes.toString());
            assertEquals(80, frame.offset());
            assertEquals(1, frame.buffer().getByte(frame.offset()), bytes.toString());
            frame.prepend(8).buffer().putByte(frame.offset() + 7, (byte)42);
            assertEquals(42, bytes.getByte(79));
            assertEquals(256, frame.buffer().capacity());
            assertEquals(80, bytes.readerIndex());
            bytes.release();
        }
    }

    @Test
    void shouldRefuseABufferInPieces()
    {
        final ByteBuf pieces = Unpooled.wrappedBuffer(Unpooled.directBuffer(4).writeInt(1), Unpooled.copyInt(2));

        assertThrows(IllegalArgumentException.class, () -> ByteBufFrames.frame(pieces));
        pieces.release();
    }

    @Test
    void shouldShareAFramesMemoryWithItsByteBuf()
    {
        final ByteBuffer direct = ByteBuffer.allocateDirect(512);
        final Frame[] frames =
        {
            new FrameSlab(3, 256).frame(2).wrap(FrameSlab.HEADROOM, 100),
            new Frame(new MemoryBuffer(direct, 40, 300)).wrap(20, 100),
            new Frame(new MemoryBuffer(new byte[512], 40, 300)).wrap(20, 100),
            new Frame(new MemoryBuffer(ByteBuffer.allocate(512), 40, 300)).wrap(20, 100),
        };
        for (final Frame frame : frames)
        {
            frame.buffer().putByte(frame.offset() + 99, (byte)7);

            final ByteBuf bytes = ByteBufFrames.byteBuf(frame);

            assertEquals(100, bytes.readableBytes());
            assertEquals(7, bytes.getByte(99));
            bytes.setByte(0, 5);
            assertEquals(5, frame.buffer().getByte(frame.offset()));
            assertTrue(bytes.release());
            assertEquals(5, frame.buffer().getByte(frame.offset()), "releasing frees nothing");
        }
    }
}
