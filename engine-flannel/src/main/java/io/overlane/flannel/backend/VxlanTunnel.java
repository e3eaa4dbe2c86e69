// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.flannel.host.route.DirectPeers;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.HostDelta;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import io.overlane.flannel.host.route.NeighborKeeper;
import io.overlane.flannel.host.route.RouteKeeper;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.policy.SegmentContext;
import io.overlane.tun.TunKind;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The vxlan backend of one address family: {@code flannel.<VNI>} over IPv4, {@code flannel-v6.<VNI>} over IPv6. */
@SuppressWarnings("NullAway.Init") // open() sets the fields that are not set here.
final class VxlanTunnel implements AutoCloseable
{
    private final VxlanBackendConfig config;
    private final BackendHost host;
    private final boolean isV4;
    private final MacAddress mac;
    private final IpAddress local;
    private final IpPrefix network;
    private final String device;
    private final PeerSelection selection;
    private final NeighborKeeper neighbors;
    private final RouteKeeper routes;
    private volatile Map<IpAddress, String> direct = Map.of();
    private volatile @Nullable EngineTunnel tunnel;

    /** True once all routes and neighbours, the blackhole included, have been set in the kernel. */
    private volatile boolean isSet;

    private PeerEntries<MacAddress> fdb;
    private volatile IpPrefix subnet;

    VxlanTunnel(
        final VxlanBackendConfig config, final BackendHost host, final boolean isV4, final MacAddress mac)
    {
        this.config = config;
        this.host = host;
        this.isV4 = isV4;
        this.mac = mac;
        this.local = Objects.requireNonNull(isV4 ? host.external().address() : host.external().addressV6());
        this.network = Objects.requireNonNull(host.network(isV4));
        this.device = TunnelDevice.vxlanName(config.vni(), isV4);
        this.selection = new PeerSelection(new PeerRules(host, isV4), this::peer, isV4, host.leftOut());
        this.neighbors = new NeighborKeeper(host.ip(), device);
        this.routes = new RouteKeeper(host.ip(), List.of(network));
    }

    String data()
    {
        return new VxlanLeaseData(config.vni(), mac).toJson();
    }

    int mtu()
    {
        return config.deviceMtu(host.external().mtu(), isV4);
    }

    void open(final Lease own) throws IOException
    {
        subnet = Objects.requireNonNull(isV4 ? own.subnet() : own.subnetV6());
        selection.own(subnet);
        tunnel = EngineTunnel.open(
            new EngineTunnel.Plan(
                TunKind.TAP, device, mac, mtu(), address(), network, new Vtep(local, config.udpPort())),
            host,
            port -> new EngineContext().segment(
                new SegmentContext(config.vni()).port(port).portMtu(mtu()).ownMac(mac)));
        fdb = new PeerEntries<>(
            tunnel.engine().control(), (state, peer, remote) -> state.fdb(config.vni(), peer, remote));
        selection.forget();
        isSet = false;
    }

    private IpPrefix address()
    {
        final IpAddress base = subnet.base().address();
        return new IpPrefix(base, base.bits());
    }

    boolean isIntact()
    {
        return tunnel != null && tunnel.isIntact();
    }

    HostChanges update(final Collection<Lease> leases) throws IOException
    {
        final Map<IpAddress, String> directBefore = direct;
        final PeerSelection.Difference peers = selection.look(leases);
        if (config.directRouting())
        {
            // Failures of other entries are found by the next full comparison.
            final Set<IpAddress> asked = underlays(peers.fresh());
            final Map<IpAddress, String> known = new HashMap<>(directBefore);
            known.keySet().removeAll(asked);
            known.putAll(DirectPeers.find(host.ip(), asked));
            direct = Map.copyOf(known);
        }
        final Map<MacAddress, Vtep> wanted = entries(peers.fresh());
        final List<String> failures = fdb.put(wanted);
        final HostChanges changes = HostDelta.apply(
            host.ip(),
            HostPlan.vxlan(peers.gone(), device, directBefore),
            HostPlan.vxlan(peers.fresh(), device, direct),
            device);
        final Set<MacAddress> gone = new HashSet<>(entries(peers.gone()).keySet());
        gone.removeAll(wanted.keySet());
        fdb.remove(gone);
        return changes.and(new HostChanges(List.of(), List.of(), failures));
    }

