// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Printable;
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
import io.overlane.flannel.registry.LeaseSource;
import io.overlane.flannel.registry.LeaseWatches;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subnets assigned by Kubernetes: a node's subnets are its pod CIDRs, its annotations are what it publishes, and the
 * lease lasts as long as the Node object. Annotations of this node that somebody changes are written again.
 */
public final class KubeSubnetManager implements SubnetManager
{
    /** For Node objects that the API server lost: a kubelet registers its node again within a minute or so. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final KubeNodes nodes;
    private final NodeAnnotations annotations;
    private final Supplier<String> config;
    private final boolean setsNodeCondition;
    private final Consumer<String> notices;
    private final OwnNode own;
    private final Queue<LeaseWatches> watches = new ConcurrentLinkedQueue<>();
    private volatile @Nullable NetworkConfig network;
    private volatile boolean isReady;

    /** What was published last, as the caller wanted it and as it was with the wishes of users. */
    private @Nullable LeaseAttributes wanted;
    private @Nullable LeaseAttributes granted;

    /**
     * @param config            reads net-conf.json, once; fails with {@code RegistryException}.
     * @param setsNodeCondition whether to set the node's condition NetworkUnavailable.
     */
    public KubeSubnetManager(
        final KubeNodes nodes,
        final NodeAnnotations annotations,
        final Supplier<String> config,
        final boolean setsNodeCondition,
        final Consumer<String> notices)
    {
        this(nodes, annotations, config, setsNodeCondition, notices, System::nanoTime);
    }

    KubeSubnetManager(
        final KubeNodes nodes,
        final NodeAnnotations annotations,
        final Supplier<String> config,
        final boolean setsNodeCondition,
        final Consumer<String> notices,
        final LongSupplier nanoClock)
    {
        this.nodes = nodes;
        this.annotations = annotations;
        this.config = config;
        this.setsNodeCondition = setsNodeCondition;
        this.notices = Printable.lines(notices);
        this.own = new OwnNode(nodes, annotations, this.notices, nanoClock);
    }

    /** Ignores the settings for subnets, as flannel does with Kubernetes, and reads the configuration only once. */
    @Override
    public NetworkConfig networkConfig()
    {
        final NetworkConfig known = network;
        if (known != null)
        {
            return known;
        }
        try
        {
            final NetworkConfig read = NetworkConfig.parseNetworks(config.get());
            network = read;
            return read;
        }
        catch (final IllegalArgumentException ex)
        {
            throw new RegistryException(Kind.MALFORMED, "network configuration: " + ex.getMessage(), ex);
        }
    }

    @Override
    public @Nullable IpAddress nodePublicIp(final boolean v6)
    {
        final KubeNodes.Node node = nodes.own();
        try
        {
            return annotations.nodePublicIp(node.annotations(), v6);
        }
        catch (final IllegalArgumentException ex)
        {
            throw malformed(node, ex);
        }
    }

    @Override
    public @Nullable LeaseAttributes published(final @Nullable IpAddress publicIp)
    {
        try
        {
            final Lease lease = annotations.lease(nodes.own(), networkConfig());
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
    public synchronized Lease acquire(final LeaseAttributes attributes, final @Nullable SubnetKey previous)
    {
        final NetworkConfig known = networkConfig();
        final KubeNodes.Node node = nodes.own();
        if (node.podCidrs().isEmpty())
        {
            throw withoutPodCidr(node);
        }
        try
        {
            final SubnetKey key = NodeAnnotations.key(node.podCidrs(), known);
            requireInside(node, known.v4(), key == null ? null : key.v4(), "IPv4");
            requireInside(node, known.v6(), key == null ? null : key.v6(), "IPv6");
            // A caller that passes what was granted wants what it wanted then: a user's wish may be withdrawn.
            final LeaseAttributes asked = wanted != null && attributes.equals(granted) ? wanted : attributes;
            final Lease lease = annotations.lease(own.publish(node, asked), known);
            if (lease == null)
            {
                throw withoutPodCidr(node);
            }
            wanted = asked;
            granted = lease.attributes();
            if (isReady)
            {
                // Perhaps the node was created anew.
                setCondition();
            }
            return lease;
        }
        catch (final IllegalArgumentException ex)
        {
            throw malformed(node, ex);
        }
    }

    private static RegistryException withoutPodCidr(final KubeNodes.Node node)
    {
        return new RegistryException(Kind.NOT_FOUND, "node " + node.name() + " has no pod CIDR yet");
    }

    private static RegistryException malformed(final KubeNodes.Node node, final IllegalArgumentException cause)
    {
        return new RegistryException(Kind.MALFORMED, "node " + node.name() + ": " + cause.getMessage(), cause);
    }

    private static void requireInside(
        final KubeNodes.Node node,
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
            throw new IllegalArgumentException("no " + family + " pod CIDR in " + node.podCidrs());
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
    public Watch watchLeases(final @Nullable SubnetKey key, final LeaseListener listener)
    {
        return of(new NodeLeases(nodes, annotations, networkConfig(), key, notices)).others(key, listener);
    }

    /** Reports only the loss of the lease: what else changes is corrected here. */
    @Override
    public Watch watchLease(final SubnetKey key, final OwnLeaseListener listener)
    {
        return of(new OwnNodeLease(nodes, own, networkConfig())).own(key, new OwnLeaseListener()
        {
            @Override
            public void onWritten(final Lease lease)
            {
                // The annotations are the wanted ones again.
            }

            @Override
            public void onLost()
            {
                listener.onLost();
            }
        });
    }

    private LeaseWatches of(final LeaseSource source)
    {
        final LeaseWatches started = new LeaseWatches(source, GRACE, notices);
        watches.add(started);
        return started;
    }

    @Override
    public void ready()
    {
        isReady = true;
        setCondition();
    }

    private void setCondition()
    {
        if (setsNodeCondition)
        {
            own.available();
        }
    }

    @Override
    public void close()
    {
        watches.forEach(LeaseWatches::close);
    }
}
