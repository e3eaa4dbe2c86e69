// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.memory.MemoryBuffer;
import io.overlane.offload.SuperFramePieces;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.wire.Checksum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A header of virtio-net and a frame: the header is read, the checksum completed, the super-frame cut. */
public final class OffloadTarget implements FuzzTarget
{
    private static final byte CANARY = 0x5A;

    private final SuperFramePieces pieces = new SuperFramePieces();

    @Override
    public void accept(final byte[] input)
    {
        final byte[] whole = Arrays.copyOf(input, Math.max(input.length, VirtioNetHeader.LENGTH));
        final byte[] bytes = Arrays.copyOfRange(whole, VirtioNetHeader.LENGTH, whole.length);
        final Frame frame = new FrameSlab(1, bytes.length + 64).frame(0);
        frame.buffer().setMemory(0, frame.buffer().capacity(), CANARY);
        frame.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        frame.wrap(FrameSlab.HEADROOM, bytes.length);
        VirtioNetHeader.decode(new MemoryBuffer(whole), 0, frame);
        assertEncodes(frame, whole);

        for (final boolean isEthernet : new boolean[]{true, false})
        {
            if (pieces.open(frame, isEthernet) == DropReason.NONE)
            {
                cut(frame, isEthernet);
            }
            assertArrayEquals(bytes, bytes(frame), "cutting leaves the super-frame as it is");
        }
        if (Checksum.complete(frame) == DropReason.NONE && (frame.flags() & Frame.NEEDS_CHECKSUM) != 0)
        {
            assertTrue(frame.checksumStart() + frame.checksumOffset() + 2 <= frame.length(), "the field is inside");
        }
        assertCanaries(frame);
    }

    private void cut(final Frame frame, final boolean isEthernet)
    {
        int count = 0;
        int longest = 0;
        for (Frame piece = pieces.next(); piece != null; piece = pieces.next())
        {
            count++;
            longest = Math.max(longest, piece.length());
            assertEquals(Frame.GSO_NONE, piece.gsoType());
            assertEquals(
                Layer3.of(frame, isEthernet), Layer3.of(piece, isEthernet), "a piece begins as the super-frame does");
        }
        assertTrue(count > 0, "a super-frame has a piece");
        assertTrue(longest <= frame.length(), "no piece is longer than the super-frame");
        assertTrue(count <= frame.length(), "each piece has bytes of its own");
    }

    private static void assertEncodes(final Frame frame, final byte[] header)
    {
        final MemoryBuffer encoded = new MemoryBuffer(new byte[VirtioNetHeader.MERGEABLE_LENGTH]);
        VirtioNetHeader.encode(frame, encoded, 0, VirtioNetHeader.MERGEABLE_LENGTH);
        final int length = (frame.flags() & Frame.NEEDS_CHECKSUM) == 0 ? 6 : VirtioNetHeader.LENGTH;
        for (int i = 0; i < length; i++)
        {
            assertEquals(header[i], encoded.getByte(i), "byte " + i + " of the header");
        }
    }

    private static void assertCanaries(final Frame frame)
    {
        final MemoryBuffer buffer = frame.buffer();
        for (int i = 0; i < buffer.capacity(); i++)
        {
            if (i < frame.offset() || i >= frame.offset() + frame.length())
            {
                assertEquals(CANARY, buffer.getByte(i), "a byte beside the frame");
            }
        }
    }

    private static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    @Override
    public List<byte[]> seeds()
    {
        final List<byte[]> seeds = new ArrayList<>();
        final Random random = new Random(7);
        for (int i = 0; i < 8; i++)
        {
            final SuperFrameSpec spec = SuperFrameSpec.random(random, 600);
            seeds.add(seed(spec.bytes(), 1, spec.gsoType(), spec.headersLength(), spec.gsoSize(),
                spec.checksumStart(), spec.checksumOffset()));
        }
        seeds.add(seed(FrameSpec.ipv4Udp().partialChecksum().bytes(), 1, 0, 0, 0, 34, 6));
        return seeds;
    }

    private static byte[] seed(
        final byte[] frame, final int flags, final int type, final int headers, final int size, final int start,
        final int offset)
    {
        final byte[] seed = new byte[VirtioNetHeader.LENGTH + frame.length];
        final MemoryBuffer buffer = new MemoryBuffer(seed);
        final Frame described = new FrameSlab(1, frame.length).frame(0).wrap(FrameSlab.HEADROOM, frame.length)
            .offload(flags, type, headers, size, start, offset);
        VirtioNetHeader.encode(described, buffer, 0, VirtioNetHeader.LENGTH);
        buffer.putBytes(VirtioNetHeader.LENGTH, frame);
        return seed;
    }
}