    HostChanges reconcile(final Collection<Lease> leases) throws IOException
    {
        selection.look(leases);
        final List<HostPlan.Peer> peers = selection.peers();
        if (config.directRouting())
        {
            direct = Map.copyOf(DirectPeers.find(host.ip(), underlays(peers)));
        }
        TunnelDevice.ensureAddress(host.ip(), device, address(), network);
        isSet = true;
        final Map<MacAddress, Vtep> wanted = entries(peers);
        final List<String> failures = fdb.put(wanted);
        final HostChanges changes = plan().ensure(routes, neighbors);
        fdb.removeOthers(wanted);
        return changes.and(new HostChanges(List.of(), List.of(), failures));
    }

    private Map<MacAddress, Vtep> entries(final List<HostPlan.Peer> peers)
    {
        final Map<MacAddress, Vtep> entries = new HashMap<>();
        peers.forEach(peer -> entries.put(peer.mac(), new Vtep(peer.underlay(), config.udpPort())));
        return entries;
    }

    /** @return the engine by its device; empty while the tunnel is closed. */
    Map<String, OverlayEngine> engine()
    {
        final EngineTunnel open = tunnel;
        return open == null ? Map.of() : Map.of(device, open.engine());
    }

    /** @return the routes and neighbours set in the kernel. */
    HostPlan plan()
    {
        final HostPlan plan = HostPlan.vxlan(selection.peers(), device, direct);
        return host.blackhole() && isSet ? plan.with(KernelRoute.blackhole(subnet)) : plan;
    }

    List<IpAddress> underlays()
    {
        return selection.underlays();
    }

    boolean reaches(final Lease lease)
    {
        return selection.whyNot(lease) == null;
    }

    String explain(final Lease lease)
    {
        final String whyNot = selection.whyNot(lease);
        if (whyNot != null)
        {
            return Backends.notReached(isV4, whyNot);
        }
        final HostPlan.Peer peer = Objects.requireNonNull(peer(lease));
        final String link = direct.get(peer.underlay());
        return peer.subnet() + (link != null ?
            " directly through " + peer.underlay() + " on " + link :
            " through " + device + ", VNI " + config.vni() + ", to MAC " + peer.mac() + " at " +
                new Vtep(peer.underlay(), config.udpPort()));
    }

    private HostPlan.@Nullable Peer peer(final Lease lease)
    {
        final LeaseAttributes attributes = lease.attributes();
        final IpPrefix peerSubnet = isV4 ? lease.subnet() : lease.subnetV6();
        if (peerSubnet == null)
        {
            return null;
        }
        Backends.requireType(attributes, BackendKind.VXLAN);
        final VxlanLeaseData data = VxlanLeaseData.parse(attributes.backend(!isV4));
        if (!data.matches(config.vni()))
        {
            throw new IllegalArgumentException("its VNI is " + data.vni() + ", ours is " + config.vni());
        }
        if (data.vtepMac().equals(mac))
        {
            throw new IllegalArgumentException("it has our own VTEP MAC address " + mac);
        }
        return new HostPlan.Peer(peerSubnet, Backends.requireUnderlay(attributes, isV4), data.vtepMac());
    }

    private static Set<IpAddress> underlays(final List<HostPlan.Peer> peers)
    {
        final Set<IpAddress> underlays = new HashSet<>();
        peers.forEach(peer -> underlays.add(peer.underlay()));
        return underlays;
    }

    Optional<TunnelDescriptors> duplicate() throws IOException
    {
        final EngineTunnel open = tunnel;
        return open == null ? Optional.empty() : Optional.of(open.duplicate());
    }

    @Override
    public void close()
    {
        if (tunnel != null)
        {
            tunnel.close();
            tunnel = null;
        }
    }
}
