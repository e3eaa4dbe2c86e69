// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** One watch of the nodes, from its request until its time is over, its past is compacted or its client is gone. */
final class WatchStream
{
    /** How long a server that is set up as usual keeps a watch whose client names no time. */
    private static final int DEFAULT_TIMEOUT_S = 1800;

    /** A watch gets a bookmark about once a minute. */
    private static final long BOOKMARK_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    /** How often a watch without changes looks whether its client is still there. */
    private static final long LOOK_MS = 500;

    private final NodeStore store;
    private final ApiConnection connection;
    private final String onlyName;
    private final boolean wantsBookmarks;
    private final boolean wantsInitialEnd;
    private final long deadlineNs;
    private final String version;

    /**
     * @param onlyName the name of the only node that is reported; empty for all.
     */
    WatchStream(
        final NodeStore store, final ApiConnection connection, final ApiRequest request, final String onlyName)
    {
        this.store = store;
        this.connection = connection;
        this.onlyName = onlyName;
        version = request.parameter("resourceVersion");
        wantsBookmarks = request.isSet("allowWatchBookmarks");
        wantsInitialEnd = request.isSet("sendInitialEvents");
        final String timeoutS = request.parameter("timeoutSeconds");
        deadlineNs = System.nanoTime() +
            TimeUnit.SECONDS.toNanos(timeoutS.isEmpty() ? DEFAULT_TIMEOUT_S : Long.parseLong(timeoutS));
    }

    void run() throws IOException, InterruptedException
    {
        NodeStore.Progress last = store.start();
        long after = begin();
        store.countWatch();
        long bookmarkNs = System.nanoTime();
        while (System.nanoTime() - deadlineNs < 0)
        {
            final NodeStore.Progress now = store.await(after, last, LOOK_MS);
            if (after < now.oldest() || now.expirations() != last.expirations())
            {
                connection.chunk(NodeVersion.line("ERROR", ApiFailure.expired(after, now.oldest()).status()));
                break;
            }
            for (final NodeVersion change : now.changes())
            {
                if (isWanted(change))
                {
                    connection.chunk(NodeVersion.line(change.event(), change.json()));
                }
            }
            after = now.revision();
            final boolean isDue = System.nanoTime() - bookmarkNs > BOOKMARK_INTERVAL_NS;
            if (wantsBookmarks && (isDue || now.bookmarks() != last.bookmarks()))
            {
                connection.chunk(NodeVersion.bookmark(after, false));
                bookmarkNs = System.nanoTime();
            }
            if (now.changes().isEmpty())
            {
                connection.requireOpen();
            }
            last = now;
        }
        connection.endChunks();
    }

    /** Without a revision, or with 0, a watch reports first what is there. */
    private long begin() throws IOException
    {
        final long wanted = version.isEmpty() ? 0 : Long.parseUnsignedLong(version);
        connection.beginChunks();
        if (wanted != 0 && !wantsInitialEnd)
        {
            return wanted;
        }
        final NodeStore.Snapshot snapshot = store.snapshot();
        for (final NodeVersion node : snapshot.nodes())
        {
            if (isWanted(node))
            {
                connection.chunk(NodeVersion.line("ADDED", node.json()));
            }
        }
        if (wantsInitialEnd)
        {
            connection.chunk(NodeVersion.bookmark(snapshot.revision(), true));
        }
        return snapshot.revision();
    }

    private boolean isWanted(final NodeVersion node)
    {
        return onlyName.isEmpty() || onlyName.equals(node.name());
    }
}
