// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpFailure;
import io.overlane.flannel.http.HttpStream;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.RegistryException;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A watch of the API server, without heartbeats. The server ends a watch after some minutes; then, and when it is
 * silent for too long, the next one begins at the last change that was not a heartbeat, or at a later bookmark.
 */
final class NodeChanges implements KubeNodes.Changes
{
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final KubeClient client;
    private final NodeReader reader;
    private final KubeHttp http;
    private final boolean ownOnly;
    private final KubeTimes times;
    private long revision;
    private NodeNews news;
    private HttpStream stream;
    private long openedNs;

    NodeChanges(
        final KubeClient client,
        final NodeReader reader,
        final KubeHttp http,
        final boolean ownOnly,
        final long revision)
    {
        this.client = client;
        this.reader = reader;
        this.http = http;
        this.ownOnly = ownOnly;
        this.times = http.times();
        this.revision = revision;
        client.requireSameStore(ownOnly, revision);
        news = new NodeNews(reader);
        stream = client.open(ownOnly, revision, news);
        openedNs = System.nanoTime();
    }

    @Override
    public KubeNodes.@Nullable Change next()
    {
        final String line;
        try
        {
            line = stream.next(LONGEST_WAIT.compareTo(times.silence()) < 0 ? LONGEST_WAIT : times.silence());
        }
        catch (final InterruptedException ex)
        {
            throw new RegistryException(Kind.UNREACHABLE, "interrupted while waiting for the API server", ex);
        }
        catch (final IOException ex)
        {
            ended(ex);
            return null;
        }
        if (line == null)
        {
            if (System.nanoTime() - news.readNs() >= times.silence().toNanos())
            {
                http.forget();
                reopen();
            }
            return null;
        }
        return line.isBlank() ? null : change(line);
    }

    /** The server ended the watch, or the connection was cut, perhaps because one of several servers was stopped. */
    private void ended(final IOException how)
    {
        if (System.nanoTime() - openedNs < times.shortWatch().toNanos())
        {
            throw http.broken(how instanceof EOFException ?
                "the server ended it at once" : HttpFailure.oneLine(how.getMessage()), how);
        }
        reopen();
    }

    private KubeNodes.Change change(final String line)
    {
        final KubeNodes.Change change = reader.change(line);
        // Without a revision the next watch would begin with all nodes.
        revision = Math.max(revision, change.node().revision());
        return change;
    }

    private void reopen()
    {
        stream.close();
        client.requireSameStore(ownOnly, revision);
        news = new NodeNews(reader);
        stream = client.open(ownOnly, revision, news);
        openedNs = System.nanoTime();
    }

    @Override
    public void close()
    {
        stream.close();
    }
}
