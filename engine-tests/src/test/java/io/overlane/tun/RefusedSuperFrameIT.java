// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.libc.FailingLibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real TAP whose kernel refuses the super-frames a test names; every ordinary frame it takes is kept. */
@InNamespace
class RefusedSuperFrameIT extends Scenario
{
    private static final FrameSpec[] KINDS = {FrameSpec.ipv4Tcp(), FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp()};
    private static final int HEADER_LENGTH = VirtioNetHeader.MERGEABLE_LENGTH;
    private static final int GSO_TYPE_OFFSET = 1;

    private final Calls calls = new Calls();
    private final FrameSlab slab = new FrameSlab(8, TunPort.MAX_FRAME_LENGTH);
    private final FrameBatch batch = new FrameBatch(8);
    private TunPort port;

    @BeforeEach
    void open() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0").offload(TunOffload.ALL));
        assumeOrClose(device.offload() == TunOffload.ALL, "this kernel has no UDP segmentation on a TAP (Linux 6.2)");
        device.up(true);
        port = closeLater(new TunPort(calls, device, 1500, errors::add));
    }

    @Test
    void shouldSayWhichOffloadsAreInUse()
    {
        assertEquals("checksum, TCPv4, TCPv6, UDP offload", port.offload());
    }

    @Test
    void shouldWriteEveryPieceOfARefusedOne()
    {
        final Random random = new Random(5);
        for (final FrameSpec kind : KINDS)
        {
            final byte[] payload = new byte[20 * 1400 + 77];
            random.nextBytes(payload);
            final SuperFrameSpec spec = new SuperFrameSpec(kind.ipId(0xFFF9), payload, 1400);
            calls.refusedType = spec.gsoType();
            calls.written.clear();

            assertEquals(DropReason.NONE, offer(spec));

            assertFrames(spec.segments());
        }
    }

    @Test
    void shouldKeepTheOrderOfTheBatch()
    {
        final SuperFrameSpec spec = spec(FrameSpec.ipv4Tcp());
        final byte[] before = FrameSpec.ipv4Udp().payload("before").bytes();
        final byte[] behind = FrameSpec.ipv4Udp().payload("behind").bytes();
        calls.refusedType = Frame.GSO_TCPV4;
        batch.clear();
        batch.add(put(0, before));
        batch.add(put(1, spec));
        batch.add(put(2, behind));

        port.offer(batch);

        final List<byte[]> expected = new ArrayList<>();
        expected.add(before);
        expected.addAll(spec.segments());
        expected.add(behind);
        assertFrames(expected);
        for (int i = 0; i < batch.size(); i++)
        {
            assertEquals(DropReason.NONE, batch.get(i).verdict());
        }
    }

    @Test
    void shouldSwitchOffNoOtherKind()
    {
        final int[] types = {Frame.GSO_TCPV4, Frame.GSO_TCPV6, Frame.GSO_UDP_L4};
        final String[] offloads =
        {
            "checksum, TCPv6, UDP offload (TCPv4 refused)",
            "checksum, UDP offload (TCPv4, TCPv6 refused)",
            "checksum offload (TCPv4, TCPv6, UDP refused)"
        };
        for (int i = 0; i < KINDS.length; i++)
        {
            calls.refusedType = types[i];
            // Also one that was on its way when the first was refused.
            assertEquals(DropReason.NONE, offer(spec(KINDS[i])));
            assertEquals(DropReason.NONE, offer(spec(KINDS[i])));

            for (int j = 0; j < types.length; j++)
            {
                assertEquals(j > i, port.takesSuperFrames(types[j]), "type " + types[j]);
            }
            assertEquals(offloads[i], port.offload());
            assertEquals(i + 1, errors.size(), errors::toString);
        }
        assertTrue(errors.get(0).getMessage().startsWith(
            "vx0: cannot write a TCPv4 super-frame, so it is written in pieces from now on: EINVAL ("),
            errors::toString);
    }

    @Test
    void shouldStillWriteOtherKindsWhole()
    {
        calls.refusedType = Frame.GSO_TCPV4;
        offer(spec(FrameSpec.ipv4Tcp()));
        for (final FrameSpec kind : new FrameSpec[]{FrameSpec.ipv6Tcp(), FrameSpec.ipv4Udp(), FrameSpec.ipv6Udp()})
        {
            final int before = calls.whole;
            calls.written.clear();
            assertEquals(DropReason.NONE, offer(spec(kind)));
            assertEquals(before + 1, calls.whole);
            assertTrue(calls.written.isEmpty());
        }
        assertEquals(1, errors.size(), errors::toString);
    }

    @Test
    void shouldKnowTheKindOfOneWithEcn()
    {
        final SuperFrameSpec spec = spec(FrameSpec.ipv4Tcp().tcpFlags(FrameSpec.ACK | SuperFrameSpec.CWR));
        final Frame frame = put(0, spec.bytes()).offload(
            Frame.NEEDS_CHECKSUM, Frame.GSO_TCPV4 | Frame.GSO_ECN, spec.headersLength(), spec.gsoSize(),
            spec.checksumStart(), spec.checksumOffset());
        calls.refusedType = Frame.GSO_TCPV4 | Frame.GSO_ECN;

        port.offer(batch(frame));

        assertEquals(DropReason.NONE, frame.verdict());
        assertFrames(spec.segments());
        assertFalse(port.takesSuperFrames(Frame.GSO_TCPV4));
        assertTrue(port.takesSuperFrames(Frame.GSO_TCPV6));
    }

    @Test
    void shouldBlameAFrameThatCannotBeCutAndNotItsKind()
    {
        final Frame frame = put(0, spec(FrameSpec.ipv4Udp())).offload(
            Frame.NEEDS_CHECKSUM, Frame.GSO_TCPV4, 54, 1000, 34, 16);
        calls.refusedType = Frame.GSO_TCPV4;

        port.offer(batch(frame));

        assertEquals(DropReason.BAD_OFFLOAD, frame.verdict());
        assertTrue(port.takesSuperFrames(Frame.GSO_TCPV4));
        assertEquals("checksum, TCPv4, TCPv6, UDP offload", port.offload());
        assertTrue(errors.isEmpty(), errors::toString);
    }

    @Test
    void shouldSayWhyAPieceWasNotWritten()
    {
        final SuperFrameSpec spec = spec(FrameSpec.ipv4Tcp());
        calls.refusedType = Frame.GSO_TCPV4;
        calls.piecesUntilFull = 2;

        assertEquals(DropReason.PORT_FULL, offer(spec));

        assertFrames(spec.segments().subList(0, 2));
        assertFalse(port.takesSuperFrames(Frame.GSO_TCPV4));
    }

    @Test
    void shouldTryAgainWhenInterrupted()
    {
        final SuperFrameSpec spec = spec(FrameSpec.ipv6Tcp());
        calls.refusedType = Frame.GSO_TCPV6;
        calls.interrupts = 3;

        assertEquals(DropReason.NONE, offer(spec));

        assertFrames(spec.segments());
        assertEquals(1, errors.size(), errors::toString);
    }

    private static SuperFrameSpec spec(final FrameSpec kind)
    {
        return new SuperFrameSpec(kind, new byte[3_500], 1000);
    }

    private DropReason offer(final SuperFrameSpec spec)
    {
        final Frame frame = put(0, spec);
        port.offer(batch(frame));
        return frame.verdict();
    }

    private Frame put(final int slot, final SuperFrameSpec spec)
    {
        return put(slot, spec.bytes()).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(),
            spec.checksumOffset());
    }

    private Frame put(final int slot, final byte... bytes)
    {
        final Frame frame = slab.frame(slot).wrap(FrameSlab.HEADROOM, bytes.length);
        frame.buffer().putBytes(frame.offset(), bytes);
        return frame;
    }

    private void assertFrames(final List<byte[]> expected)
    {
        assertEquals(expected.size(), calls.written.size());
        for (int i = 0; i < expected.size(); i++)
        {
            assertArrayEquals(expected.get(i), calls.written.get(i), "frame " + i);
        }
    }

    /** The kernel, which took each frame that is kept here. */
    private static final class Calls extends FailingLibC
    {
        final List<byte[]> written = new ArrayList<>();
        int whole;
        int refusedType = -1;
        int piecesUntilFull = Integer.MAX_VALUE;
        int interrupts;

        @Override
        public int write(final int fd, final DirectBuffer buffer, final int offset, final int length)
        {
            if (interrupts > 0)
            {
                interrupts--;
                return fail(Linux.EINTR);
            }
            final int gsoType = buffer.getByte(offset + GSO_TYPE_OFFSET) & 0xFF;
            if (gsoType == refusedType)
            {
                return fail(Linux.EINVAL);
            }
            if (gsoType == Frame.GSO_NONE && written.size() == piecesUntilFull)
            {
                return fail(Linux.EAGAIN);
            }
            final int result = super.write(fd, buffer, offset, length);
            if (result == length && gsoType != Frame.GSO_NONE)
            {
                whole++;
            }
            else if (result == length)
            {
                final byte[] frame = new byte[length - HEADER_LENGTH];
                buffer.getBytes(offset + HEADER_LENGTH, frame);
                written.add(frame);
            }
            return result;
        }
    }
}
