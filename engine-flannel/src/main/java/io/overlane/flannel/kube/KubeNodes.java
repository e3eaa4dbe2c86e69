// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import java.util.List;
import java.util.Map;

/**
 * What a network needs of the API server, for a client of it to implement. Thread-safe; calls block, and fail with
 * {@code RegistryException}: {@code UNREACHABLE} where trying again may help, {@code NOT_FOUND} for a node that is not
 * there (yet), {@code REFUSED} for the rest (status 401 and 403: pods need get; nodes get, list and watch; nodes/status
 * patch).
 */
public interface KubeNodes
{
    /** @return this node: {@code GET /api/v1/nodes/NAME}. */
    KubeNode own();

    /**
     * Set annotations of this node: a strategic merge patch of {@code /api/v1/nodes/NAME/status}.
     *
     * @param annotations to set; others stay.
     * @return the node as it is then.
     */
    KubeNode annotate(Map<String, String> annotations);

    /** Set this node's condition NetworkUnavailable to False with the reason FlannelIsUp. */
    void setNetworkAvailable();

    /** @return all nodes: {@code GET /api/v1/nodes}. */
    Snapshot list();

    /**
     * Follow all nodes: {@code GET /api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=REVISION}.
     *
     * @param revision behind which changes count.
     * @return the changes; status 410, now or as an event, is {@code COMPACTED}.
     */
    Changes watch(long revision);

    /**
     * Every node at one moment.
     *
     * @param nodes    all of them.
     * @param revision of the list.
     */
    record Snapshot(List<KubeNode> nodes, long revision)
    {
    }

    /** What happened to a node. */
    enum Kind
    {
        /** Added or modified. */
        PRESENT,

        /** Deleted; the node is as it last was. */
        DELETED,

        /** Nothing: a bookmark, whose node has a revision only. */
        BOOKMARK
    }

    /**
     * A change.
     *
     * @param kind of it.
     * @param node it is about.
     */
    record Change(Kind kind, KubeNode node)
    {
    }

    /** Changes in order, for one thread, which may be interrupted while it waits. */
    interface Changes extends AutoCloseable
    {
        /** @return the next; null if there was none for some seconds. Fails where the connection broke. */
        Change next();

        @Override
        void close();
    }
}
