// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Golden bytes of the vnet header. */
class VirtioNetHeaderTest
{
    private static final byte FILL = (byte)0xA5;

    private final MemoryBuffer buffer = new MemoryBuffer(new byte[16]);
    private final Frame frame = new FrameSlab(1, 2048).frame(0).wrap(FrameSlab.HEADROOM, 1000);

    @BeforeEach
    void fill()
    {
        buffer.setMemory(0, 16, FILL);
    }

    @Test
    void shouldWriteAllFieldsLittleEndian()
    {
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_TCPV4 | Frame.GSO_ECN, 0x0142, 0x05A8, 0x0122, 0x0310);
        VirtioNetHeader.encode(frame, buffer, 2, VirtioNetHeader.MERGEABLE_LENGTH);
        assertArrayEquals(
            bytes(0xA5, 0xA5, 0x01, 0x81, 0x42, 0x01, 0xA8, 0x05, 0x22, 0x01, 0x10, 0x03, 0, 0, 0xA5, 0xA5),
            buffer.byteArray());
    }

    @Test
    void shouldWriteOnlyTenBytesOfTheShortForm()
    {
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, 34, 6);
        VirtioNetHeader.encode(frame, buffer, 2, VirtioNetHeader.LENGTH);
        assertArrayEquals(
            bytes(0xA5, 0xA5, 1, 0, 0, 0, 0, 0, 34, 0, 6, 0, 0xA5, 0xA5, 0xA5, 0xA5), buffer.byteArray());
    }

    @Test
    void shouldWriteZerosForAFrameThatIsFinished()
    {
        // Stripping moves the checksum start before the frame.
        frame.strip(8);
        VirtioNetHeader.encode(frame, buffer, 0, VirtioNetHeader.MERGEABLE_LENGTH);
        assertArrayEquals(
            bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xA5, 0xA5, 0xA5, 0xA5), buffer.byteArray());
    }

    @Test
    void shouldReadWhatTheKernelSays()
    {
        buffer.putBytes(0, bytes(0x01, 0x05, 0x2A, 0x00, 0xFF, 0xFF, 0x22, 0x00, 0x06, 0x00, 0x01, 0x00));
        VirtioNetHeader.decode(buffer, 0, frame);
        assertEquals(Frame.NEEDS_CHECKSUM, frame.flags());
        assertEquals(Frame.GSO_UDP_L4, frame.gsoType());
        assertEquals(42, frame.headerLength());
        assertEquals(0xFFFF, frame.gsoSize());
        assertEquals(34, frame.checksumStart());
        assertEquals(6, frame.checksumOffset());
    }

    private static byte[] bytes(final int... octets)
    {
        final byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++)
        {
            bytes[i] = (byte)octets[i];
        }
        return bytes;
    }
}
