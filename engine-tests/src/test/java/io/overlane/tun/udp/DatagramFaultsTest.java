// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.tun.libc.FailingLibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.libc.Messages;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the underlay does when the kernel does not do what it was asked to; needs no privilege. */
class DatagramFaultsTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final long LONG_NS = TimeUnit.HOURS.toNanos(1);

    private final List<String> errors = new ArrayList<>();
    private final Calls calls = new Calls();
    private final FrameSlab slab = new FrameSlab(8, 65_535);
    private final SendBatch out = new SendBatch(8);
    private final ReceiveBatch in = new ReceiveBatch(64);
    private LibcUnderlay sender;
    private LibcUnderlay receiver;

    @BeforeEach
    void open() throws IOException
    {
        receiver = LibcUnderlay.open(calls,
            new UnderlayOptions(LOOPBACK, 0).pollDatagrams(64).errorHandler(error -> errors.add(error.getMessage())));
        sender = sender(LONG_NS);
    }

    @AfterEach
    void close()
    {
        sender.close();
        receiver.close();
    }

    @Test
    void shouldSendTheRestWhenOneCallTakesOnlySome()
    {
        calls.sends.add(Send.atMost(2));
        calls.sends.add(Send.atMost(1));
        final List<byte[]> sent = add(100, 0, 5);

        sender.send(out);

        assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE);
        assertReceived(sent);
        assertEquals(List.of(5, 3, 2), calls.asked);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldTryAgainWhenInterrupted()
    {
        calls.sends.add(Send.error(Linux.EINTR));
        calls.sends.add(Send.error(Linux.EINTR));
        final List<byte[]> sent = add(100, 0, 2);

        sender.send(out);

        assertVerdicts(DropReason.NONE, DropReason.NONE);
        assertReceived(sent);
        assertEquals(0, calls.waits);
    }

    @Test
    void shouldWaitForRoomAndGoOn()
    {
        calls.sends.add(Send.atMost(1));
        calls.sends.add(Send.error(Linux.EAGAIN));
        calls.sends.add(Send.atMost(1));
        calls.sends.add(Send.error(Linux.EAGAIN));
        calls.sends.add(Send.error(Linux.EINTR));
        final List<byte[]> sent = add(100, 0, 4);

        sender.send(out);

        assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE);
        assertReceived(sent);
        assertEquals(2, calls.waits);
        assertTrue(calls.longestWaitNs <= LONG_NS, () -> "waits for " + calls.longestWaitNs);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldSayBusyOfTheRestOnceTheTimeIsOver() throws IOException
    {
        try (LibcUnderlay impatient = sender(0))
        {
            calls.sends.add(Send.atMost(2));
            calls.sends.add(Send.error(Linux.EAGAIN));
            final List<byte[]> sent = add(100, 0, 5);

            impatient.send(out);

            assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.UNDERLAY_BUSY, DropReason.UNDERLAY_BUSY,
                DropReason.UNDERLAY_BUSY);
            assertReceived(sent.subList(0, 2));
            assertEquals(List.of(5, 3), calls.asked, "a full socket is not asked again for each");
            assertEquals(0, calls.waits);

            impatient.send(out);
            assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE);
            assertReceived(sent);
            assertEquals(List.of(), errors, "a full queue is no fault");
        }
    }

    @Test
    void shouldWaitOnceAndNotAgainForEachOfABatch() throws IOException
    {
        try (LibcUnderlay impatient = sender(1))
        {
            calls.always = Send.error(Linux.EAGAIN);
            add(100, 0, 8);

            impatient.send(out);

            for (int i = 0; i < 8; i++)
            {
                assertEquals(DropReason.UNDERLAY_BUSY, out.verdict(i));
            }
            assertTrue(calls.longestWaitNs <= 1, () -> "waits for " + calls.longestWaitNs);
        }
    }

    @Test
    void shouldSendInPiecesFromNowOnWhereTheDeviceCannotDoChecksums()
    {
        assumeTrue(sender.gainsFromJoining(), "the kernel has no UDP_SEGMENT");
        calls.refuseJoined = Linux.EIO;
        final List<byte[]> sent = new ArrayList<>(add(50, 0, 1));
        sent.addAll(add(3500, 1000, 2));
        sent.addAll(add(60, 0, 1));

        sender.send(out);

        assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE);
        assertReceived(sent);
        assertFalse(sender.gainsFromJoining());
        assertEquals("libc UDP, segmentation refused, coalescing off", sender.description());
        assertTrue(receiver.gainsFromJoining(), "the other socket's is its own affair");
        final String told =
            "UDP socket " + sender.local() +
                ": cannot send joined datagrams, so they are sent one by one from now on: EIO (";
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).startsWith(told), errors::toString);

        final int refused = calls.refusals;
        sender.send(out);
        assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE, DropReason.NONE);
        assertReceived(sent);
        assertEquals(refused, calls.refusals, "the kernel is not asked again");
        assertEquals(1, errors.size(), errors::toString);
    }

    @Test
    void shouldSendOneEntryInPiecesWhereTheKernelRefusesItsShape()
    {
        assumeTrue(sender.gainsFromJoining(), "the kernel has no UDP_SEGMENT");
        for (final int errno : new int[]{Linux.EINVAL, Linux.EMSGSIZE})
        {
            out.clear();
            calls.refuseJoined = errno;
            final List<byte[]> sent = new ArrayList<>(add(50, 0, 1));
            sent.addAll(add(2001, 1000, 1));
            sent.addAll(add(60, 0, 1));

            sender.send(out);

            assertVerdicts(DropReason.NONE, DropReason.NONE, DropReason.NONE);
            assertReceived(sent);
            assertTrue(sender.gainsFromJoining());
        }
        assertEquals("libc UDP, segmentation on, coalescing off", sender.description());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldLoseNothingWhenPiecesAreInterruptedAndHeldUp()
    {
        assumeTrue(sender.gainsFromJoining(), "the kernel has no UDP_SEGMENT");
        calls.sends.add(Send.error(Linux.EINVAL));
        calls.sends.add(Send.error(Linux.EINTR));
        calls.sends.add(Send.atMost(1));
        calls.sends.add(Send.error(Linux.EAGAIN));
        final List<byte[]> sent = add(3000, 1000, 1);

        sender.send(out);

        assertVerdicts(DropReason.NONE);
        assertReceived(sent);
        assertEquals(1, calls.waits);
    }

    @Test
    void shouldTryTwiceWhereAnEarlierDatagramLeftItsErrorBehind()
    {
        calls.sends.add(Send.error(Linux.ECONNREFUSED));
        calls.sends.add(Send.atMost(1));
        calls.sends.add(Send.error(Linux.ENOBUFS));
        calls.sends.add(Send.error(Linux.ENOBUFS));
        final List<byte[]> sent = add(100, 0, 3);

        sender.send(out);

        assertVerdicts(DropReason.NONE, DropReason.UNDERLAY_BUSY, DropReason.NONE);
        assertReceived(List.of(sent.get(0), sent.get(2)));
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldJudgeOneEntryByItsErrorAndSendTheRest()
    {
        final int[] errnos = {Linux.EMSGSIZE, Linux.EHOSTUNREACH, Linux.ENETDOWN, Linux.EPERM};
        final DropReason[] verdicts = {DropReason.OVERSIZE, DropReason.UNDERLAY_UNREACHABLE,
            DropReason.UNDERLAY_UNREACHABLE, DropReason.UNDERLAY_ERROR};
        for (int i = 0; i < errnos.length; i++)
        {
            out.clear();
            calls.sends.add(Send.atMost(1));
            calls.sends.add(Send.error(errnos[i]));
            final List<byte[]> sent = add(100, 0, 3);

            sender.send(out);

            assertVerdicts(DropReason.NONE, verdicts[i], DropReason.NONE);
            assertReceived(List.of(sent.get(0), sent.get(2)));
        }
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).contains("cannot send to ") && errors.get(0).contains(": EPERM"), errors::toString);
    }

    @Test
    void shouldPassOverWhatIsNoFaultOfTheSocketAndReceiveNextTime()
    {
        final int[] errnos =
            {Linux.EAGAIN, Linux.EINTR, Linux.ECONNREFUSED, Linux.EHOSTUNREACH, Linux.ENETUNREACH};
        final List<byte[]> sent = add(300, 0, 2);
        for (final int errno : errnos)
        {
            sender.send(out);
            in.clear();
            calls.receives.add(errno);
            assertEquals(0, receiver.poll(in));
            assertEquals(0, in.size());
            assertReceived(sent);
        }
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldTellOnceOfASocketThatIsBrokenAndGoOnAskingIt()
    {
        for (int i = 0; i < 100; i++)
        {
            calls.receives.add(Linux.ENOMEM);
            in.clear();
            assertEquals(0, receiver.poll(in));
        }
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).startsWith("UDP socket " + receiver.local() + ": cannot receive: ENOMEM"),
            errors::toString);

        final List<byte[]> sent = add(300, 0, 2);
        sender.send(out);
        assertReceived(sent);
    }

    private LibcUnderlay sender(final long timeoutNs) throws IOException
    {
        return LibcUnderlay.open(calls,
            new UnderlayOptions(LOOPBACK, 0).sendTimeoutNs(timeoutNs)
                .errorHandler(error -> errors.add(error.getMessage())));
    }

    /** Entries to the receiver, each with other bytes; the datagrams they stand for. */
    private List<byte[]> add(final int length, final int segmentSize, final int count)
    {
        final List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            final int seed = out.size();
            final Frame frame = slab.frame(seed).wrap(FrameSlab.HEADROOM, length);
            final byte[] bytes = new byte[length];
            for (int j = 0; j < length; j++)
            {
                bytes[j] = (byte)(seed * 31 + j * 7 + j / 256);
            }
            frame.buffer().putBytes(frame.offset(), bytes);
            out.add(frame, LOOPBACK.high(), LOOPBACK.low(), receiver.local().udpPort(), 0, 0, 0, segmentSize);
            final int step = segmentSize == 0 ? length : segmentSize;
            for (int from = 0; from < length; from += step)
            {
                datagrams.add(Arrays.copyOfRange(bytes, from, Math.min(length, from + step)));
            }
        }
        return datagrams;
    }

    private void assertVerdicts(final DropReason... expected)
    {
        final DropReason[] verdicts = new DropReason[out.size()];
        Arrays.setAll(verdicts, out::verdict);
        assertArrayEquals(expected, verdicts);
    }

    /** Loopback delivers before the send returns. */
    private void assertReceived(final List<byte[]> expected)
    {
        in.clear();
        assertEquals(expected.size(), receiver.poll(in));
        for (int i = 0; i < expected.size(); i++)
        {
            final byte[] bytes = new byte[in.frame(i).length()];
            in.frame(i).buffer().getBytes(in.frame(i).offset(), bytes);
            assertArrayEquals(expected.get(i), bytes, "datagram " + i);
        }
    }

    /** What becomes of one call: taken up to a number, or refused. */
    private record Send(int most, int errno)
    {
        static Send atMost(final int most)
        {
            return new Send(most, 0);
        }

        static Send error(final int errno)
        {
            return new Send(0, errno);
        }
    }

    /** The kernel, once the prepared answers are used up. */
    private static final class Calls extends FailingLibC
    {
        final Queue<Send> sends = new ArrayDeque<>();
        final Queue<Integer> receives = new ArrayDeque<>();
        final List<Integer> asked = new ArrayList<>();
        Send always;
        int refuseJoined;
        int refusals;
        int waits;
        long longestWaitNs;

        @Override
        public int sendmmsg(
            final int fd, final Messages messages, final int first, final int count, final SendBatch payloads)
        {
            asked.add(count);
            final Send send = sends.isEmpty() ? always : sends.remove();
            if (send != null && send.errno() != 0)
            {
                return fail(send.errno());
            }
            int most = send == null ? count : Math.min(count, send.most());
            if (refuseJoined != 0)
            {
                most = Math.min(most, countUnjoined(messages, first, most));
                if (most == 0)
                {
                    refusals++;
                    return fail(refuseJoined);
                }
            }
            return super.sendmmsg(fd, messages, first, most, payloads);
        }

        /** Messages before the first with a control message, which here is UDP_SEGMENT. */
        private static int countUnjoined(final Messages messages, final int first, final int count)
        {
            int unjoined = 0;
            while (unjoined < count && messages.controlLength(first + unjoined) == 0)
            {
                unjoined++;
            }
            return unjoined;
        }

        @Override
        public int recvmmsg(final int fd, final Messages messages, final int count, final FrameSlab payloads)
        {
            return receives.isEmpty() ?
                super.recvmmsg(fd, messages, count, payloads) :
                fail(receives.remove());
        }

        /** There is room at once. */
        @Override
        public int ppoll(final MemoryBuffer memory, final int pollfds, final int count, final int timespec)
        {
            waits++;
            longestWaitNs = Math.max(
                longestWaitNs,
                TimeUnit.SECONDS.toNanos(memory.getLong(timespec)) + memory.getLong(timespec + Long.BYTES));
            return 1;
        }
    }
}
