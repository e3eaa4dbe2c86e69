// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.HostDelta;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import io.overlane.flannel.host.route.RouteKeeper;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** flannel's host-gw backend (peers share a link, so one route to each is enough) and its alloc backend (no routes). */
final class HostGatewayBackend implements Backend
{
    private final BackendHost host;
    private final BackendKind kind;
    /** By family, true for IPv4; empty for alloc. */
    private final Map<Boolean, PeerSelection> selections = new LinkedHashMap<>();
    private final RouteKeeper routes;

    /** True once all routes, blackholes included, have been set in the kernel. */
    private volatile boolean isSet;

    private volatile @Nullable Lease own;

    HostGatewayBackend(final BackendHost host, final BackendKind kind)
    {
        this.host = host;
        this.kind = kind;
        final ExternalInterface external = host.external();
        for (final boolean isV4 : new boolean[]{true, false})
        {
            if (kind == BackendKind.HOST_GW && external.isBehindNat(isV4))
            {
                throw new IllegalArgumentException("backend host-gw: the public address " + external.published(isV4) +
                    " must be an address of this host, such as " + external.address(isV4) + " of " + external.name() +
                    ", because peers route through it");
            }
        }
        if (kind == BackendKind.HOST_GW)
        {
            Stream.of(true, false).filter(isV4 -> host.network(isV4) != null).forEach(isV4 ->
                selections.put(isV4, selection(isV4)));
        }
        routes = new RouteKeeper(host.ip(), host.networks());
    }

    private PeerSelection selection(final boolean isV4)
    {
        return new PeerSelection(new PeerRules(host, isV4), lease -> peer(lease, isV4), isV4, host.leftOut());
    }

    @Override
    public LeaseAttributes attributes()
    {
        final ExternalInterface external = host.external();
        return new LeaseAttributes(
            external.publicIp() == null ? IpAddress.ANY_V4 : external.publicIp(),
            external.publicIpV6(),
            kind.leaseType(),
            null,
            null);
    }

    @Override
    public int containerMtu()
    {
        return host.external().mtu();
    }

    @Override
    public void open(final Lease lease)
    {
        own = lease;
        selections.forEach((isV4, selection) ->
        {
            selection.own(isV4 ? lease.subnet() : lease.subnetV6());
            selection.forget();
        });
        isSet = false;
    }

    @Override
    public boolean isIntact()
    {
        return own != null;
    }

    @Override
    public HostChanges update(final Collection<Lease> peers) throws IOException
    {
        final List<HostPlan.Peer> gone = new ArrayList<>();
        final List<HostPlan.Peer> fresh = new ArrayList<>();
        for (final PeerSelection selection : selections.values())
        {
            final PeerSelection.Difference difference = selection.look(peers);
            gone.addAll(difference.gone());
            fresh.addAll(difference.fresh());
        }
        return HostDelta.apply(host.ip(), plan(gone), plan(fresh), "");
    }

    @Override
    public HostChanges reconcile(final Collection<Lease> peers) throws IOException
    {
        selections.values().forEach(selection -> selection.look(peers));
        isSet = true;
        return routes.ensure(plan().routes());
    }

    private HostPlan plan(final List<HostPlan.Peer> peers)
    {
        return HostPlan.hostGateway(peers, host.external().name());
    }

    private HostPlan plan()
    {
        final List<HostPlan.Peer> peers = new ArrayList<>();
        selections.values().forEach(selection -> peers.addAll(selection.peers()));
        HostPlan wanted = plan(peers);
        final Lease lease = own;
        if (host.blackhole() && isSet && lease != null)
        {
            for (final IpPrefix subnet : subnets(lease))
            {
                wanted = wanted.with(KernelRoute.blackhole(subnet));
            }
        }
        return wanted;
    }

    private static List<IpPrefix> subnets(final Lease lease)
    {
        return Stream.of(lease.subnet(), lease.subnetV6()).filter(Objects::nonNull).toList();
    }

    @Override
    public List<HostPlan> plans()
    {
        return List.of(plan());
    }

    @Override
    public List<IpAddress> underlays()
    {
        return selections.values().stream().flatMap(selection -> selection.underlays().stream()).toList();
    }

    /** The backend alloc carries nothing, but all its leases are valid. */
    @Override
    public boolean reaches(final Lease peer)
    {
        return selections.isEmpty() ||
            selections.values().stream().anyMatch(selection -> selection.whyNot(peer) == null);
    }

    @Override
    public String explain(final Lease lease)
    {
        if (kind == BackendKind.ALLOC)
        {
            return "not reached: the backend alloc hands out subnets and carries nothing";
        }
        return selections.entrySet().stream()
            .map(family -> explain(lease, family.getKey(), family.getValue().whyNot(lease)))
            .collect(Collectors.joining("; "));
    }

    private String explain(final Lease lease, final boolean isV4, final @Nullable String whyNot)
    {
        if (whyNot != null)
        {
            return Backends.notReached(isV4, whyNot);
        }
        final HostPlan.Peer peer = Objects.requireNonNull(peer(lease, isV4));
        return peer.subnet() + " through " + peer.underlay() + " on " + host.external().name();
    }

    private HostPlan.@Nullable Peer peer(final Lease lease, final boolean isV4)
    {
        final IpPrefix subnet = isV4 ? lease.subnet() : lease.subnetV6();
        if (subnet == null)
        {
            return null;
        }
        Backends.requireType(lease.attributes(), kind);
        return new HostPlan.Peer(subnet, Backends.requireUnderlay(lease.attributes(), isV4), null);
    }

    /** The routes stay, so the kernel goes on forwarding packets. */
    @Override
    public void close()
    {
        own = null;
    }
}
