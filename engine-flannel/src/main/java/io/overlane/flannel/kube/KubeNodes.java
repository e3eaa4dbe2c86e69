// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the API server that a network needs, for a client of it to implement. Thread-safe. Calls block, and fail
 * with {@code RegistryException}: {@code UNREACHABLE} if trying again may help, {@code NOT_FOUND} for a node that does
 * not exist (yet), {@code REFUSED} for the rest (status 401 and 403). Permissions needed: get pods; get, list and watch
 * nodes; patch nodes/status.
 */
public interface KubeNodes
{
    /** @return this node: {@code GET /api/v1/nodes/NAME}. */
    Node own();

    /**
     * Set annotations of this node: a strategic merge patch of {@code /api/v1/nodes/NAME/status}.
     *
     * @param annotations to set; others stay.
     * @return the node afterwards.
     */
    Node annotate(Map<String, String> annotations);

    /** Set this node's condition NetworkUnavailable to False with the reason FlannelIsUp. */
    void setNetworkAvailable();

    /** @return all nodes: {@code GET /api/v1/nodes}. */
    Snapshot list();

    /**
     * Follow all nodes: {@code GET /api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=REVISION}.
     *
     * @param revision after which changes are reported.
     * @return the changes; status 410, as answer or as event, is {@code COMPACTED}.
     */
    Changes watch(long revision);

    /**
     * All nodes at one moment.
     *
     * @param nodes    all of them.
     * @param revision of the list.
     */
    record Snapshot(List<Node> nodes, long revision)
    {
    }

    /** Kinds of changes of a node. */
    enum Kind
    {
        /** Added or modified. */
        PRESENT,

        /** Deleted; the node has its last state. */
        DELETED,

        /** A bookmark: the node has only a revision. */
        BOOKMARK
    }

    /** A change of one node. */
    record Change(Kind kind, Node node)
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
     * @param annotations all of them.
     * @param podCidrs    {@code spec.podCIDRs}, else {@code spec.podCIDR}: one subnet of each family; empty if not
     *                    assigned.
     * @param revision    {@code metadata.resourceVersion}, a number if the API server stores in etcd.
     */
    record Node(String name, Map<String, String> annotations, List<String> podCidrs, long revision)
    {
        /** Copies both collections. */
        public Node
        {
            annotations = Map.copyOf(annotations);
            podCidrs = List.copyOf(podCidrs);
        }
    }
}
