// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.conformance.Conformance;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testdata.FreePorts;
import io.overlane.testkit.Allocation;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which source ports receivers see, over loopback; needs no privilege. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SourcePortFanTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    /** Odd, so that its multiples are spread over all 32 bits: stands for the hashes of so many flows. */
    private static final int GOLDEN = 0x9E37_79B9;
    private static final int FLOWS = 100;
    private static final int LOW = 49_152;
    private static final int HIGH = 65_535;

    private final List<Throwable> errors = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final SendBatch out = new SendBatch(FLOWS);
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
    @Conformance(row = {53, 54})
    void shouldSendAFlowFromOnePortAndManyFromAllOfTheRange() throws IOException
    {
        final LibcUnderlay sender = open(options().sourcePorts());
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        assertTrue(sender.usesFlowHash());
        assertTrue(sender.description().contains("8 source ports "), sender.description());
        final Map<Integer, Integer> ports = new HashMap<>();
        for (int round = 0; round < 3; round++)
        {
            sendFlows(sender, receiver.local());
            receive(receiver, FLOWS);
            for (int i = 0; i < FLOWS; i++)
            {
                final int port = in.sourcePort(i);
                assertTrue(port >= LOW && port <= HIGH, "port " + port);
                final Integer before = ports.put(in.frame(i).length(), port);
                assertTrue(before == null || before == port, "a flow moved from " + before + " to " + port);
            }
        }
        assertEquals(8, new TreeSet<>(ports.values()).size());
    }

    @Test
    void shouldKeepTheOrderOfAFlow() throws IOException
    {
        final LibcUnderlay sender = open(options().sourcePorts());
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        for (int i = 0; i < FLOWS; i++)
        {
            add(100 + i, receiver.local(), i % 10 * GOLDEN, 0);
        }
        sender.send(out);
        receive(receiver, FLOWS);
        final Map<Integer, Integer> last = new HashMap<>();
        for (int i = 0; i < FLOWS; i++)
        {
            final int sequence = in.frame(i).length() - 100;
            final Integer before = last.put(sequence % 10, sequence);
            assertTrue(before == null || before < sequence, before + " before " + sequence);
        }
    }

    @Test
    @Conformance(row = 56, behaviour = "50000-50010 with both ends",
        deviation = "Linux leaves the last port out")
    void shouldStayInsideTheRangeItsEndsIncluded() throws IOException
    {
        final int low = FreePorts.take(3);
        final LibcUnderlay sender = open(options().sourcePorts(low, low + 2, 8));
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        sendFlows(sender, receiver.local());
        assertEquals(Set.of(low, low + 1, low + 2), sourcePorts(receiver));
    }

    @Test
    void shouldPassOverPortsInUse() throws IOException
    {
        final int low = FreePorts.take(3);
        open(new UnderlayOptions(LOOPBACK, low + 1));
        final LibcUnderlay sender = open(options().sourcePorts(low, low + 2, 8));
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        sendFlows(sender, receiver.local());
        assertEquals(Set.of(low, low + 2), sourcePorts(receiver));
    }

    @Test
    @Conformance(row = 57, behaviour = "a range of one port is that port",
        deviation = "Linux falls back to its default range")
    void shouldSendFromOneOtherPort() throws IOException
    {
        final int port = FreePorts.take(3);
        final LibcUnderlay sender = open(options().sourcePorts(port, port, 8));
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        assertFalse(sender.usesFlowHash());
        sendFlows(sender, receiver.local());
        assertEquals(Set.of(port), sourcePorts(receiver));
    }

    @Test
    void shouldShareTheRangeWithFurtherUnderlaysOnTheSamePort() throws IOException
    {
        final int low = FreePorts.take(3);
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        final LibcUnderlay first = open(new UnderlayOptions(LOOPBACK, low + 1).sourcePorts(low, low + 2, 8));
        final LibcUnderlay second = first.openFurther();
        resources.add(second);
        final LibcUnderlay third = first.openFurther();
        resources.add(third);
        assertEquals(first.description(), third.description());

        final Map<Integer, Integer> portOfFlow = new HashMap<>();
        for (final LibcUnderlay sender : List.of(first, second, third))
        {
            sendFlows(sender, receiver.local());
            receive(receiver, FLOWS);
            for (int i = 0; i < FLOWS; i++)
            {
                final Integer before = portOfFlow.put(in.frame(i).length(), in.sourcePort(i));
                assertTrue(before == null || before == in.sourcePort(i), "a flow moved with the queue");
            }
        }
        assertEquals(Set.of(low, low + 1, low + 2), Set.copyOf(portOfFlow.values()));

        second.close();
        sendFlows(third, receiver.local());
        receive(receiver, FLOWS);
        assertThrows(UnderlayException.class, () -> open(new UnderlayOptions(LOOPBACK, low)));
    }

    @Test
    void shouldUseTheBoundPortWhereItLiesInTheRange() throws IOException
    {
        final int port = FreePorts.take(3);
        final LibcUnderlay sender = open(new UnderlayOptions(LOOPBACK, port).sourcePorts(port, port, 1));
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        sendFlows(sender, receiver.local());
        assertEquals(Set.of(port), sourcePorts(receiver));
        sender.close();
        open(new UnderlayOptions(LOOPBACK, port));
    }

    @Test
    void shouldReceiveOnTheBoundPortOnly() throws IOException
    {
        final int low = FreePorts.take(3);
        final LibcUnderlay fan = open(options().sourcePorts(low, low + 1, 2));
        try (DatagramSocket other = new DatagramSocket(0, InetAddress.getLoopbackAddress()))
        {
            other.send(new DatagramPacket(new byte[7], 7, InetAddress.getLoopbackAddress(), low));
            other.send(new DatagramPacket(new byte[9], 9, InetAddress.getLoopbackAddress(), fan.local().udpPort()));
        }
        receive(fan, 1);
        assertEquals(9, in.frame(0).length());
        in.clear();
        assertEquals(0, fan.poll(in));
    }

    @Test
    void shouldSendJoinedDatagramsFromThePortOfTheirFlow() throws IOException
    {
        final LibcUnderlay sender = open(options().sourcePorts());
        final LibcUnderlay receiver = open(options().pollDatagrams(128));
        add(5000, receiver.local(), GOLDEN, 1000);
        add(5000, receiver.local(), GOLDEN << 1, 1000);
        sender.send(out);
        assertEquals(2, sourcePorts(receiver, 10).size());
    }

    @Test
    void shouldSayWhenNoPortCanBeHad() throws IOException
    {
        final int port = FreePorts.take(3);
        open(new UnderlayOptions(LOOPBACK, port));
        final UnderlayOptions options = options().sourcePorts(port, port, 8);
        final UnderlayException ex = assertThrows(UnderlayException.class, () -> LibcUnderlay.open(
            options.errorHandler(errors::add)));
        assertTrue(ex.getMessage().contains(port + "-" + port) && ex.getMessage().contains("in use"), ex.getMessage());
        assertTrue(ex.getMessage().lines().count() == 1);
    }

    @Test
    @Conformance(row = 58, behaviour = "49152-65535 where a fan is asked for without a range, else the port bound to",
        deviation = "RFC 7348 §5 recommends it; Linux takes ip_local_port_range")
    void shouldTakeDynamicPortsByDefault()
    {
        final UnderlayOptions options = new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0);
        assertEquals(0, options.sourcePortCount());
        options.sourcePorts();
        assertEquals(49_152, options.sourcePortLow());
        assertEquals(65_535, options.sourcePortHigh());
    }

    @Test
    void shouldRefuseRangesThatAreNone()
    {
        assertThrows(IllegalArgumentException.class, () -> options().sourcePorts(0, 9, 1));
        assertThrows(IllegalArgumentException.class, () -> options().sourcePorts(9, 8, 1));
        assertThrows(IllegalArgumentException.class, () -> options().sourcePorts(9, 65_536, 1));
        assertThrows(IllegalArgumentException.class, () -> options().sourcePorts(9, 10, 0));
        assertThrows(IllegalArgumentException.class, () -> options().sourcePorts(9, 10, 65));
        assertEquals(0, options().sourcePortCount());
    }

    @Test
    void shouldReleaseEveryPortWhenClosed() throws IOException
    {
        final int low = FreePorts.take(3);
        final LibcUnderlay sender = open(options().sourcePorts(low, low + 2, 8));
        assertThrows(UnderlayException.class, () -> LibcUnderlay.open(
            new UnderlayOptions(LOOPBACK, low + 1).errorHandler(errors::add)));
        sender.close();
        for (int i = 0; i < 3; i++)
        {
            open(new UnderlayOptions(LOOPBACK, low + i));
        }
        sendFlows(sender, Vtep.parse("127.0.0.1:9", 0), DropReason.UNDERLAY_ERROR);
    }

    @Test
    void shouldAllocateNothingWhenWarm() throws IOException
    {
        final LibcUnderlay sender = open(options().sourcePorts());
        final LibcUnderlay receiver = open(options());
        for (int i = 0; i < 8; i++)
        {
            add(64, receiver.local(), i * GOLDEN, 0);
        }
        final AtomicLong received = new AtomicLong();
        Allocation.assertNone("send by several ports", 10_000, () ->
        {
            sender.send(out);
            in.clear();
            received.addAndGet(receiver.poll(in));
        });
        assertEquals(8 * 20_000, received.get());
    }

    private void sendFlows(final LibcUnderlay sender, final Vtep remote)
    {
        sendFlows(sender, remote, DropReason.NONE);
    }

    /** A datagram of 1 + i bytes for flow i. */
    private void sendFlows(final LibcUnderlay sender, final Vtep remote, final DropReason verdict)
    {
        out.clear();
        for (int i = 0; i < FLOWS; i++)
        {
            add(1 + i, remote, i * GOLDEN, 0);
        }
        sender.send(out);
        for (int i = 0; i < FLOWS; i++)
        {
            assertEquals(verdict, out.verdict(i));
        }
    }

    private void add(final int length, final Vtep remote, final int flowHash, final int segmentSize)
    {
        final Frame frame = new FrameSlab(1, length).frame(0).wrap(FrameSlab.HEADROOM, length);
        out.add(
            frame, remote.address().high(), remote.address().low(), remote.udpPort(), 0, flowHash, 0, segmentSize);
    }

    private Set<Integer> sourcePorts(final LibcUnderlay receiver)
    {
        return sourcePorts(receiver, FLOWS);
    }

    private Set<Integer> sourcePorts(final LibcUnderlay receiver, final int count)
    {
        receive(receiver, count);
        final Set<Integer> ports = new TreeSet<>();
        for (int i = 0; i < count; i++)
        {
            ports.add(in.sourcePort(i));
        }
        return ports;
    }

    /** Loopback delivers before the send returns, so one poll has them all. */
    private void receive(final LibcUnderlay underlay, final int count)
    {
        in.clear();
        underlay.await(SECOND_NS);
        assertEquals(count, underlay.poll(in));
    }

    private static UnderlayOptions options()
    {
        return new UnderlayOptions(LOOPBACK, 0);
    }

    private LibcUnderlay open(final UnderlayOptions options) throws IOException
    {
        final LibcUnderlay underlay = LibcUnderlay.open(options.errorHandler(errors::add));
        resources.add(underlay);
        return underlay;
    }
}
