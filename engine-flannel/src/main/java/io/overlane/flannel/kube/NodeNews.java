// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.http.HttpStream;
import io.overlane.flannel.kube.KubeNodes.Change;
import io.overlane.flannel.kube.KubeNodes.ChangeKind;
import io.overlane.flannel.kube.KubeNodes.Node;
import io.overlane.flannel.lease.RegistryException;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps heartbeats from waking the thread that follows a watch. Each kubelet writes its node again and again, and
 * nearly all events of a large cluster are such writes, which change nothing for a network. The thread that reads the
 * watch compares each state of a node with the one before.
 *
 * <p>Each stream has one of its own, so a state of an earlier stream is never compared.
 */
final class NodeNews implements HttpStream.LineFilter
{
    private final NodeReader reader;
    private final Map<String, Node> last = new HashMap<>();
    private volatile long readNs = System.nanoTime();

    NodeNews(final NodeReader reader)
    {
        this.reader = reader;
    }

    @Override
    public boolean accepts(final byte[] line, final int length)
    {
        readNs = System.nanoTime();
        final Change change;
        try
        {
            change = reader.change(line, length);
        }
        catch (final RegistryException ex)
        {
            // The thread that follows the watch reports what is wrong with the line.
            return true;
        }
        final Node node = change.node();
        if (change.kind() != ChangeKind.PRESENT)
        {
            last.remove(node.name());
            return true;
        }
        final Node before = last.put(node.name(), node);
        return before == null || !before.sameForNetwork(node);
    }

    /** By {@link System#nanoTime}: when the last line was read, or else when the stream was opened. Any thread. */
    long readNs()
    {
        return readNs;
    }
}
