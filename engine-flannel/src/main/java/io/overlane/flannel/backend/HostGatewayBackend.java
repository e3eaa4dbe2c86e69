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
import java.util.List;

/** flannel's host-gw backend: peers share a link, so a route to each is enough. Its alloc backend: not even that. */
final class HostGatewayBackend implements Backend
{
    private final BackendHost host;
    private final BackendKind kind;
    private final PeerSelection selectionV4;
    private final PeerSelection selectionV6;
    private final RouteKeeper routes;
    private volatile HostPlan plan = HostPlan.NONE;
    private Lease own;

    /**
     * @param host of the node.
     * @param kind {@code HOST_GW} or {@code ALLOC}.
     */
    HostGatewayBackend(final BackendHost host, final BackendKind kind)
    {
        this.host = host;
        this.kind = kind;
        final ExternalInterface external = host.external();
        if (kind == BackendKind.HOST_GW && external.isBehindNat())
        {
            throw new IllegalArgumentException("backend host-gw: the public address " + external.publicIp() +
                " is not the address " + external.address() + " of " + external.name() +
                ", and peers route through it");
        }
        selectionV4 = selection(true);
        selectionV6 = selection(false);
        routes = new RouteKeeper(host.ip(), host.networks());
    }

    private PeerSelection selection(final boolean isV4)
    {
        return host.network(isV4) == null ? null :
            new PeerSelection(new OwnGround(host, isV4), lease -> peer(lease, isV4), host.notices());
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
        plan = HostPlan.NONE;
        if (selectionV4 != null)
        {
            selectionV4.own(own.subnet());
        }
        if (selectionV6 != null)
        {
            selectionV6.own(own.subnetV6());
        }
    }

    @Override
    public boolean isIntact()
    {
        return own != null;
    }

    @Override
    public HostChanges update(final Collection<Lease> peers) throws IOException
    {
        final HostPlan before = plan;
        plan = wanted(peers);
        return HostDelta.apply(host.ip(), before, plan, "");
    }

    @Override
    public HostChanges reconcile(final Collection<Lease> peers) throws IOException
    {
        plan = wanted(peers);
        return routes.ensure(plan.routes());
    }

    private HostPlan wanted(final Collection<Lease> leases)
    {
        final List<HostPlan.Peer> peers = new ArrayList<>();
        if (kind == BackendKind.HOST_GW)
        {
            if (selectionV4 != null)
            {
                peers.addAll(selectionV4.of(leases));
            }
            if (selectionV6 != null)
            {
                peers.addAll(selectionV6.of(leases));
            }
        }
        HostPlan wanted = HostPlan.hostGateway(peers, host.external().name());
        if (host.blackhole() && own.subnet() != null)
        {
            wanted = wanted.with(KernelRoute.blackhole(own.subnet()));
        }
        if (host.blackhole() && own.subnetV6() != null)
        {
            wanted = wanted.with(KernelRoute.blackhole(own.subnetV6()));
        }
        return wanted;
    }

    @Override
    public List<HostPlan> plans()
    {
        return List.of(plan);
    }

    @Override
    public String explain(final Lease lease)
    {
        if (kind == BackendKind.ALLOC)
        {
            return "not reached: the backend alloc hands out subnets and carries nothing";
        }
        final String whyNot = (selectionV4 == null ? selectionV6 : selectionV4).whyNot(lease);
        return whyNot != null ? "not reached: " + whyNot :
            lease.key() + " through " + lease.attributes().publicIp() + " on " + host.external().name();
    }

    private HostPlan.Peer peer(final Lease lease, final boolean isV4)
    {
        final IpPrefix subnet = isV4 ? lease.subnet() : lease.subnetV6();
        if (subnet == null)
        {
            return null;
        }
        Backends.requireType(lease.attributes(), kind);
        return new HostPlan.Peer(subnet, Backends.requireUnderlay(lease.attributes(), isV4), null);
    }

    /** The routes stay: packets go on without us. */
    @Override
    public void close()
    {
        own = null;
    }
}
