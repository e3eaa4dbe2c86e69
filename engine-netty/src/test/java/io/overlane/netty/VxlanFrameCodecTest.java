// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the codec sends, and what it accepts. The bytes are those of RFC 7348, written by hand. */
class VxlanFrameCodecTest
{
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.2", 4789);
    private static final InetSocketAddress SELF = new InetSocketAddress("192.0.2.1", 4789);
    private static final String HEADER = "0800000000002a00";
    private static final String ARP = "ffffffffffff0200000000010806" + "0001080006040001";

    private final VxlanFrameDecoder decoder = new VxlanFrameDecoder();
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder, new VxlanFrameEncoder());

    @AfterEach
    void finish()
    {
        channel.checkException();
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldDecodeWithoutCopying()
    {
        final ByteBuf datagram = bytes(HEADER + ARP);
        final long address = datagram.hasMemoryAddress() ? datagram.memoryAddress() : 0;

        channel.writeInbound(new DatagramPacket(datagram, SELF, PEER));

        final VxlanFrame frame = channel.readInbound();
        assertEquals(42, frame.vni());
        assertEquals(PEER, frame.remote());
        assertEquals(ARP, ByteBufUtil.hexDump(frame.content()));
        assertEquals(address, frame.content().hasMemoryAddress() ? frame.content().memoryAddress() : 0);
        assertEquals(1, frame.refCnt());
        assertTrue(frame.release());
        assertEquals(0, datagram.refCnt());
    }

    @Test
    void shouldDecodePartsOfOneBuffer()
    {
        final ByteBuf joined = bytes(HEADER + ARP + HEADER + ARP);
        final int length = (HEADER + ARP).length() / 2;
        channel.writeInbound(new DatagramPacket(joined.readRetainedSlice(length), SELF, PEER));
        channel.writeInbound(new DatagramPacket(joined, SELF, PEER));
        for (int i = 0; i < 2; i++)
        {
            final VxlanFrame frame = channel.readInbound();
            assertEquals(ARP, ByteBufUtil.hexDump(frame.content()));
            frame.release();
        }
        assertEquals(0, joined.refCnt());
    }

    @Test
    void shouldWriteTheHeaderIntoTheHeadroomOfAFrameOfItsOwn()
    {
        final ByteBuf frame = bytes("00".repeat(64) + ARP).skipBytes(64);

        channel.writeOutbound(new VxlanFrame(42, PEER, frame));

        final DatagramPacket packet = channel.readOutbound();
        assertSame(frame, packet.content());
        assertEquals(HEADER + ARP, ByteBufUtil.hexDump(packet.content()));
        assertEquals(PEER, packet.recipient());
        packet.release();
        assertEquals(0, frame.refCnt());
    }

    @Test
    void shouldLeaveTheBytesOfAFrameThatOthersHoldAlone()
    {
        final ByteBuf frame = bytes("00".repeat(8) + ARP).skipBytes(8);
        channel.writeOutbound(new VxlanFrame(42, PEER, frame.retainedDuplicate()));
        channel.writeOutbound(new VxlanFrame(43, PEER, frame.retainedDuplicate()));
        channel.writeOutbound(new VxlanFrame(0xFF_FFFF, PEER, Unpooled.unreleasableBuffer(frame).asReadOnly()));

        for (final String header : new String[] {HEADER, "0800000000002b00", "08000000ffffff00"})
        {
            final DatagramPacket packet = channel.readOutbound();
            assertEquals(header + ARP, ByteBufUtil.hexDump(packet.content()));
            assertTrue(packet.content().nioBufferCount() == 2, "not copied");
            packet.release();
        }
        assertEquals(0, frame.getLong(0));
        assertTrue(frame.release());
    }

    @Test
    void shouldWriteAHeaderInFrontOfAFrameWithoutHeadroom()
    {
        final CompositeByteBuf frame = ByteBufAllocator.DEFAULT.compositeDirectBuffer()
            .addComponents(true, bytes(ARP.substring(0, 28)), bytes(ARP.substring(28)));
        channel.writeOutbound(new VxlanFrame(42, PEER, frame));
        final DatagramPacket packet = channel.readOutbound();
        assertEquals(HEADER + ARP, ByteBufUtil.hexDump(packet.content()));
        packet.release();
        assertEquals(0, frame.refCnt());
    }

    @Test
    void shouldDropAndCountWhatTheKernelDrops()
    {
        assertDropped(DropReason.SHORT_HEADER, "08000000002a00");
        assertDropped(DropReason.SHORT_HEADER, "");
        assertDropped(DropReason.NO_I_FLAG, "0000000000002a00" + ARP);
        assertDropped(DropReason.RESERVED_BITS, "8800000000002a00" + ARP);
        assertDropped(DropReason.RESERVED_BITS, "0800000000002a01" + ARP);
        assertDropped(DropReason.INNER_TOO_SHORT, HEADER);
        assertDropped(DropReason.INNER_TOO_SHORT, HEADER + "ffffffffffff02000000000108");
        final String macs = "ffffffffffff020000000001";
        assertDropped(DropReason.INNER_IP_TRUNCATED, HEADER + macs + "0800" + "45".repeat(19));
        assertDropped(DropReason.INNER_IP_TRUNCATED, HEADER + macs + "86dd" + "60".repeat(39));
        assertEquals(2, decoder.dropped(DropReason.SHORT_HEADER));
        assertEquals(2, decoder.dropped(DropReason.RESERVED_BITS));
        assertEquals(0, decoder.dropped(DropReason.UNKNOWN_VNI));

        channel.writeInbound(new DatagramPacket(bytes(HEADER + macs + "0800" + "45".repeat(20)), SELF, PEER));
        channel.<VxlanFrame>readInbound().release();
    }

    @Test
    void shouldKnowItsSegmentsAndIgnoreReservedBitsIfAsked()
    {
        final VxlanFrameDecoder own = new VxlanFrameDecoder(vni -> vni == 42, 0);
        final EmbeddedChannel other = new EmbeddedChannel(own);
        other.writeInbound(new DatagramPacket(bytes("0800000000002b00" + ARP), SELF, PEER));
        assertEquals(1, own.dropped(DropReason.UNKNOWN_VNI));
        other.writeInbound(new DatagramPacket(bytes("ffffffff00002aff" + ARP), SELF, PEER));
        assertEquals(42, readVni(other));
        assertThrows(IllegalArgumentException.class, () -> new VxlanFrame(0x100_0000, PEER, Unpooled.EMPTY_BUFFER));
        other.finishAndReleaseAll();
    }

    /** Every datagram is a frame or counted, whatever its bytes are. */
    @Test
    void shouldSurviveAnyDatagram()
    {
        final Random random = new Random(12);
        int frames = 0;
        final int datagrams = 20_000;
        for (int i = 0; i < datagrams; i++)
        {
            final byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 8 && i % 2 == 0)
            {
                System.arraycopy(ByteBufUtil.decodeHexDump(HEADER), 0, bytes, 0, 8);
            }
            channel.writeInbound(new DatagramPacket(direct(bytes), SELF, PEER));
            final VxlanFrame frame = channel.readInbound();
            if (frame != null)
            {
                assertArrayEquals(
                    ByteBufUtil.getBytes(Unpooled.wrappedBuffer(bytes, VxlanHeader.LENGTH, bytes.length - 8)),
                    ByteBufUtil.getBytes(frame.content()));
                frame.release();
                frames++;
            }
        }
        long drops = 0;
        for (final DropReason reason : DropReason.values())
        {
            drops += decoder.dropped(reason);
        }
        assertEquals(datagrams, frames + drops);
        assertTrue(frames > 1000);
    }

    @Test
    void shouldPassOtherMessages()
    {
        channel.writeInbound("in");
        assertEquals("in", channel.readInbound());
        channel.writeOutbound("out");
        assertEquals("out", channel.readOutbound());
    }

    @Test
    void shouldHoldTheFrameAsOtherHoldersDo()
    {
        final VxlanFrame frame = new VxlanFrame(42, PEER, bytes(ARP));
        final VxlanFrame copy = frame.copy();
        assertEquals(frame, copy);
        assertEquals(frame.hashCode(), copy.hashCode());
        assertEquals(42, copy.vni());
        assertEquals(2, frame.retainedDuplicate().refCnt());
        frame.release();
        copy.release();
        assertTrue(frame.release());
    }

    private void assertDropped(final DropReason reason, final String hex)
    {
        final long before = decoder.dropped(reason);
        final ByteBuf datagram = bytes(hex);
        channel.writeInbound(new DatagramPacket(datagram, SELF, PEER));
        assertNull(channel.readInbound(), hex);
        assertEquals(before + 1, decoder.dropped(reason), hex);
        assertEquals(0, datagram.refCnt());
    }

    private static int readVni(final EmbeddedChannel from)
    {
        final VxlanFrame frame = from.readInbound();
        frame.release();
        return frame.vni();
    }

    private static ByteBuf bytes(final String hex)
    {
        return direct(ByteBufUtil.decodeHexDump(hex));
    }

    private static ByteBuf direct(final byte... bytes)
    {
        return ByteBufAllocator.DEFAULT.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }
}
