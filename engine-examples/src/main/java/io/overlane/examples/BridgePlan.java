package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.port.Port;
import io.overlane.segment.IpNetworkContext;
import io.overlane.segment.SegmentContext;
import io.overlane.segment.SourcePolicy;
import io.overlane.tun.TunOffload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that a bridge is going to do, checked and complete: nothing is open yet. Made by {@link BridgePlanner}.
 *
 * @param mode          what is carried.
 * @param underlay      what carries it.
 * @param local         where the underlay binds.
 * @param device        name of the device to create.
 * @param mac           of the device; null in the IP mode.
 * @param mtu           IP MTU of the device, in bytes.
 * @param vni           of the segment; 0 in the IP mode.
 * @param addresses     of the device.
 * @param peers         other nodes.
 * @param fdb           where MAC addresses live, those of peers included.
 * @param flood         remotes that get copies of flooded frames.
 * @param neighbors     inner addresses to answer for.
 * @param learning      learn from received frames.
 * @param offload       what kernel and engine may leave undone for each other; NONE also keeps datagrams apart.
 * @param sourcePorts   ports to send from; null: from the port bound to.
 * @param threads       1 for both directions, or 2, in each queue.
 * @param queues        of the device.
 * @param source        outer sources to accept.
 * @param allIcmpErrors send every kind of ICMP error into the device.
 * @param subnets       inner addresses behind this node; empty: not checked.
 * @param outer         what outer headers are like.
 */
record BridgePlan(
    BridgeMode mode,
    UnderlayKind underlay,
    Vtep local,
    String device,
    MacAddress mac,
    int mtu,
    int vni,
    List<IpPrefix> addresses,
    List<PeerSpec> peers,
    Map<MacAddress, Vtep> fdb,
    Set<Vtep> flood,
    Map<IpAddress, MacAddress> neighbors,
    boolean learning,
    TunOffload offload,
    PortRange sourcePorts,
    int threads,
    int queues,
    SourcePolicy source,
    boolean allIcmpErrors,
    List<IpPrefix> subnets,
    OuterPlan outer)
{
    /** @return true if the host must be told of addresses, neighbours or routes. */
    boolean configuresHost()
    {
        return !addresses.isEmpty() || !peers.isEmpty();
    }

    /** @return remotes of all kinds that are configured. */
    long remotes()
    {
        return allRemotes().distinct().count();
    }

    /** @return true if a remote or the group is IPv4. */
    boolean reachesIpv4()
    {
        return outer.group() != null && outer.group().isV4() ||
            allRemotes().anyMatch(remote -> remote.address().isV4());
    }

    private Stream<Vtep> allRemotes()
    {
        return Stream.of(
            peers.stream().map(PeerSpec::remote), fdb.values().stream(), flood.stream())
            .flatMap(remote -> remote);
    }

    /**
     * @param port the device.
     * @return settings of the engine, but for what carries datagrams, runs threads and hears of errors.
     */
    EngineContext engine(final Port port)
    {
        final EngineContext context = new EngineContext()
            .threadingMode(threads == 1 ? ThreadingMode.SHARED : ThreadingMode.SPLIT);
        return mode == BridgeMode.VXLAN ? context.segment(segment(port)) : context.ipNetwork(network(port));
    }

    private SegmentContext segment(final Port port)
    {
        final SegmentContext segment = new SegmentContext(vni)
            .port(port)
            .portMtu(mtu)
            .ownMac(mac)
            .learning(learning)
            .sourcePolicy(source)
            .outer(outer.context());
        if (outer.group() != null)
        {
            segment.group(outer.group());
        }
        fdb.forEach(segment::fdb);
        flood.forEach(segment::flood);
        neighbors.forEach(segment::neighbor);
        return segment;
    }

    private IpNetworkContext network(final Port port)
    {
        final IpNetworkContext network = new IpNetworkContext()
            .port(port)
            .sourcePolicy(source)
            .allIcmpErrors(allIcmpErrors)
            .outer(outer.context());
        addresses.stream().findFirst().ifPresent(first -> network.address(first.address()));
        peers.forEach(peer -> network.route(peer.subnet(), peer.remote()));
        subnets.forEach(network::local);
        return network;
    }
}
