// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.LeaseSnapshot;
import io.overlane.flannel.registry.LeaseSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Node objects as leases. */
final class NodeLeases implements LeaseSource
{
    private final KubeNodes nodes;
    private final NodeAnnotations annotations;
    private final Consumer<String> notices;

    NodeLeases(final KubeNodes nodes, final NodeAnnotations annotations, final Consumer<String> notices)
    {
        this.nodes = nodes;
        this.annotations = annotations;
        this.notices = notices;
    }

    /** @return the lease of a node; null if it has none. */
    @Nullable Lease lease(final KubeNodes.Node node)
    {
        final Lease lease = annotations.lease(node.annotations(), node.podCidrs());
        return lease == null ? null : new Lease(lease.key(), lease.attributes(), null, true, node.revision());
    }

    private void sayUnreadable(final KubeNodes.Node node, final IllegalArgumentException why)
    {
        notices.accept("node " + node.name() + ": " + why.getMessage() + "; skipped");
    }

    @Override
    public LeaseSnapshot leases()
    {
        final KubeNodes.Snapshot snapshot = nodes.list();
        final List<Lease> leases = new ArrayList<>();
        for (final KubeNodes.Node node : snapshot.nodes())
        {
            try
            {
                final Lease lease = lease(node);
                if (lease != null)
                {
                    leases.add(lease);
                }
            }
            catch (final IllegalArgumentException ex)
            {
                sayUnreadable(node, ex);
            }
        }
        return new LeaseSnapshot(leases, snapshot.revision());
    }

    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        return new Stream(nodes.watch(revision - 1), key, revision);
    }

    /** The nodes of a watch as changes of leases. */
    private final class Stream implements ChangeStream
    {
        private final KubeNodes.Changes changes;
        private final @Nullable SubnetKey key;
        private long next;

        Stream(final KubeNodes.Changes changes, final @Nullable SubnetKey key, final long next)
        {
            this.changes = changes;
            this.key = key;
            this.next = next;
        }

        @Override
        public void await(final ChangeListener listener)
        {
            final KubeNodes.Change change = changes.next();
            if (change == null)
            {
                return;
            }
            if (change.kind() != KubeNodes.Kind.BOOKMARK)
            {
                try
                {
                    accept(change, listener);
                }
                catch (final IllegalArgumentException ex)
                {
                    sayUnreadable(change.node(), ex);
                }
            }
            next = change.node().revision() + 1;
            listener.onBatchEnd();
        }

        /** A node that leaves the network keeps its subnet in Kubernetes; here it counts as deleted. */
        private void accept(final KubeNodes.Change change, final ChangeListener listener)
        {
            final SubnetKey subnets = NodeAnnotations.key(change.node().podCidrs());
            if (subnets == null || key != null && !key.equals(subnets))
            {
                return;
            }
            final Lease lease = change.kind() == KubeNodes.Kind.DELETED ? null : lease(change.node());
            if (lease == null)
            {
                listener.onRemove(subnets);
            }
            else
            {
                listener.onPut(lease);
            }
        }

        @Override
        public long nextRevision()
        {
            return next;
        }

        @Override
        public void close()
        {
            changes.close();
        }
    }
}
