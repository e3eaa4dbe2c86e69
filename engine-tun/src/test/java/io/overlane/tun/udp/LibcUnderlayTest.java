// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testdata.FreePorts;
import io.overlane.testkit.Allocation;
import io.overlane.testkit.BindContract;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The underlay against itself and against the JDK's sockets, over loopback; needs no privilege. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LibcUnderlayTest
{
    private static final IpAddress LOOPBACK_V4 = IpAddress.parse("127.0.0.1");
    private static final IpAddress LOOPBACK_V6 = IpAddress.parse("::1");
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final List<Throwable> errors = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final FrameSlab slab = new FrameSlab(80, 65_535);
    private final SendBatch out = new SendBatch(200);
    private final ReceiveBatch in = new ReceiveBatch(128);

    @AfterEach
    void closeAll() throws Exception
    {
        for (final AutoCloseable resource : resources)
        {
            resource.close();
        }
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldRefuseToSendFromAGroup()
    {
        assertEquals("not an address to send from: ff05::1 is a multicast group", assertThrows(
            IllegalArgumentException.class, () -> new UnderlayOptions(IpAddress.parse("ff05::1"), 8472)).getMessage());
    }

    @Test
    void shouldCarryABatchAndItsSource() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        for (int i = 0; i < 20; i++)
        {
            add(frame(i, 100 + i), b.local(), 0, 0);
        }
        a.send(out);
        assertVerdicts(DropReason.NONE);
        receive(b, 20);
        for (int i = 0; i < 20; i++)
        {
            assertEquals(100 + i, in.frame(i).length());
            assertEquals((byte)i, in.frame(i).buffer().getByte(in.frame(i).offset()));
            assertEquals((byte)(i + 99 + i), in.frame(i).buffer().getByte(in.frame(i).offset() + 99 + i));
            assertEquals(LOOPBACK_V4, new IpAddress(in.sourceHigh(i), in.sourceLow(i)));
            assertEquals(a.local().udpPort(), in.sourcePort(i));
            assertEquals(0, in.tos(i));
            assertEquals(0, in.segmentSize(i));
            assertTrue(in.frame(i).offset() >= 64, "headroom");
        }
    }

    @Test
    void shouldSendMoreThanOneCallTakes() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0).pollDatagrams(64));
        // A flooded frame stands in several entries.
        final Frame frame = frame(0, 333);
        for (int i = 0; i < 150; i++)
        {
            add(frame, b.local(), 0, 0);
        }
        a.send(out);
        assertVerdicts(DropReason.NONE);
        int received = 0;
        while (received < 150)
        {
            in.clear();
            b.await(SECOND_NS);
            final int count = b.poll(in);
            assertNotEquals(0, count);
            for (int i = 0; i < count; i++)
            {
                assertEquals(333, in.frame(i).length());
            }
            received += count;
        }
        assertEquals(150, received);
    }

    @Test
    void shouldFillABatchToItsCapacityAndNoFurther() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        for (int i = 0; i < 5; i++)
        {
            add(frame(i, 10 + i), b.local(), 0, 0);
        }
        a.send(out);
        final ReceiveBatch two = new ReceiveBatch(2);
        b.await(SECOND_NS);
        assertEquals(2, b.poll(two));
        assertEquals(0, b.poll(two));
        two.clear();
        assertEquals(2, b.poll(two));
        assertEquals(12, two.frame(0).length());
        two.clear();
        assertEquals(1, b.poll(two));
        assertEquals(0, b.poll(two));
    }

    @Test
    void shouldCarryTheTypeOfServiceBothWays() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        add(frame(0, 50), b.local(), 0xBA, 0);
        add(frame(1, 50), b.local(), 0, 0);
        add(frame(2, 50), b.local(), 0x03, 0);
        a.send(out);
        receive(b, 3);
        assertEquals(0xBA, in.tos(0));
        assertEquals(0, in.tos(1));
        assertEquals(0x03, in.tos(2));
    }

    @Test
    void shouldCarryIpv6() throws IOException
    {
        final LibcUnderlay a = openV6(LOOPBACK_V6);
        final LibcUnderlay b = openV6(LOOPBACK_V6);
        add(frame(0, 1400), b.local(), 0xB9, 0);
        add(frame(1, 1400), new Vtep(LOOPBACK_V4, b.local().udpPort()), 0, 0);
        a.send(out);
        assertEquals(DropReason.NONE, out.verdict(0));
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, out.verdict(1));
        receive(b, 1);
        assertEquals(LOOPBACK_V6, new IpAddress(in.sourceHigh(0), in.sourceLow(0)));
        assertEquals(a.local().udpPort(), in.sourcePort(0));
        assertEquals(0xB9, in.tos(0));
    }

    @Test
    void shouldCarryBothVersionsOnTheIpv6Wildcard() throws IOException
    {
        final LibcUnderlay a = openV6(IpAddress.ANY_V6);
        final LibcUnderlay b = openV6(IpAddress.ANY_V6);
        add(frame(0, 60), new Vtep(LOOPBACK_V4, b.local().udpPort()), 0x48, 0);
        add(frame(1, 60), new Vtep(LOOPBACK_V6, b.local().udpPort()), 0x49, 0);
        a.send(out);
        assertVerdicts(DropReason.NONE);
        receive(b, 2);
        assertEquals(LOOPBACK_V4, new IpAddress(in.sourceHigh(0), in.sourceLow(0)));
        assertEquals(0x48, in.tos(0));
        assertEquals(LOOPBACK_V6, new IpAddress(in.sourceHigh(1), in.sourceLow(1)));
        assertEquals(0x49, in.tos(1));
    }

    @Test
    void shouldTalkToOtherSockets() throws IOException
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(IpAddress.ANY_V4, 0));
        assertEquals(IpAddress.ANY_V4, underlay.local().address());
        final DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        resources.add(socket);
        socket.setSoTimeout(20_000);
        final byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(
            hello, hello.length, InetAddress.getByName("127.0.0.1"), underlay.local().udpPort()));
        receive(underlay, 1);
        assertEquals(socket.getLocalPort(), in.sourcePort(0));
        // The answer leaves from where the question lies.
        out.add(in.frame(0), in.sourceHigh(0), in.sourceLow(0), in.sourcePort(0), 0, 0, 0, 0);
        underlay.send(out);
        final DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        assertEquals("hello", new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
        assertEquals(underlay.local().udpPort(), answer.getPort());
    }

    @Test
    void shouldReceiveEmptyAndLargestDatagrams() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        add(frame(0, 0), b.local(), 0, 0);
        add(frame(1, 65_507), b.local(), 0, 0);
        a.send(out);
        assertVerdicts(DropReason.NONE);
        receive(b, 2);
        assertEquals(0, in.frame(0).length());
        assertEquals(65_507, in.frame(1).length());
        assertEquals((byte)(1 + 65_506), in.frame(1).buffer().getByte(in.frame(1).offset() + 65_506));
    }

    @Test
    void shouldJudgeEachEntryAndSendTheRest() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final Vtep v6 = new Vtep(LOOPBACK_V6, 4789);
        add(frame(0, 65_508), b.local(), 0, 0);
        add(frame(1, 41), b.local(), 0, 0);
        add(frame(2, 42), v6, 0, 0);
        add(frame(3, 43), b.local(), 0, 0);
        add(frame(4, 65_535), b.local(), 0, 0);
        add(frame(5, 65_535), b.local(), 0, 0);
        add(frame(6, 46), b.local(), 0, 0);
        a.send(out);
        final List<DropReason> verdicts = new ArrayList<>();
        for (int i = 0; i < out.size(); i++)
        {
            verdicts.add(out.verdict(i));
        }
        assertEquals(List.of(DropReason.OVERSIZE, DropReason.NONE, DropReason.UNDERLAY_UNREACHABLE, DropReason.NONE,
            DropReason.OVERSIZE, DropReason.OVERSIZE, DropReason.NONE), verdicts);
        receive(b, 3);
        assertEquals(41, in.frame(0).length());
        assertEquals(43, in.frame(1).length());
        assertEquals(46, in.frame(2).length());
    }

    @Test
    void shouldTellTheErrorHandlerOnceOfWhatHasNoVerdict() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        // Loopback's broadcast address, and a socket without SO_BROADCAST: EACCES.
        for (int i = 0; i < 100; i++)
        {
            out.clear();
            add(frame(0, 40), new Vtep(IpAddress.parse("127.255.255.255"), 4789), 0, 0);
            a.send(out);
            assertEquals(DropReason.UNDERLAY_ERROR, out.verdict(0));
        }
        assertEquals(1, errors.size());
        assertEquals("UDP socket " + a.local() +
            ": cannot send to 127.255.255.255:4789: EACCES (Permission denied)", errors.get(0).getMessage());
        errors.clear();
    }

    @Test
    void shouldCutJoinedEntriesIntoDatagrams() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0).pollDatagrams(64));
        assumeTrue(a.gainsFromJoining(), "the kernel has no UDP_SEGMENT");
        add(frame(0, 10), b.local(), 0, 0);
        add(frame(1, 3 * 1000 + 7), b.local(), 0x0B, 1000);
        add(frame(2, 20), b.local(), 0, 1000);
        a.send(out);
        assertVerdicts(DropReason.NONE);
        assertArrayEquals(new int[] {10, 1000, 1000, 1000, 7, 20}, receivedLengths(b, 6));
        assertEquals(0x0B, in.tos(2));
        assertEquals((byte)(1 + 2000), in.frame(3).buffer().getByte(in.frame(3).offset()));
    }

    @Test
    void shouldCutByItselfWhatTheKernelWillNot() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0).pollDatagrams(512));
        final ReceiveBatch many = new ReceiveBatch(512);
        // More segments than any kernel takes in one call (UDP_MAX_SEGMENTS).
        add(frame(0, 5), b.local(), 0, 0);
        add(frame(1, 300 * 10), b.local(), 0, 10);
        add(frame(2, 6), b.local(), 0, 0);
        a.send(out);
        assertVerdicts(DropReason.NONE);
        b.await(SECOND_NS);
        assertEquals(302, b.poll(many));
        assertEquals(5, many.frame(0).length());
        assertEquals((byte)(1 + 990), many.frame(100).buffer().getByte(many.frame(100).offset()));
        assertEquals(6, many.frame(301).length());
    }

    @Test
    void shouldReceiveJoinedDatagramsWhereAsked() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0).coalesce(true));
        assumeTrue(a.gainsFromJoining() && b.coalesces(), "the kernel has no UDP_SEGMENT or UDP_GRO");
        add(frame(0, 40 * 1400 + 9), b.local(), 0x04, 1400);
        add(frame(1, 1400), b.local(), 0, 0);
        a.send(out);
        receive(b, 2);
        assertEquals(40 * 1400 + 9, in.frame(0).length());
        assertEquals(1400, in.segmentSize(0));
        assertEquals(0x04, in.tos(0));
        assertEquals(0, in.segmentSize(1));
    }

    @Test
    void shouldEndAWaitByWakeUpAndByDatagram() throws Exception
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final Thread thread = new Thread(() ->
        {
            underlay.await(Long.MAX_VALUE);
            underlay.await(Long.MAX_VALUE);
        });
        thread.start();
        underlay.wake();
        add(frame(0, 12), underlay.local(), 0, 0);
        underlay.send(out);
        thread.join();
        assertEquals(1, underlay.poll(in));
    }

    @Test
    void shouldEndAWaitWhenClosedAndThenRefuseQuietly() throws Exception
    {
        final LibcUnderlay underlay = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final Thread thread = new Thread(() -> underlay.await(Long.MAX_VALUE));
        thread.start();
        while (thread.getState() == Thread.State.NEW)
        {
            Thread.onSpinWait();
        }
        underlay.close();
        underlay.close();
        thread.join();

        underlay.wake();
        underlay.await(Long.MAX_VALUE);
        assertEquals(0, underlay.poll(in));
        add(frame(0, 12), new Vtep(LOOPBACK_V4, 4789), 0, 0);
        underlay.send(out);
        assertEquals(DropReason.UNDERLAY_ERROR, out.verdict(0));
    }

    @Test
    void shouldGiveThePortBackWhenClosed() throws IOException
    {
        final int port = FreePorts.take(1);
        open(new UnderlayOptions(LOOPBACK_V4, port)).close();
        open(new UnderlayOptions(LOOPBACK_V4, port));
    }

    @Test
    void shouldAskForLargeBuffers() throws IOException
    {
        assertTrue(open(new UnderlayOptions(LOOPBACK_V4, 0)).receiveBufferLength() >= 100 * 1024);
        assertFalse(open(new UnderlayOptions(LOOPBACK_V4, 0).socketBufferLength(8192)).receiveBufferLength() > 8192);
    }

    @Test
    void shouldSpreadRemotesOverSocketsOfOnePort() throws IOException
    {
        final LibcUnderlay first = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay second = first.openFurther();
        resources.add(second);
        assertEquals(first.local(), second.local());
        final int senders = 64;
        for (int i = 0; i < senders; i++)
        {
            final LibcUnderlay sender = LibcUnderlay.open(
                new UnderlayOptions(LOOPBACK_V4, 0).pollDatagrams(1).errorHandler(errors::add));
            out.clear();
            add(frame(0, 10), first.local(), 0, 0);
            add(frame(0, 10), first.local(), 0, 0);
            sender.send(out);
            sender.close();
        }
        final Map<Integer, LibcUnderlay> owners = new HashMap<>();
        int received = 0;
        for (final LibcUnderlay underlay : List.of(first, second))
        {
            int count;
            do
            {
                in.clear();
                count = underlay.poll(in);
                received += count;
                for (int i = 0; i < count; i++)
                {
                    final LibcUnderlay owner = owners.putIfAbsent(in.sourcePort(i), underlay);
                    assertTrue(owner == null || owner == underlay, "a remote's datagrams came by both");
                }
            }
            while (count > 0);
        }
        assertEquals(2 * senders, received);
        assertTrue(owners.containsValue(first) && owners.containsValue(second), "all remotes at one socket");
    }

    @Test
    void shouldLetNobodyElseShareThePort() throws IOException
    {
        final LibcUnderlay first = open(new UnderlayOptions(LOOPBACK_V4, 0));
        resources.add(first.openFurther());
        final UnderlayOptions same = new UnderlayOptions(LOOPBACK_V4, first.local().udpPort());
        assertThrows(UnderlayException.class, () -> LibcUnderlay.open(same.errorHandler(errors::add)));
        assertThrows(BindException.class, () -> new DatagramSocket(
            first.local().udpPort(), InetAddress.getLoopbackAddress()));
    }

    @Test
    void shouldAllocateNothingWhenWarm() throws IOException
    {
        final LibcUnderlay a = open(new UnderlayOptions(LOOPBACK_V4, 0));
        final LibcUnderlay b = open(new UnderlayOptions(LOOPBACK_V4, 0));
        for (int i = 0; i < 4; i++)
        {
            add(frame(i, 64), b.local(), i, 0);
        }
        final AtomicLong received = new AtomicLong();
        Allocation.assertNone("send, await, poll, empty poll and wake", 20_000, () ->
        {
            a.send(out);
            b.await(SECOND_NS);
            in.clear();
            received.addAndGet(b.poll(in));
            b.poll(in);
            b.wake();
        });
        assertEquals(4 * 40_000, received.get());
    }

    private LibcUnderlay open(final UnderlayOptions options) throws IOException
    {
        final LibcUnderlay underlay = LibcUnderlay.open(options.errorHandler(errors::add));
        resources.add(underlay);
        return underlay;
    }

    private LibcUnderlay openV6(final IpAddress address) throws IOException
    {
        try
        {
            return open(new UnderlayOptions(address, 0));
        }
        catch (final IOException ex)
        {
            assumeTrue(false, "no IPv6 here: " + ex.getMessage());
            throw ex;
        }
    }

    /** Octet i of frame n is n + i. */
    private Frame frame(final int index, final int length)
    {
        final Frame frame = slab.frame(index).wrap(FrameSlab.HEADROOM, length);
        for (int i = 0; i < length; i++)
        {
            frame.buffer().putByte(frame.offset() + i, (byte)(index + i));
        }
        return frame;
    }

    private void add(final Frame frame, final Vtep remote, final int tos, final int segmentSize)
    {
        out.add(frame, remote.address().high(), remote.address().low(), remote.udpPort(), 0, 0, tos, segmentSize);
    }

    private void assertVerdicts(final DropReason expected)
    {
        for (int i = 0; i < out.size(); i++)
        {
            assertEquals(expected, out.verdict(i));
        }
    }

    /** Loopback delivers before the send returns, so one poll has them all. */
    private void receive(final LibcUnderlay underlay, final int count)
    {
        in.clear();
        underlay.await(SECOND_NS);
        assertEquals(count, underlay.poll(in));
    }

    private int[] receivedLengths(final LibcUnderlay underlay, final int count)
    {
        receive(underlay, count);
        final int[] lengths = new int[count];
        for (int i = 0; i < count; i++)
        {
            lengths[i] = in.frame(i).length();
        }
        return lengths;
    }

    /** What it says when it cannot bind. */
    @Nested
    class Bind extends BindContract
    {
        @Override
        protected Underlay bind(final IpAddress address, final int udpPort) throws IOException
        {
            return LibcUnderlay.open(new UnderlayOptions(address, udpPort).errorHandler(errors::add));
        }
    }
}
