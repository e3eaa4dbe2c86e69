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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes as leases, for one watch. A list has the own subnet, too, if the node still has it: then the server
 * has not lost its nodes.
 */
final class NodeLeases implements LeaseSource
{
    private final KubeNodes nodes;
    private final NodeAnnotations annotations;
    private final NetworkConfig network;
    private final @Nullable SubnetKey own;
    private final Consumer<String> notices;
    private NodeTable table;

    NodeLeases(
        final KubeNodes nodes,
        final NodeAnnotations annotations,
        final NetworkConfig network,
        final @Nullable SubnetKey own,
        final Consumer<String> notices)
    {
        this.nodes = nodes;
        this.annotations = annotations;
        this.network = network;
        this.own = own;
        this.notices = notices;
        this.table = new NodeTable(annotations, network, notices);
    }

    @Override
    public LeaseSnapshot leases()
    {
        final KubeNodes.Snapshot snapshot = nodes.list(false);
        final NodeTable fresh = new NodeTable(annotations, network, notices);
        final Map<SubnetKey, Lease> leases = new LinkedHashMap<>();
        final ChangeListener collector = new ChangeListener()
        {
            @Override
            public void onPut(final Lease lease)
            {
                leases.put(lease.key(), lease);
            }

            @Override
            public void onRemove(final SubnetKey key)
            {
                leases.remove(key);
            }
        };
        for (final KubeNodes.Node node : snapshot.nodes())
        {
            if (!isOwn(node))
            {
                fresh.put(node, collector);
            }
            else if (own != null && hasOwn(node))
            {
                // Shows that the server has not lost it; nobody reads what the node itself publishes.
                leases.put(own, new Lease(own, LeaseAttributes.UNREADABLE, null, true, node.revision()));
            }
        }
        table = fresh;
        return new LeaseSnapshot(List.copyOf(leases.values()), snapshot.revision(), "");
    }

    private boolean hasOwn(final KubeNodes.Node node)
    {
        try
        {
            return Objects.requireNonNull(own).equals(NodeAnnotations.key(node.podCidrs(), network));
        }
        catch (final IllegalArgumentException ex)
        {
            return false;
        }
    }

    private boolean isOwn(final KubeNodes.Node node)
    {
        return node.name().equals(nodes.ownName());
    }

    /** @param key ignored: the watch is of all nodes. */
    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        return new Stream(nodes.watch(false, revision - 1));
    }

    /** The nodes of a watch as changes of leases. */
    private final class Stream implements ChangeStream
    {
        private final KubeNodes.Changes changes;

        Stream(final KubeNodes.Changes changes)
        {
            this.changes = changes;
        }

        @Override
        public void await(final ChangeListener listener)
        {
            final KubeNodes.Change change = changes.next();
            if (change == null)
            {
                return;
            }
            final KubeNodes.Node node = change.node();
            if (change.kind() != KubeNodes.ChangeKind.BOOKMARK && !isOwn(node))
            {
                if (change.kind() == KubeNodes.ChangeKind.DELETED)
                {
                    table.remove(node.name(), listener);
                }
                else
                {
                    table.put(node, listener);
                }
                listener.onBatchEnd();
            }
        }

        @Override
        public void close()
        {
            changes.close();
        }
    }
}
