// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.flannel.host.route.HostChanges;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.tun.host.NodeIdentity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** flannel's vxlan backend on this engine, with one tunnel per address family over an underlay of the same family. */
final class VxlanBackend implements Backend
{
    private final BackendHost host;
    private final @Nullable VxlanTunnel v4;
    private final @Nullable VxlanTunnel v6;
    private final List<VxlanTunnel> tunnels = new ArrayList<>();
    private final int configuredMtu;

    VxlanBackend(final BackendHost host, final NodeIdentity identity, final @Nullable LeaseAttributes published)
    {
        this.host = host;
        final VxlanBackendConfig config = VxlanBackendConfig.parse(host.network().backendSection());
        configuredMtu = config.mtu();
        v4 = host.network().v4() == null ? null : tunnel(config, identity, published, true);
        v6 = host.network().v6() == null ? null : tunnel(config, identity, published, false);
        if (v4 != null)
        {
            tunnels.add(v4);
        }
        if (v6 != null)
        {
            tunnels.add(v6);
        }
    }

    private VxlanTunnel tunnel(
        final VxlanBackendConfig config,
        final NodeIdentity identity,
        final @Nullable LeaseAttributes published,
        final boolean isV4)
    {
        final ExternalInterface external = host.external();
        final IpAddress underlay = Objects.requireNonNull(isV4 ? external.publicIp() : external.publicIpV6());
        return new VxlanTunnel(config, host, isV4, choose(
            published(published, isV4), identity, TunnelDevice.vxlanName(config.vni(), isV4), underlay, config.vni()));
    }

    /**
     * Choose the MAC address of this node's VTEP. Peers keep permanent entries for it, so it must stay the same after a
     * restart: it is the address that the node has published, or one derived from the node's identity.
     */
    static MacAddress choose(
        final Optional<VxlanLeaseData> published,
        final NodeIdentity identity,
        final String device,
        final IpAddress underlay,
        final int vni)
    {
        return published
            .filter(data -> data.matches(vni))
            .map(VxlanLeaseData::vtepMac)
            .orElseGet(() -> identity.mac(device, underlay, vni));
    }

    /** Data of another backend, and data that cannot be parsed, count as nothing published. */
    private static Optional<VxlanLeaseData> published(
        final @Nullable LeaseAttributes published, final boolean isV4)
    {
        if (published == null || (isV4 ? published.backendData() : published.backendV6Data()) == null)
        {
            return Optional.empty();
        }
        try
        {
            Backends.requireType(published, BackendKind.VXLAN);
            return Optional.of(VxlanLeaseData.parse(published.backend(!isV4)));
        }
        catch (final IllegalArgumentException ex)
        {
            return Optional.empty();
        }
    }

    @Override
    public LeaseAttributes attributes()
    {
        return new LeaseAttributes(
            v4 == null ? IpAddress.ANY_V4 : Objects.requireNonNull(host.external().publicIp()),
            host.external().publicIpV6(),
            BackendKind.VXLAN.leaseType(),
            v4 == null ? null : v4.data(),
            v6 == null ? null : v6.data());
    }

    /** The smaller of the two families, as a container has one MTU for both. */
    @Override
    public int containerMtu()
    {
        return tunnels.stream().mapToInt(VxlanTunnel::mtu).min().orElseThrow();
    }

    @Override
    public void open(final Lease own) throws IOException
    {
        try
        {
            for (final VxlanTunnel tunnel : tunnels)
            {
                tunnel.open(own);
            }
        }
        catch (final IOException | RuntimeException ex)
        {
            close();
            throw ex;
        }
    }

    @Override
    public boolean isIntact()
    {
        return tunnels.stream().allMatch(VxlanTunnel::isIntact);
    }

    @Override
    public HostChanges update(final Collection<Lease> peers) throws IOException
    {
        HostChanges changes = HostChanges.NONE;
        for (final VxlanTunnel tunnel : tunnels)
        {
            changes = changes.and(tunnel.update(peers));
        }
        return changes;
    }

    @Override
    public HostChanges reconcile(final Collection<Lease> peers) throws IOException
    {
        HostChanges changes = HostChanges.NONE;
        for (final VxlanTunnel tunnel : tunnels)
        {
            changes = changes.and(tunnel.reconcile(peers));
        }
        return changes;
    }

    @Override
    public List<HostPlan> plans()
    {
        return tunnels.stream().map(VxlanTunnel::plan).toList();
    }

    @Override
    public Map<String, OverlayEngine> engines()
    {
        final Map<String, OverlayEngine> engines = new LinkedHashMap<>();
        tunnels.forEach(tunnel -> engines.putAll(tunnel.engine()));
        return engines;
    }

    @Override
    public boolean hasSegments()
    {
        return true;
    }

    @Override
    public List<IpAddress> underlays()
    {
        return tunnels.stream().flatMap(tunnel -> tunnel.underlays().stream()).toList();
    }

    @Override
    public boolean reaches(final Lease peer)
    {
        return tunnels.stream().anyMatch(tunnel -> tunnel.reaches(peer));
    }

    @Override
    public int configuredMtu()
    {
        return configuredMtu;
    }

    @Override
    public String explain(final Lease peer)
    {
        return tunnels.stream().map(tunnel -> tunnel.explain(peer)).collect(Collectors.joining("; "));
    }

    @Override
    public List<TunnelDescriptors> duplicate() throws IOException
    {
        final List<TunnelDescriptors> all = new ArrayList<>();
        try
        {
            for (final VxlanTunnel tunnel : tunnels)
            {
                tunnel.duplicate().ifPresent(all::add);
            }
            return all;
        }
        catch (final IOException | RuntimeException ex)
        {
            all.forEach(TunnelDescriptors::close);
            throw ex;
        }
    }

    @Override
    public void close()
    {
        tunnels.forEach(VxlanTunnel::close);
    }
}
