// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.netty.NettyUnderlay;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.LoopbackPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The kernel drops datagrams of sources that are not accepted in front of the socket, and no others. */
@InNamespace(ipv6 = true)
class SourceFilterIT extends Scenario
{
    private static final String A = "127.0.0.2";
    private static final String B = "127.0.0.3";
    private static final String A_V6 = "fd00:9::1";
    private static final String B_V6 = "fd00:9::2";
    private static final byte[] DATAGRAM = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram();
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private final ReceiveBatch in = new ReceiveBatch(8);

    @Test
    void shouldReceiveFromAcceptedSourcesOnly() throws Exception
    {
        final LibcUnderlay underlay = open("0.0.0.0");
        assertReceives(underlay, A, B);
        underlay.acceptOnly(prefixes(A + "/32"));
        assertReceives(underlay, A);
        assertDrops(underlay, B);
        underlay.acceptOnly(prefixes(A + "/32", B + "/32"));
        assertReceives(underlay, A, B);
        underlay.acceptOnly(Set.of());
        assertDrops(underlay, A, B);
        underlay.acceptOnly(prefixes("127.0.0.3/32", "10.0.0.0/8"));
        assertReceives(underlay, B);
        assertDrops(underlay, A);
        underlay.acceptOnly(prefixes("127.0.0.3/31"));
        assertReceives(underlay, A, B);
        assertDrops(underlay, "127.0.0.4");
        underlay.acceptOnly(null);
        assertReceives(underlay, A, B);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldReceiveFromAcceptedSourcesOnlyOverIpv6() throws Exception
    {
        addressesV6();
        final LibcUnderlay underlay = open("::");
        underlay.acceptOnly(prefixes(A_V6 + "/128"));
        assertReceives(underlay, A_V6);
        assertDrops(underlay, B_V6, "::1", A);
        underlay.acceptOnly(prefixes("fd00:9::/64", "2001:db8::/33", "fd00:8::7/128"));
        assertReceives(underlay, A_V6, B_V6);
        assertDrops(underlay, "::1", A);
        // IPv4 that an IPv6 socket carries.
        underlay.acceptOnly(prefixes(A + "/32", "::1/128"));
        assertReceives(underlay, A, "::1");
        assertDrops(underlay, A_V6, B);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldTellManySourcesApart() throws Exception
    {
        addressesV6();
        final LibcUnderlay underlay = open("::");
        final Set<IpPrefix> many = new HashSet<>();
        for (int i = 0; i < 127; i++)
        {
            many.add(IpPrefix.parse("203.0.113." + i + "/32"));
            many.add(IpPrefix.parse("fd00:9::1:" + i + "/128"));
        }
        underlay.acceptOnly(many);
        assertDrops(underlay, A, A_V6);
        many.addAll(prefixes(A + "/32", A_V6 + "/128"));
        underlay.acceptOnly(many);
        assertReceives(underlay, A, A_V6);
        assertDrops(underlay, B, B_V6);

        // The longest program: every length of prefix there is, and single addresses for the rest.
        many.clear();
        for (int length = 1; length <= 128; length++)
        {
            many.add(new IpPrefix(IpAddress.parse("2001:db8::1"), length));
        }
        for (int i = 0; i < 128; i++)
        {
            many.add(new IpPrefix(IpAddress.parse("203.0.113." + i), 1 + i % 32));
        }
        underlay.acceptOnly(many);
        assertDrops(underlay, A, A_V6);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldFilterWhatCameInFragments() throws Exception
    {
        // The sockets of the JDK fragment what is longer than the MTU.
        new NetworkLink("lo").mtu(1500);
        final LibcUnderlay underlay = open("0.0.0.0");
        underlay.acceptOnly(prefixes(A + "/32"));
        send(A, underlay.local(), new byte[9000]);
        assertEquals(1, poll(underlay, in));
        assertEquals(9000, in.frame(0).length());
        final long before = underlay.receiveDrops();
        send(B, underlay.local(), new byte[9000]);
        assertEquals(before + 1, underlay.receiveDrops());
        assertEquals(0, underlay.poll(in));
    }

    @Test
    void shouldFilterForNettyToo() throws Exception
    {
        final NettyUnderlay underlay =
            closeLater(NettyUnderlay.open(
                new UnderlayOptions(IpAddress.ANY_V4, 0).errorHandler(errors::add)).toCompletableFuture().join());
        underlay.acceptOnly(prefixes(A + "/32"));
        send(B, underlay.local(), DATAGRAM);
        assertEquals(1, underlay.receiveDrops());
        send(A, underlay.local(), DATAGRAM);
        in.clear();
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (in.size() == 0 && System.nanoTime() - deadlineNs < 0)
        {
            underlay.await(PATIENCE_NS);
            underlay.poll(in);
        }
        assertEquals(IpAddress.parse(A), new IpAddress(in.sourceHigh(0), in.sourceLow(0)));
        assertEquals(1, in.size());
    }

    /** The kernel refuses a program that takes too much of the memory for options. */
    @Test
    void shouldAcceptAllSourcesWhereTheKernelRefusesTheFilter() throws Exception
    {
        final Path limit = Path.of("/proc/sys/net/core/optmem_max");
        assumeTrue(Files.isWritable(limit), "this kernel's option memory has no limit of the namespace's own");
        final LibcUnderlay underlay = open("0.0.0.0");
        underlay.acceptOnly(prefixes(A + "/32"));
        assertDrops(underlay, B);
        // The kernel gives the number to the first read only, so that must have room for all of it.
        final String before = Files.readAllLines(limit).get(0);
        Files.writeString(limit, "256");
        try
        {
            underlay.acceptOnly(prefixes(A + "/32", "127.0.0.9/32"));
            assertReceives(underlay, A, B);
            assertEquals(1, errors.size());
            assertEquals("UDP socket " + underlay.local() + ": cannot filter datagrams by their source, so the " +
                "socket takes them all and the engine checks them: ENOMEM (Cannot allocate memory)",
                errors.get(0).getMessage());
        }
        finally
        {
            Files.writeString(limit, before);
        }
    }

    /** The kernel stops a flood of a stranger, and a peer that is added meanwhile is accepted. */
    @Test
    void shouldStopAFloodThroughTheEngine() throws Exception
    {
        final LoopbackPort port = new LoopbackPort("port", 1450, 1024, 2048);
        final LibcUnderlay underlay = LibcUnderlay.open(
            new UnderlayOptions(IpAddress.parse("0.0.0.0"), 0).errorHandler(errors::add));
        final OverlayEngine engine = closeLater(OverlayEngine.launch(new EngineContext()
            .underlay(underlay)
            .segment(new SegmentContext(1)
                .port(port)
                .policy(p -> p.sourcePolicy(SourcePolicy.KNOWN))
                .flood(Vtep.parse(A + ":8472", 0)))
            .errorHandler(errors::add)));
        try (DatagramSocket stranger = socket(B))
        {
            final long deadlineNs = System.nanoTime() + PATIENCE_NS;
            while (engine.snapshot().receiveDrops() == 0)
            {
                assertTrue(System.nanoTime() - deadlineNs < 0, "the socket still takes all datagrams");
                send(stranger, engine.local(), DATAGRAM);
            }
        }
        assertTrue(engine.counters().decap().dropped(DropReason.SOURCE_NOT_ALLOWED) >= 100, "they were named first");
        assertReaches(engine, A);

        engine.control().operate(
            tables -> tables.append(FdbRequest.flood(1, Vtep.parse(B + ":8472", 0)))).get(30, TimeUnit.SECONDS);
        assertReaches(engine, B);
        engine.control().operate(
            tables -> tables.delete(FdbRequest.flood(1, Vtep.parse(B + ":8472", 0)))).get(30, TimeUnit.SECONDS);
        final long before = engine.snapshot().receiveDrops();
        send(B, engine.local(), DATAGRAM);
        assertEquals(before + 1, engine.snapshot().receiveDrops());

        engine.segments().change(1, rules -> rules.sources(SourcePolicy.ANY, Set.of())).get(30, TimeUnit.SECONDS);
        assertReaches(engine, B);
        assertEquals(List.of(), errors);
    }

    private static void assertReaches(final OverlayEngine engine, final String from) throws IOException
    {
        final long before = engine.counters().decap().delivered();
        send(from, engine.local(), DATAGRAM);
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (engine.counters().decap().delivered() == before)
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, "nothing of " + from + " arrives");
            Thread.onSpinWait();
        }
    }

    private LibcUnderlay open(final String local) throws IOException
    {
        return closeLater(LibcUnderlay.open(new UnderlayOptions(IpAddress.parse(local), 0).errorHandler(errors::add)));
    }

    private void addressesV6() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "wire0"));
        device.up(true);
        assumeTrue(addressV6(device, A_V6 + "/64") && addressV6(device, B_V6 + "/64"), "no IPv6 here");
    }

    /** Loopback is synchronous: what was sent has been queued or dropped when the call returns. */
    private void assertReceives(final LibcUnderlay underlay, final String... sources) throws IOException
    {
        for (final String source : sources)
        {
            send(source, underlay.local(), DATAGRAM);
            assertEquals(1, poll(underlay, in), source);
            assertEquals(IpAddress.parse(source), new IpAddress(in.sourceHigh(0), in.sourceLow(0)));
        }
    }

    private void assertDrops(final Underlay underlay, final String... sources) throws IOException
    {
        for (final String source : sources)
        {
            final long before = underlay.receiveDrops();
            send(source, underlay.local(), DATAGRAM);
            assertEquals(before + 1, underlay.receiveDrops(), () -> source + " " + errors);
            in.clear();
            assertEquals(0, underlay.poll(in), source);
        }
    }

    private static void send(final String from, final Vtep to, final byte... datagram) throws IOException
    {
        try (DatagramSocket socket = socket(from))
        {
            send(socket, to, datagram);
        }
    }

    private static DatagramSocket socket(final String from) throws IOException
    {
        return new DatagramSocket(0, InetAddress.getByName(from));
    }

    /** To the address that it comes from, which is one of this host too. */
    private static void send(final DatagramSocket socket, final Vtep to, final byte... datagram) throws IOException
    {
        socket.send(new DatagramPacket(datagram, datagram.length, socket.getLocalAddress(), to.udpPort()));
    }

    private static Set<IpPrefix> prefixes(final String... texts)
    {
        return Arrays.stream(texts).map(IpPrefix::parse).collect(Collectors.toSet());
    }
}
