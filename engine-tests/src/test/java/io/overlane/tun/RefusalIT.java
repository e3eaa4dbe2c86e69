// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.FrameSlab;
import io.overlane.netty.NettyUnderlay;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.LoopbackPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the kernel refuses. Every underlay gives the same verdict, so that the frame has the same fate in the counters
 * and its sender gets the same answer; where the JDK cannot know, the underlay says so.
 */
@InNamespace(ipv6 = true)
class RefusalIT extends Scenario
{
    private static final MacAddress STATION = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);
    private static final String GOOD = "10.9.0.2:8472";
    private static final String GOOD_V6 = "[fd00:9::2]:8472";
    private static final int INNER_LENGTH = 1400;
    private static final int ICMP_MTU_OFFSET = 14 + 20 + 6;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    /** The underlays there are. */
    private enum Kind
    {
        LIBC, NETTY, NIO
    }

    private TunDevice device;

    @BeforeEach
    void open() throws IOException
    {
        device = create(new TunOptions(TunKind.TUN, "wire0").offload(TunOffload.NONE));
        device.mtu(1500);
        address(device, "10.9.0.1/24");
        assumeOrClose(addressV6(device, "fd00:9::1/64"), "no IPv6 here");
    }

    @Test
    void shouldSayUnreachableWithoutARoute() throws Exception
    {
        assertFate("underlay-unreachable", "192.0.2.1:8472", "[2001:db8::1]:8472");
    }

    @Test
    void shouldJudgeRoutesThatLeadNowhere() throws Exception
    {
        run("ip", "route", "add", "unreachable", "198.51.100.1");
        run("ip", "route", "add", "prohibit", "198.51.100.2");
        run("ip", "route", "add", "blackhole", "198.51.100.3");
        run("ip", "route", "add", "unreachable", "2001:db8::1");
        run("ip", "route", "add", "prohibit", "2001:db8::2");
        run("ip", "route", "add", "blackhole", "2001:db8::3");

        assertFate("underlay-unreachable", "198.51.100.1:8472", "[2001:db8::1]:8472");
        assertFate("underlay-error", "198.51.100.2:8472", "[2001:db8::2]:8472");
        assertFate("underlay-error", "198.51.100.3:8472", "[2001:db8::3]:8472");
    }

    @Test
    void shouldReportAForbiddenRemoteOnceAndSendTheRest() throws Exception
    {
        assumeTrue(hasNft(), "no nft here");
        run("nft", "add table inet t; add chain inet t out { type filter hook output priority 0; }; " +
            "add rule inet t out ip daddr 10.9.0.7 drop; add rule inet t out ip6 daddr fd00:9::7 drop");
        assertFate("underlay-error", "10.9.0.7:8472", "[fd00:9::7]:8472");
        for (final Kind kind : Kind.values())
        {
            errors.clear();
            try (Underlay underlay = open(kind, IpAddress.ANY_V4))
            {
                final SendBatch batch = new SendBatch(64);
                for (int i = 0; i < 64; i++)
                {
                    add(batch, i % 4 == 0 ? "10.9.0.7:8472" : GOOD, 1000);
                }
                for (int round = 0; round < 100; round++)
                {
                    underlay.send(batch);
                    for (int i = 0; i < 64; i++)
                    {
                        final DropReason expected = i % 4 == 0 ? DropReason.UNDERLAY_ERROR : DropReason.NONE;
                        assertEquals(expected, batch.verdict(i), kind + " entry " + i);
                    }
                }
            }
            assertEquals(1, errors.size(), kind + ": " + errors);
            final String line = errors.get(0).getMessage();
            assertTrue(line.contains("cannot send to 10.9.0.7:8472: "), kind + ": " + line);
            assertTrue(line.toLowerCase(Locale.ROOT).contains("operation not permitted"), kind + ": " + line);
        }
    }

    @Test
    void shouldTellTheSenderWhatANarrowInterfaceTakes() throws Exception
    {
        device.mtu(1300);
        for (final Kind kind : Kind.values())
        {
            assertEquals("answered 1250", fate(kind, GOOD), kind.name());
            assertEquals("answered 1230", fate(kind, GOOD_V6), kind.name());
        }
    }

    @Test
    void shouldTellTheSenderWhatANarrowRouteTakes() throws Exception
    {
        run("ip", "route", "add", "203.0.113.0/24", "dev", "wire0", "mtu", "1300");
        run("ip", "route", "add", "2001:db8:0:1::/64", "dev", "wire0", "mtu", "1300");
        for (final Kind kind : Kind.values())
        {
            assertEquals(narrow(kind, 1250), fate(kind, "203.0.113.1:8472"), kind.name());
            assertEquals(narrow(kind, 1230), fate(kind, "[2001:db8:0:1::1]:8472"), kind.name());
        }
    }

    /** The JDK does not know a route's MTU, and before Java 19 it lets the kernel fragment; both are declared. */
    private String narrow(final Kind kind, final int innerMtu) throws IOException
    {
        if (kind != Kind.NIO)
        {
            return "answered " + innerMtu;
        }
        final boolean setsBit = Runtime.version().feature() >= 19;
        try (Underlay underlay = open(kind, IpAddress.ANY_V4))
        {
            assertEquals(
                setsBit ? "nio" : "nio, without the don't-fragment bit (needs Java 19)", underlay.description());
        }
        return setsBit ? "oversize" : "delivered";
    }

    @Test
    void shouldNotMindAClosedPort() throws Exception
    {
        for (final Kind kind : Kind.values())
        {
            for (final IpAddress local : new IpAddress[]{IpAddress.ANY_V4, IpAddress.ANY_V6})
            {
                try (Underlay underlay = open(kind, local))
                {
                    final String closed = local.isV4() ? "127.0.0.1:9" : "[::1]:9";
                    final SendBatch batch = new SendBatch(2);
                    add(batch, closed, 100);
                    add(batch, local.isV4() ? GOOD : GOOD_V6, 100);
                    for (int round = 0; round < 10; round++)
                    {
                        underlay.send(batch);
                        assertEquals(DropReason.NONE, batch.verdict(0), kind.name());
                        assertEquals(DropReason.NONE, batch.verdict(1), kind.name());
                        assertEquals(0, underlay.poll(new ReceiveBatch(1)));
                    }
                }
                assertEquals(0, errors.size(), kind + ": " + errors);
            }
        }
    }

    @Test
    void shouldSayBusyWhenTheSendBufferIsFull() throws Exception
    {
        run("tc", "qdisc", "add", "dev", "wire0", "root", "tbf",
            "rate", "8kbit", "burst", "2000", "limit", "1000000000");
        for (final Kind kind : Kind.values())
        {
            try (Underlay underlay = open(kind, IpAddress.ANY_V4))
            {
                final SendBatch batch = new SendBatch(64);
                for (int i = 0; i < 64; i++)
                {
                    add(batch, GOOD, 1400);
                }
                final long deadlineNs = System.nanoTime() + PATIENCE_NS;
                do
                {
                    underlay.send(batch);
                    assertTrue(System.nanoTime() - deadlineNs < 0, kind + " never says that the socket is full");
                }
                while (batch.verdict(63) == DropReason.NONE);
                assertEquals(DropReason.UNDERLAY_BUSY, batch.verdict(63), kind.name());
            }
            assertEquals(0, errors.size(), kind + ": " + errors);
        }
    }

    private void assertFate(final String expected, final String... remotes) throws IOException
    {
        for (final Kind kind : Kind.values())
        {
            for (final String remote : remotes)
            {
                assertEquals(expected, fate(kind, remote), kind + " to " + remote);
            }
        }
    }

    /** What becomes of a frame that must not be fragmented: delivered, answered with an MTU, or a drop reason. */
    private String fate(final Kind kind, final String to) throws IOException
    {
        final Vtep remote = Vtep.parse(to, 0);
        final LoopbackPort port = new LoopbackPort("tenant", 1450, 8);
        try (OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(open(kind, remote.address().isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6))
            .segment(new SegmentContext(42).port(port).fdb(STATION, remote))))
        {
            assertTrue(port.put(FrameSpec.ipv4Udp().dontFragment().payloadLength(INNER_LENGTH - 28).bytes()));
            engine.doWork();
            final PathCounters encap = engine.counters().encap();
            assertEquals(1, encap.framesIn());
            assertEquals(1, encap.delivered() + encap.answered() + encap.dropped());
            if (encap.answered() == 1)
            {
                return "answered " + (ByteBuffer.wrap(port.takeBytes()).getShort(ICMP_MTU_OFFSET) & 0xFFFF);
            }
            return encap.delivered() == 1 ? "delivered" : Arrays.stream(DropReason.values())
                .filter(reason -> reason != DropReason.NONE && encap.dropped(reason) == 1)
                .map(Objects::toString)
                .findFirst().orElseThrow();
        }
    }

    private Underlay open(final Kind kind, final IpAddress local) throws IOException
    {
        final UnderlayOptions options = new UnderlayOptions(local, 0).errorHandler(errors::add);
        return switch (kind)
        {
            case LIBC -> LibcUnderlay.open(options);
            case NETTY -> NettyUnderlay.open(options).toCompletableFuture().join();
            case NIO -> NioUnderlay.open(options);
        };
    }

    private static void add(final SendBatch batch, final String to, final int length)
    {
        final Vtep remote = Vtep.parse(to, 0);
        batch.add(
            new FrameSlab(1, 1500).frame(0).wrap(FrameSlab.HEADROOM, length),
            remote.address().high(), remote.address().low(), remote.udpPort(), 0, 0, 0, 0);
    }

    private static boolean hasNft() throws InterruptedException
    {
        try
        {
            return new ProcessBuilder("nft", "list", "tables").start().waitFor() == 0;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    private static void run(final String... command) throws IOException, InterruptedException
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + output);
    }
}
