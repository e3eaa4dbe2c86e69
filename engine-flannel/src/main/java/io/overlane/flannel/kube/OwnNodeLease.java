// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.LeaseSnapshot;
import io.overlane.flannel.registry.LeaseSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * This node's object as a lease, for one watch. The lease is gone if the node was deleted or has other subnets; its
 * annotations do not matter, because {@link OwnNode} corrects them.
 */
final class OwnNodeLease implements LeaseSource
{
    private final KubeNodes nodes;
    private final OwnNode own;
    private final NetworkConfig network;

    OwnNodeLease(final KubeNodes nodes, final OwnNode own, final NetworkConfig network)
    {
        this.nodes = nodes;
        this.own = own;
        this.network = network;
    }

    @Override
    public LeaseSnapshot leases()
    {
        final KubeNodes.Snapshot snapshot = nodes.list(true);
        if (snapshot.nodes().isEmpty())
        {
            own.gone();
            return new LeaseSnapshot(List.of(), snapshot.revision(), "");
        }
        final KubeNodes.Node node = snapshot.nodes().get(0);
        own.take(node);
        final Lease lease = lease(node);
        return new LeaseSnapshot(lease == null ? List.of() : List.of(lease), snapshot.revision(), "");
    }

    private @Nullable Lease lease(final KubeNodes.Node node)
    {
        try
        {
            final SubnetKey key = NodeAnnotations.key(node.podCidrs(), network);
            final LeaseAttributes published = own.published();
            return key == null || published == null ? null : new Lease(key, published, null, true, node.revision());
        }
        catch (final IllegalArgumentException ex)
        {
            return null;
        }
    }

    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        return new Stream(nodes.watch(true, revision - 1), Objects.requireNonNull(key));
    }

    /** The states of the node as those of its lease. */
    private final class Stream implements ChangeStream
    {
        private final KubeNodes.Changes changes;
        private final SubnetKey key;

        Stream(final KubeNodes.Changes changes, final SubnetKey key)
        {
            this.changes = changes;
            this.key = key;
        }

        @Override
        public void await(final ChangeListener listener)
        {
            final KubeNodes.Change change = changes.next();
            if (change != null)
            {
                accept(change, listener);
            }
            own.attend();
        }

        private void accept(final KubeNodes.Change change, final ChangeListener listener)
        {
            if (change.kind() == KubeNodes.ChangeKind.DELETED)
            {
                own.gone();
                listener.onRemove(key);
            }
            else if (change.kind() == KubeNodes.ChangeKind.PRESENT)
            {
                own.follow(change.node());
                final Lease lease = lease(change.node());
                if (lease == null || !lease.key().equals(key))
                {
                    listener.onRemove(key);
                }
            }
        }

        @Override
        public void close()
        {
            changes.close();
        }
    }
}
