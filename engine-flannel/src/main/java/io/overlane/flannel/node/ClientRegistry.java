// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetRange;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.LeaseSnapshot;
import io.overlane.flannel.registry.Registry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The registry for a client, which reaches containers but has none. Peers need a route back, so a client needs a lease
 * too: four addresses from the part of the network before SubnetMin, which flannel never assigns. flannel nodes take it
 * for the lease of a very small node. IPv4 only.
 */
final class ClientRegistry implements Registry
{
    private static final int LENGTH = 30;

    /** A client needs these before SubnetMin: four at the start, which are not assigned, and its own four. */
    private static final int LEAST_ADDRESSES = 8;

    private final Registry registry;

    ClientRegistry(final Registry registry)
    {
        this.registry = registry;
    }

    /** @return the configuration with the part between the network's start and SubnetMin as its range. */
    @Override
    public String config()
    {
        final String json = registry.config();
        final NetworkConfig config;
        try
        {
            config = NetworkConfig.parse(json);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "network configuration: " + ex.getMessage(), ex);
        }
        final SubnetRange range = config.v4();
        if (range == null || range.min().low() - range.network().base().address().low() < LEAST_ADDRESSES)
        {
            throw new RegistryException(Kind.REFUSED, "--client: the network has no addresses before " +
                (range == null ? "its subnets" : "SubnetMin=" + range.min()) + " for clients");
        }
        final long base = range.network().base().address().low();
        final JsonBuilder client = new JsonBuilder().begin()
            .text("Network", range.network().toString())
            .number("SubnetLen", LENGTH)
            .text("SubnetMin", new IpAddress(range.min().high(), base + 4).toString())
            .text("SubnetMax", new IpPrefix(
                new IpAddress(range.min().high(), range.min().low() - 1), LENGTH).base().address().toString())
            .raw("EnableNFTables", Boolean.toString(config.enableNfTables()));
        return (config.backend() == null ? client : client.raw("Backend", config.backend())).end().toString();
    }

    @Override
    public LeaseSnapshot leases()
    {
        return registry.leases();
    }

    @Override
    public LeaseSnapshot lease(final SubnetKey key)
    {
        return registry.lease(key);
    }

    @Override
    public @Nullable Lease find(final SubnetKey key)
    {
        return registry.find(key);
    }

    @Override
    public Lease create(
        final SubnetKey key, final LeaseAttributes attributes, final Duration timeToLive, final long revision)
    {
        return registry.create(key, attributes, timeToLive, revision);
    }

    @Override
    public Lease update(final Lease lease, final LeaseAttributes attributes, final Duration timeToLive)
    {
        return registry.update(lease, attributes, timeToLive);
    }

    @Override
    public Lease prolong(final Lease lease, final Duration timeToLive)
    {
        return registry.prolong(lease, timeToLive);
    }

    /** Refuses to delete a node's lease: one with this machine's address that is not a client's. */
    @Override
    public void delete(final Lease lease)
    {
        if (NetworkConfig.parse(registry.config()).fits(lease.key()))
        {
            throw new RegistryException(Kind.REFUSED, "--client: " + lease.attributes().publicIp() +
                " is a node with the subnet " + lease.key() + " already; a node cannot be a client too");
        }
        registry.delete(lease);
    }

    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        return registry.changes(key, revision);
    }
}
