// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.memory.WordSum;
import io.overlane.status.DropReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checksum against one computed word by word, and partial checksums completed. */
@Tag("both-accesses")
class ChecksumTest
{
    private static final int CAPACITY = 4096;

    @Test
    void shouldAgreeWithNaiveSumAtAnyOffsetAndLength()
    {
        final Random random = new Random(1071);
        final byte[] bytes = new byte[CAPACITY];
        random.nextBytes(bytes);
        final MemoryBuffer onHeap = new MemoryBuffer(bytes);
        final MemoryBuffer direct = new MemoryBuffer(ByteBuffer.allocateDirect(CAPACITY));
        direct.putBytes(0, bytes);
        final MemoryBuffer allocated = MemoryBuffer.allocate(CAPACITY, Long.BYTES);
        allocated.putBytes(0, bytes);
        for (int i = 0; i < 20_000; i++)
        {
            final int offset = random.nextInt(CAPACITY + 1);
            final int longest = CAPACITY - offset;
            final int length = Math.min(longest, random.nextInt(i % 2 == 0 ? 80 : CAPACITY));
            final int initial = random.nextInt(0x10000);
            final int expected = naive(bytes, offset, length, initial);
            assertEquals(expected, Checksum.fold(Checksum.sum(onHeap, offset, length, initial)));
            assertEquals(expected, Checksum.fold(Checksum.sum(direct, offset, length, initial)));
            assertEquals(expected, Checksum.fold(Checksum.sum(allocated, offset, length, initial)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 65535"})
    void shouldKeepZeroAndAllOnesApart(final byte fill, final int expected)
    {
        final byte[] bytes = new byte[65536];
        Arrays.fill(bytes, fill);
        final MemoryBuffer buffer = MemoryBuffer.allocate(bytes.length, Long.BYTES);
        buffer.putBytes(0, bytes);
        for (final int length : new int[]{2, 8, 32, 34, 62, 1500, 65536})
        {
            assertEquals(expected, Checksum.fold(Checksum.sum(buffer, 0, length, 0)));
            assertEquals(~expected & 0xFFFF, Checksum.internet(buffer, 0, length));
        }
        assertEquals(0, Checksum.fold(Checksum.sum(buffer, 65536, 0, 0)));
    }

    @Test
    void shouldAddUpOverNeighbouringRanges()
    {
        final byte[] bytes = new byte[301];
        new Random(7).nextBytes(bytes);
        final MemoryBuffer buffer = new MemoryBuffer(bytes);
        final int expected = naive(bytes, 0, bytes.length, 0);
        for (int cut = 0; cut < bytes.length; cut += 2)
        {
            final long first = Checksum.sum(buffer, 0, cut, 0);
            assertEquals(expected, Checksum.fold(Checksum.sum(buffer, cut, bytes.length - cut, first)));
        }
    }

    @Test
    void shouldRefuseToReadOutsideTheBuffer()
    {
        for (final MemoryBuffer buffer : List.of(new MemoryBuffer(new byte[16]), MemoryBuffer.allocate(16, Long.BYTES)))
        {
            assertThrows(IndexOutOfBoundsException.class, () -> Checksum.sum(buffer, 8, 9, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> Checksum.sum(buffer, -1, 2, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> Checksum.sum(buffer, 8, -8, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> WordSum.of(buffer, 8, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> WordSum.of(buffer, -8, 1));
        }
    }

    @Test
    void shouldFoldTheLargestSums()
    {
        assertEquals(0xFFFF, Checksum.fold(Long.MAX_VALUE / 0xFFFF * 0xFFFF));
        assertEquals((int)(Long.MAX_VALUE % 0xFFFF), Checksum.fold(Long.MAX_VALUE));
        assertEquals(1, Checksum.fold(0x1_0000_0000L));
        assertEquals(0xFFFF, Checksum.fold(0xFFFF_FFFF_0000L));
        assertEquals(0, Checksum.fold(0));
    }

    @Test
    void shouldSumPseudoHeaders()
    {
        final byte[] v4 = Scratch.bytes("ffffffff fffffffe 00 11 ffff");
        assertEquals(naive(v4, 0, v4.length, 0), Checksum.fold(Checksum.pseudoHeaderV4(-1, -2, 17, 0xFFFF)));
        final byte[] v6 = Scratch.bytes(
            "fedcba9876543210 ffffffffffffffff 8000000000000001 0000000000000000 0001ffff 0000003a");
        assertEquals(
            naive(v6, 0, v6.length, 0),
            Checksum.fold(Checksum.pseudoHeaderV6(0xFEDC_BA98_7654_3210L, -1, Long.MIN_VALUE + 1, 0, 58, 0x1FFFF)));
    }

    @Test
    void shouldUpdateLikeRecomputing()
    {
        // The example of RFC 1624 §4, where the older formula of RFC 1141 answers 0xFFFF.
        assertEquals(0x0000, Checksum.update(0xDD2F, 0x5555, 0x3285));

        final Random random = new Random(1624);
        final byte[] bytes = new byte[20];
        final MemoryBuffer buffer = new MemoryBuffer(bytes);
        for (int i = 0; i < 20_000; i++)
        {
            random.nextBytes(bytes);
            bytes[0] = 0x45;
            buffer.putShort(10, (short)0);
            final int checksum = Checksum.internet(buffer, 0, 20);
            final int before = buffer.getShort(4, ByteOrder.BIG_ENDIAN) & 0xFFFF;
            final int after = random.nextInt(0x10000);
            buffer.putShort(4, (short)after, ByteOrder.BIG_ENDIAN);
            assertEquals(Checksum.internet(buffer, 0, 20), Checksum.update(checksum, before, after));
        }
    }

    @Test
    void shouldCompletePartialChecksumAndClearTheFlag()
    {
        // A TCP segment of an odd length; the field holds the sum over the pseudo header, as a TAP device leaves it.
        final String segment = "01bbc350 00000001 00000002 5018ffff 0000 0000 616263";
        final int pseudo = Checksum.fold(Checksum.pseudoHeaderV4(0x0A05_0101, 0x0A05_0201, IpProtocol.TCP, 23));
        final Scratch scratch = Scratch.of("aabbccddee" + segment);
        scratch.buffer.putShort(OFFSET + 5 + 16, (short)pseudo, ByteOrder.BIG_ENDIAN);
        final byte[] bytes = Scratch.bytes(segment);
        final int expected = ~naive(bytes, 0, bytes.length, pseudo) & 0xFFFF;

        final Frame frame = new Frame(scratch.buffer).wrap(OFFSET, 28);
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_TCPV4, 25, 1400, 5, 16);
        assertEquals(DropReason.NONE, Checksum.complete(frame));

        scratch.assertHolds("aabbccddee 01bbc350 00000001 00000002 5018ffff " +
            String.format("%04x", expected) + " 0000 616263");
        assertEquals(0, frame.flags());
        assertEquals(Frame.GSO_TCPV4, frame.gsoType());
        assertEquals(25, frame.headerLength());
        assertEquals(1400, frame.gsoSize());
    }

    @ParameterizedTest
    @CsvSource({"6, ffff", "4, 0000"})
    void shouldWriteAllOnesForZeroInUdpOnly(final int checksumOffset, final String expected)
    {
        final Scratch scratch = Scratch.of("0000 0000 0000 0000 ffff");
        final Frame frame = new Frame(scratch.buffer).wrap(OFFSET, 10);
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, 0, checksumOffset);
        assertEquals(DropReason.NONE, Checksum.complete(frame));
        final String field = checksumOffset == 6 ? "0000" + expected : expected + "0000";
        scratch.assertHolds("0000 0000" + field + "ffff");
    }

    @Test
    void shouldLeaveFrameWithoutPartialChecksumAlone()
    {
        final Scratch scratch = Scratch.of("0102030405060708");
        final Frame frame = new Frame(scratch.buffer).wrap(OFFSET, 8);
        frame.offload(Frame.CHECKSUM_VALID, Frame.GSO_NONE, 0, 0, 0, 6);
        assertEquals(DropReason.NONE, Checksum.complete(frame));
        scratch.assertHolds("0102030405060708");
        assertEquals(Frame.CHECKSUM_VALID, frame.flags());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 7", "7, 0", "8, 0", "9, 0", "6, 1", "-1, 4", "4, -1", "65535, 65535", "2147483647, 2147483647",
        "-2147483648, 2147483647"})
    void shouldRefusePartialChecksumOutsideTheFrame(final int start, final int offset)
    {
        final Scratch scratch = Scratch.of("0102030405060708");
        final Frame frame = new Frame(scratch.buffer).wrap(OFFSET, 8);
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, start, offset);
        assertEquals(DropReason.BAD_OFFLOAD, Checksum.complete(frame));
        scratch.assertHolds("0102030405060708");
        assertEquals(Frame.NEEDS_CHECKSUM, frame.flags());
    }

    private static int naive(final byte[] bytes, final int offset, final int length, final int initial)
    {
        int sum = initial;
        for (int i = 0; i < length; i++)
        {
            final int octet = bytes[offset + i] & 0xFF;
            sum += (i & 1) == 0 ? octet << 8 : octet;
            if (sum > 0xFFFF)
            {
                sum -= 0xFFFF;
            }
        }
        return sum;
    }
}
