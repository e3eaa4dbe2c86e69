// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.ReconcileResult;
import io.overlane.control.TableOperations;
import io.overlane.policy.SegmentContext;
import io.overlane.routing.Gateway;
import io.overlane.routing.RoutingContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.Packet;

/**
 * An engine with the segments 10 and 20 in the routing context {@code red}, each with a port and a gateway, and the
 * stations of the tests. pcap4j reads what the engine sends.
 */
final class GatewayLab implements AutoCloseable
{
    static final String RED = "red";
    static final long GATEWAY = RoutingContext.DEFAULT_GATEWAY_MAC.value();
    static final String GATEWAY_TEXT = RoutingContext.DEFAULT_GATEWAY_MAC.toString();

    /** 10.1.0.x and 2001:db8:1::x are in segment 10, 10.2.0.x and 2001:db8:2::x in segment 20. */
    static final long HOST_10 = 0x0200_0000_0A10L;
    static final long HOST_20 = 0x0200_0000_0A20L;

    final EngineHarness harness;
    final LoopbackPort port10;
    final LoopbackPort port20;

    GatewayLab()
    {
        this(EngineHarness.create());
    }

    GatewayLab(final EngineHarness harness)
    {
        this.harness = harness;
        port10 = new LoopbackPort("port-10", 1450, 1024, 70_000);
        port20 = new LoopbackPort("port-20", 1450, 1024, 70_000);
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.context()
            .segment(segment(10, "10.1.0.1/24", "2001:db8:1::1/64").port(port10))
            .segment(segment(20, "10.2.0.1/24", "2001:db8:2::1/64").port(port20));
    }

    static SegmentContext segment(final int vni, final String... addresses)
    {
        return new SegmentContext(vni)
            .policy(policy -> policy.learning(true))
            .flood(EngineHarness.A).flood(EngineHarness.B)
            .gateway(Gateway.of(RED, addresses));
    }

    GatewayLab launch()
    {
        harness.launch();
        harness.run();
        return this;
    }

    /** A packet of the host in segment 10 to the host in segment 20, as it leaves the host. */
    static FrameSpec packet()
    {
        return FrameSpec.ipv4Udp().sourceMac(HOST_10).destinationMac(GATEWAY)
            .source("10.1.0.10").destination("10.2.0.20").ttl(64).payload("routed");
    }

    /** The same over IPv6. */
    static FrameSpec packetV6()
    {
        return FrameSpec.ipv6Udp().sourceMac(HOST_10).destinationMac(GATEWAY)
            .source("2001:db8:1::10").destination("2001:db8:2::20").ttl(64).payload("routed");
    }

    /** The packet as the gateway passes it on to a station. */
    static FrameSpec routed(final FrameSpec packet, final long station)
    {
        return packet.sourceMac(GATEWAY).destinationMac(station).ttl(63);
    }

    void neighbor(final int vni, final String address, final long mac)
    {
        operate(tables -> tables.replaceNeighbor(vni, IpAddress.parse(address), new MacAddress(mac)));
    }

    <T> T operate(final Function<TableOperations, T> function)
    {
        final CompletableFuture<T> future = harness.engine().control().operate(function);
        harness.run();
        return future.join();
    }

    ReconcileResult apply(final String owner, final DesiredState state)
    {
        final CompletableFuture<ReconcileResult> future = harness.engine().control().apply(owner, state);
        harness.run();
        return future.join();
    }

    /** Send frames from the host in segment 10. */
    void from10(final FrameSpec... frames)
    {
        for (final FrameSpec frame : frames)
        {
            assertTrue(port10.put(frame.bytes()));
        }
        harness.run();
    }

    /** Send a frame from a remote in a segment. */
    void receive(final Vtep from, final int vni, final FrameSpec frame)
    {
        harness.receive(from, FrameSpec.vxlan(frame).vni(vni).datagram());
    }

    /** The only frame that a port got. */
    static byte[] only(final LoopbackPort port)
    {
        final List<byte[]> frames = port.takeAll();
        assertEquals(1, frames.size(), () -> frames.stream().map(GatewayLab::read).toList().toString());
        return frames.get(0);
    }

    /** The only datagram that a remote got, without its tunnel header, after a check of its VNI. */
    byte[] only(final Vtep remote, final int vni)
    {
        final List<byte[]> datagrams = harness.sentTo(remote);
        assertEquals(1, datagrams.size(), "datagrams");
        return inner(datagrams.get(0), vni);
    }

    static byte[] inner(final byte[] datagram, final int vni)
    {
        final byte[] header = FrameSpec.vxlan(new byte[0]).vni(vni).datagram();
        assertArrayEquals(header, Arrays.copyOf(datagram, header.length), "tunnel header");
        return Arrays.copyOfRange(datagram, header.length, datagram.length);
    }

    void step(final long milliseconds)
    {
        harness.clock().step(milliseconds, TimeUnit.MILLISECONDS);
        harness.run();
    }

    static EthernetPacket read(final byte[] frame)
    {
        try
        {
            final EthernetPacket packet = EthernetPacket.newPacket(frame, 0, frame.length);
            final IpV4Packet ip = packet.get(IpV4Packet.class);
            assertTrue(ip == null || ip.getHeader().hasValidChecksum(false), "checksum of the IPv4 header");
            return packet;
        }
        catch (final IllegalRawDataException ex)
        {
            throw new AssertionError("pcap4j cannot read the frame", ex);
        }
    }

    static <T extends Packet> T read(final byte[] frame, final Class<T> type)
    {
        final T packet = read(frame).get(type);
        assertTrue(packet != null, () -> "no " + type.getSimpleName() + " in " + read(frame));
        return packet;
    }

    long droppedFromPorts(final DropReason reason)
    {
        return harness.encap().dropped(reason);
    }

    @Override
    public void close()
    {
        harness.close();
    }
}
