// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager;
import io.overlane.flannel.lease.SubnetRange;
import io.overlane.flannel.registry.LeaseWatches;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subnets assigned by Kubernetes: a node's subnets are its pod CIDRs, its annotations are what it publishes, and the
 * lease lasts as long as the Node object.
 */
public final class KubeSubnetManager implements SubnetManager
{
    private final KubeNodes nodes;
    private final NodeAnnotations annotations;
    private final Supplier<String> config;
    private final boolean setsNodeCondition;
    private final NodeLeases leases;
    private final LeaseWatches watches;

    /**
     * @param config            reads net-conf.json; fails with {@code RegistryException}.
     * @param setsNodeCondition whether to set the node's condition NetworkUnavailable.
     */
    public KubeSubnetManager(
        final KubeNodes nodes,
        final NodeAnnotations annotations,
        final Supplier<String> config,
        final boolean setsNodeCondition,
        final Consumer<String> notices)
    {
        this.nodes = nodes;
        this.annotations = annotations;
        this.config = config;
        this.setsNodeCondition = setsNodeCondition;
        this.leases = new NodeLeases(nodes, annotations, notices);
        this.watches = new LeaseWatches(leases, notices);
    }

    /** Ignores the settings for subnets, as flannel does with Kubernetes. */
    @Override
    public NetworkConfig networkConfig()
    {
        try
        {
            return NetworkConfig.parseNetworks(config.get());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "network configuration: " + ex.getMessage(), ex);
        }
    }

    @Override
    public @Nullable LeaseAttributes published(final @Nullable IpAddress publicIp)
    {
        try
        {
            final Lease lease = leases.lease(nodes.own());
            return lease == null ? null : lease.attributes();
        }
        catch (final IllegalArgumentException ex)
        {
            // Annotations that cannot be parsed are written anew.
            return null;
        }
    }

    /** Ignores the previous subnet: Kubernetes assigns it. */
    @Override
    public Lease acquire(final LeaseAttributes attributes, final @Nullable SubnetKey previous)
    {
        final NetworkConfig network = networkConfig();
        KubeNodes.Node own = nodes.own();
        if (own.podCidrs().isEmpty())
        {
            throw new RegistryException(Kind.NOT_FOUND, "node " + own.name() + " has no pod CIDR yet");
        }
        try
        {
            final SubnetKey key = Objects.requireNonNull(NodeAnnotations.key(own.podCidrs()));
            requireInside(own, network.v4(), key.v4(), "IPv4");
            requireInside(own, network.v6(), key.v6(), "IPv6");
            final Map<String, String> missing = annotations.write(attributes, own.annotations());
            if (!missing.isEmpty())
            {
                own = nodes.annotate(missing);
            }
            return Objects.requireNonNull(leases.lease(own));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "node " + own.name() + ": " + ex.getMessage(), ex);
        }
    }

    private static void requireInside(
        final KubeNodes.Node own,
        final @Nullable SubnetRange range,
        final @Nullable IpPrefix podCidr,
        final String family)
    {
        if (range == null)
        {
            return;
        }
        if (podCidr == null)
        {
            throw new IllegalArgumentException("no " + family + " pod CIDR in " + own.podCidrs());
        }
        if (podCidr.length() < range.network().length() || !range.network().contains(podCidr.address()))
        {
            throw new IllegalArgumentException("pod CIDR " + podCidr + " is outside the network " + range.network());
        }
    }

    /** A lease without end needs no renewal; this only publishes changed attributes. */
    @Override
    public Lease renew(final Lease lease)
    {
        return acquire(lease.attributes(), lease.key());
    }

    @Override
    public Watch watchLeases(final @Nullable SubnetKey own, final LeaseListener listener)
    {
        return watches.others(own, listener);
    }

    /** Reports only changes of what this node publishes: the kubelet writes the node every few minutes. */
    @Override
    public Watch watchLease(final SubnetKey own, final OwnLeaseListener listener)
    {
        return watches.own(own, new OwnLeaseListener()
        {
            private @Nullable Lease last;

            @Override
            public void onWritten(final Lease lease)
            {
                if (last == null || !last.sameForPeers(lease))
                {
                    last = lease;
                    listener.onWritten(lease);
                }
            }

            @Override
            public void onLost()
            {
                last = null;
                listener.onLost();
            }
        });
    }

    @Override
    public void ready()
    {
        if (setsNodeCondition)
        {
            nodes.setNetworkAvailable();
        }
    }

    @Override
    public void close()
    {
        watches.close();
    }
}
