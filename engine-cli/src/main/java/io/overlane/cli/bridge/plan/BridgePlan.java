// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.host.HostEntry;
import io.overlane.control.DesiredState;
import io.overlane.ebpf.FastPathMode;
import io.overlane.engine.EngineContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.Port;
import io.overlane.port.VlanRules;
import io.overlane.routing.Gateway;
import io.overlane.tun.TunOffload;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All settings of a bridge, checked and complete; nothing is open yet. {@link BridgePlanner} makes it.
 *
 * @param mode          what is carried.
 * @param underlay      implementation of the socket.
 * @param local         address and port to bind.
 * @param device        name of the device to create.
 * @param mac           of the device; null in the IP mode.
 * @param mtu           IP MTU of the device, in bytes.
 * @param vni           of the segment; 0 in the IP mode.
 * @param vlan          tag of the segment's frames on the device; null if the segment has all frames, or on a shared
 *                      device those without a tag.
 * @param vlanRules     what is done with the frames of the VLAN.
 * @param addresses     of the device.
 * @param peers         other nodes.
 * @param fdb           remotes by MAC address, those of peers included.
 * @param flood         remotes that get copies of flooded frames.
 * @param neighbors     inner addresses to answer for.
 * @param gateways      addresses of the segment's gateway; empty if it has none.
 * @param context       routing context of the segment.
 * @param offload       of the device; with NONE, the socket does not join or cut datagrams either.
 * @param sourcePorts   ports to send from; null for the bound port.
 * @param threads       1 for both directions, or 2, in each queue.
 * @param queues        of the device.
 * @param source        outer sources to accept in the IP mode.
 * @param allIcmpErrors whether to send every kind of ICMP error into the device.
 * @param subnets       inner addresses behind this node; if empty, they are not checked.
 * @param rules         of the segment, those that were given; in the IP mode only rules for outer headers.
 * @param checksum      whether to send UDP checksums.
 * @param multicastDevice interface of the groups; null if the system chooses it.
 * @param napNs         how long frames may gather, in nanoseconds; a setting of the whole engine.
 * @param maxSegments   most segments at a time; a setting of the whole engine.
 * @param fastPath      whether the kernel carries frames; a setting of the whole engine.
 */
public record BridgePlan(
    BridgeMode mode,
    UnderlayKind underlay,
    Vtep local,
    String device,
    @Nullable MacAddress mac,
    int mtu,
    int vni,
    @Nullable VlanSpec vlan,
    VlanRules vlanRules,
    List<IpPrefix> addresses,
    List<PeerSpec> peers,
    Map<MacAddress, Vtep> fdb,
    Set<Vtep> flood,
    Map<IpAddress, MacAddress> neighbors,
    List<IpPrefix> gateways,
    String context,
    TunOffload offload,
    @Nullable PortRange sourcePorts,
    int threads,
    int queues,
    SourcePolicy source,
    boolean allIcmpErrors,
    List<IpPrefix> subnets,
    Map<SegmentRule, String> rules,
    boolean checksum,
    @Nullable String multicastDevice,
    long napNs,
    int maxSegments,
    FastPathMode fastPath)
{
    /** @return the host's entries: addresses of the device, then a neighbour and a route for each peer. */
    public List<HostEntry> hostEntries()
    {
        final List<HostEntry> entries = new ArrayList<>();
        addresses.forEach(address -> entries.add(new HostEntry.Address(device, address)));
        for (final PeerSpec peer : peers)
        {
            if (peer.gateway() != null && peer.mac() != null)
            {
                entries.add(new HostEntry.Neighbor(device, peer.gateway(), peer.mac()));
            }
            entries.add(new HostEntry.Route(device, peer.subnet(), peer.gateway()));
        }
        return entries;
    }

    /** @return true if its segment accepts datagrams from any source. */
    public boolean isOpenToAll()
    {
        return (mode == BridgeMode.VXLAN ? policy().sourcePolicy() : source) == SourcePolicy.ANY;
    }

    /** @return true if the engine routes packets of the segment's stations. */
    public boolean isGateway()
    {
        return !gateways.isEmpty();
    }

    /** @return number of configured remotes. */
    public long remotes()
    {
        return allRemotes().distinct().count();
    }

    /** @return what the segment does with frames. */
    public SegmentPolicy policy()
    {
        return policy(rules);
    }

    /** The defaults with some rules changed. */
    static SegmentPolicy policy(final Map<SegmentRule, String> rules)
    {
        final SegmentPolicy policy = new SegmentPolicy();
        rules.forEach((rule, text) -> rule.set(policy, text));
        return policy;
    }

    /** @return true if a remote or a group is IPv4. */
    boolean reachesIpv4()
    {
        return policy().groups().stream().anyMatch(IpAddress::isV4) ||
            allRemotes().anyMatch(remote -> remote.address().isV4());
    }

    private Stream<Vtep> allRemotes()
    {
        return Stream.of(
            peers.stream().map(PeerSpec::remote), fdb.values().stream(), flood.stream())
            .flatMap(remote -> remote);
    }

    /**
     * @param other plan of another segment, or of this one.
     * @return true if both have the same frames of the same device.
     */
    public boolean isSamePlace(final BridgePlan other)
    {
        return device.equals(other.device) && Objects.equals(vlan, other.vlan);
    }

    /** @return the threading mode of the engine. */
    public ThreadingMode threadingMode()
    {
        return threads == 1 ? ThreadingMode.SHARED : ThreadingMode.SPLIT;
    }

    /**
     * @param context gets this plan's segment or network.
     * @param port    of the device.
     */
    public void addTo(final EngineContext context, final Port port)
    {
        if (mode == BridgeMode.VXLAN)
        {
            context.segment(segment(port));
        }
        else
        {
            context.ipNetwork(network(port));
        }
    }

    /**
     * @param state gets the table entries of this plan.
     */
    public void addTo(final DesiredState state)
    {
        fdb.forEach((mac, remote) -> state.fdb(vni, mac, remote));
        flood.forEach(remote -> state.flood(vni, remote));
        neighbors.forEach((address, mac) -> state.neighbor(vni, address, mac));
        if (isGateway())
        {
            state.gateway(vni, new Gateway(context, new LinkedHashSet<>(gateways), 0));
        }
        if (mode == BridgeMode.IP_UDP)
        {
            peers.forEach(peer -> state.route(peer.subnet(), peer.remote()));
        }
    }

    /**
     * @param port of the device.
     * @return settings of a segment with empty tables.
     */
    public SegmentContext segment(final Port port)
    {
        final SegmentContext segment = new SegmentContext(vni)
            .port(port)
            .portMtu(mtu)
            .ownMac(Objects.requireNonNull(mac));
        segment.policy().set(policy());
        return segment;
    }

    private IpNetworkContext network(final Port port)
    {
        final IpNetworkContext network = new IpNetworkContext()
            .port(port)
            .sourcePolicy(source)
            .allIcmpErrors(allIcmpErrors)
            .outer(policy().outer());
        addresses.stream().findFirst().ifPresent(first -> network.address(first.address()));
        subnets.forEach(network::local);
        return network;
    }
}
