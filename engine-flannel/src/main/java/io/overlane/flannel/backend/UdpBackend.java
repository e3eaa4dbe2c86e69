// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import io.overlane.flannel.host.route.RouteKeeper;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.policy.IpNetworkContext;
import io.overlane.tun.TunKind;
import io.overlane.tun.host.UnderlayMtu;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * flannel's udp backend on this engine: the kernel routes the whole network to {@code flannel0}, and the engine finds
 * the peer. Only datagrams from peers are accepted; flannel accepts them from anybody.
 */
@SuppressWarnings("NullAway.Init") // open() sets the fields that are not set here.
final class UdpBackend implements Backend
{
    /** flannel's default. */
    private static final int DEFAULT_UDP_PORT = 8285;
    private static final String DEVICE = TunnelDevice.UDP_NAME;

    private final BackendHost host;
    private final int udpPort;
    private final IpPrefix network;
    private final PeerSelection selection;
    private final RouteKeeper routes;
    private volatile HostPlan plan = HostPlan.NONE;
    private volatile @Nullable EngineTunnel tunnel;
    private PeerEntries<IpPrefix> remotes;
    private IpPrefix subnet;

    UdpBackend(final BackendHost host)
    {
        this.host = host;
        udpPort = udpPort(host.network().backendSection());
        final IpPrefix v4 = host.network(true);
        if (host.network().v6() != null || v4 == null)
        {
            throw new IllegalArgumentException(
                "backend udp carries IPv4 only: set EnableIPv4 to true and EnableIPv6 to false");
        }
        network = v4;
        selection = new PeerSelection(new PeerRules(host, true), this::peer, true, host.leftOut());
        routes = new RouteKeeper(host.ip(), List.of(network));
    }

    /** The port of every node; leases of this backend have neither type nor data. */
    static int udpPort(final JsonObject section)
    {
        return VxlanBackendConfig.inRange(section, "Port", DEFAULT_UDP_PORT, 1, 65_535);
    }

    @Override
    public LeaseAttributes attributes()
    {
        return LeaseAttributes.ofV4(
            Objects.requireNonNull(host.external().publicIp()), BackendKind.UDP.leaseType(), null);
    }

    @Override
    public int containerMtu()
    {
        return host.external().mtu() - UnderlayMtu.IP_UDP_OVER_IPV4;
    }

    @Override
    public void open(final Lease own) throws IOException
    {
        subnet = Objects.requireNonNull(own.subnet());
        selection.own(subnet);
        tunnel = EngineTunnel.open(
            new EngineTunnel.Plan(
                TunKind.TUN, DEVICE, null, containerMtu(), address(), network,
                new Vtep(Objects.requireNonNull(host.external().address()), udpPort)),
            host,
            port -> new EngineContext().ipNetwork(
                new IpNetworkContext().port(port).address(address().address()).local(subnet)));
        remotes = new PeerEntries<>(tunnel.engine().control(), DesiredState::route);
        selection.forget();
        plan = HostPlan.NONE;
    }

    private IpPrefix address()
    {
        final IpAddress base = subnet.base().address();
        return new IpPrefix(base, base.bits());
    }

    @Override
    public boolean isIntact()
    {
        return tunnel != null && tunnel.isIntact();
    }

    /** Changed peers change only the engine's table; the first call also sets the kernel's route. */
    @Override
    public HostChanges update(final Collection<Lease> leases) throws IOException
    {
        if (plan.routes().isEmpty())
        {
            return reconcile(leases);
        }
        final PeerSelection.Difference peers = selection.look(leases);
        final Map<IpPrefix, Vtep> wanted = entries(peers.fresh());
        final List<String> failures = remotes.put(wanted);
        final Set<IpPrefix> gone = new HashSet<>(entries(peers.gone()).keySet());
        gone.removeAll(wanted.keySet());
        remotes.remove(gone);
        return new HostChanges(List.of(), List.of(), failures);
    }

    @Override
    public HostChanges reconcile(final Collection<Lease> leases) throws IOException
    {
        selection.look(leases);
        final Map<IpPrefix, Vtep> wanted = entries(selection.peers());
        final List<String> failures = remotes.put(wanted);
        remotes.removeOthers(wanted);
        TunnelDevice.ensureAddress(host.ip(), DEVICE, address(), network);
        final HostPlan whole = HostPlan.udp(network, DEVICE);
        plan = host.blackhole() ? whole.with(KernelRoute.blackhole(subnet)) : whole;
        return routes.ensure(plan.routes()).and(new HostChanges(List.of(), List.of(), failures));
    }

    private Map<IpPrefix, Vtep> entries(final List<HostPlan.Peer> peers)
    {
        final Map<IpPrefix, Vtep> entries = new HashMap<>();
        peers.forEach(peer -> entries.put(peer.subnet().base(), new Vtep(peer.underlay(), udpPort)));
        return entries;
    }

    @Override
    public List<HostPlan> plans()
    {
        return List.of(plan);
    }

    @Override
    public Map<String, OverlayEngine> engines()
    {
        final EngineTunnel open = tunnel;
        return open == null ? Map.of() : Map.of(DEVICE, open.engine());
    }

    @Override
    public List<IpAddress> underlays()
    {
        return selection.underlays();
    }

    @Override
    public boolean reaches(final Lease peer)
    {
        return selection.whyNot(peer) == null;
    }

    @Override
    public String explain(final Lease lease)
    {
        final String whyNot = selection.whyNot(lease);
        return whyNot != null ? Backends.notReached(true, whyNot) :
            lease.subnet() + " through " + DEVICE + " to " +
                new Vtep(lease.attributes().publicIp(), udpPort);
    }

    private HostPlan.@Nullable Peer peer(final Lease lease)
    {
        final IpPrefix peerSubnet = lease.subnet();
        if (peerSubnet == null)
        {
            return null;
        }
        Backends.requireType(lease.attributes(), BackendKind.UDP);
        return new HostPlan.Peer(peerSubnet, Backends.requireUnderlay(lease.attributes(), true), null);
    }

    @Override
    public List<TunnelDescriptors> duplicate() throws IOException
    {
        final EngineTunnel open = tunnel;
        return open == null ? List.of() : List.of(open.duplicate());
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
