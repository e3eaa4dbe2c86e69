// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the API server that a network needs. Thread-safe. Calls block, and fail with {@code RegistryException}:
 * {@code UNREACHABLE} if trying again may help, {@code NOT_FOUND} for a node that does not exist (yet),
 * {@code COMPACTED} if a revision is too old, {@code REFUSED} for the rest (status 401 and 403).
 */
public interface KubeNodes
{
    /** @return the name of this node's object. */
    String ownName();

    /** @return this node. */
    Node own();

    /**
     * Set annotations of this node.
     *
     * @param annotations to set; others stay.
     * @return the node afterwards.
     */
    Node annotate(Map<String, String> annotations);

    /** Set this node's condition NetworkUnavailable to False with the reason FlannelIsUp. */
    void setNetworkAvailable();

    /**
     * @param ownOnly true for this node alone, if it exists.
     * @return all nodes.
     */
    Snapshot list(boolean ownOnly);

    /**
     * Follow all nodes.
     *
     * @param ownOnly  true for this node alone.
     * @param revision after which changes are reported.
     * @return the changes; now or while they are read, {@code COMPACTED} if the server discarded that revision or is
     *         behind it.
     */
    Changes watch(boolean ownOnly, long revision);

    /**
     * Nodes at one moment.
     *
     * @param nodes    all of them.
     * @param revision of the list.
     */
    record Snapshot(List<Node> nodes, long revision)
    {
    }

    /** Kinds of changes of a node. */
    enum ChangeKind
    {
        /** Added or modified. */
        PRESENT,

        /** Deleted; the node has its last state. */
        DELETED,

        /** A bookmark: the node has only a revision. */
        BOOKMARK
    }

    /** A change of one node. */
    record Change(ChangeKind kind, Node node)
    {
    }

    /** Changes in order, for one thread, which may be interrupted while it waits. */
    interface Changes extends AutoCloseable
    {
        /** @return the next change; null if there was none for some seconds. Fails if the connection broke. */
        @Nullable Change next();

        @Override
        void close();
    }

    /**
     * The parts of a Node object that a network needs.
     *
     * @param name        of the object.
     * @param uid         of the object; another one if a node was deleted and created again.
     * @param annotations those of the network, or more.
     * @param podCidrs    {@code spec.podCIDRs}, else {@code spec.podCIDR}: one subnet of each family; empty if not
     *                    assigned.
     * @param revision    {@code metadata.resourceVersion}, a number if the API server stores in etcd.
     */
    record Node(String name, String uid, Map<String, String> annotations, List<String> podCidrs, long revision)
    {
        /** Copies both collections. */
        public Node
        {
            annotations = Map.copyOf(annotations);
            podCidrs = List.copyOf(podCidrs);
        }

        /**
         * @param other a later or earlier state of the same node.
         * @return true if both mean the same for a network; a kubelet writes its node every few minutes.
         */
        boolean sameForNetwork(final Node other)
        {
            return annotations.equals(other.annotations) && podCidrs.equals(other.podCidrs);
        }
    }
}
