// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.address.Printable;
import io.overlane.flannel.kube.KubeNodes.Node;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that a watch has seen, by name, and their leases: it finds out which leases a change of a node changes. A
 * heartbeat changes none. One thread uses it.
 */
final class NodeTable
{
    /** Longest reason in a line about a node, in characters: annotations may have a quarter of a million. */
    private static final int MAX_REASON = 300;

    private final NodeAnnotations annotations;
    private final NetworkConfig network;
    private final Consumer<String> notices;
    private final Map<String, Known> nodes = new HashMap<>();

    /** The names of the nodes whose leases were reported. */
    private final Map<SubnetKey, String> holders = new HashMap<>();

    /** A node and its lease; null if it has none. */
    private record Known(Node node, @Nullable Lease lease, @Nullable String problem)
    {
    }

    NodeTable(final NodeAnnotations annotations, final NetworkConfig network, final Consumer<String> notices)
    {
        this.annotations = annotations;
        this.network = network;
        this.notices = notices;
    }

    /** Take the present state of a node, and report what that changes. */
    void put(final Node node, final ChangeListener listener)
    {
        final Known before = nodes.get(node.name());
        if (before != null && before.node.sameForNetwork(node))
        {
            return;
        }
        final Known now = read(node);
        nodes.put(node.name(), now);
        if (now.problem != null && (before == null || !now.problem.equals(before.problem)))
        {
            notices.accept("node " + node.name() + ": " + now.problem + "; left out");
        }
        final SubnetKey left = before == null || before.lease == null ? null : before.lease.key();
        final SubnetKey held = now.lease == null ? null : now.lease.key();
        if (left != null && !left.equals(held))
        {
            release(left, node.name(), listener);
        }
        if (now.lease != null)
        {
            hold(now.lease, node.name(), listener);
        }
    }

    /** The node does not exist any more. */
    void remove(final String name, final ChangeListener listener)
    {
        final Known last = nodes.remove(name);
        if (last != null && last.lease != null)
        {
            release(last.lease.key(), name, listener);
        }
    }

    private Known read(final Node node)
    {
        try
        {
            return new Known(node, annotations.lease(node, network), null);
        }
        catch (final IllegalArgumentException ex)
        {
            final String why = String.valueOf(Printable.line(String.valueOf(ex.getMessage())));
            return new Known(node, null, why.length() <= MAX_REASON ? why : why.substring(0, MAX_REASON) + "…");
        }
    }

    /** Kubernetes assigns each subnet once; of two nodes that have one all the same, the first keeps it. */
    private void hold(final Lease lease, final String name, final ChangeListener listener)
    {
        final String holder = holders.putIfAbsent(lease.key(), name);
        if (holder == null || holder.equals(name))
        {
            listener.onPut(lease);
        }
        else
        {
            notices.accept("node " + name + ": node " + holder + " has its pod CIDR " + lease.key() +
                ", too; left out");
        }
    }

    private void release(final SubnetKey key, final String name, final ChangeListener listener)
    {
        if (!holders.remove(key, name))
        {
            return;
        }
        for (final Map.Entry<String, Known> entry : nodes.entrySet())
        {
            final Lease lease = entry.getValue().lease;
            if (lease != null && lease.key().equals(key) && !entry.getKey().equals(name))
            {
                holders.put(key, entry.getKey());
                listener.onPut(lease);
                return;
            }
        }
        listener.onRemove(key);
    }
}
