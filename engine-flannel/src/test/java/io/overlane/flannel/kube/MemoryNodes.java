// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import io.overlane.flannel.lease.RegistryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An API server in memory, with the whole past of its nodes; the node of its first name is "this" one. */
final class MemoryNodes implements KubeNodes
{
    /** Where a watch begins to count after all was forgotten. */
    private long forgotten;

    private final String ownName;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Change> past = new ArrayList<>();
    private boolean isBroken;
    private int annotated;
    private int refusals;
    private int annotationRefusals;
    private boolean isNetworkAvailable;

    /**
     * @param ownName of this node.
     */
    MemoryNodes(final String ownName)
    {
        this.ownName = ownName;
    }

    /**
     * Create or replace a node.
     *
     * @param name        of it.
     * @param annotations of it.
     * @param podCidrs    of it.
     */
    synchronized void put(
        final String name, final Map<String, String> annotations, final String... podCidrs)
    {
        final Node node = new Node(name, uid(name), annotations, List.of(podCidrs), past.size() + 1);
        nodes.put(name, node);
        past.add(new Change(ChangeKind.PRESENT, node));
        notifyAll();
    }

    /**
     * @param name of the node to delete.
     */
    synchronized void delete(final String name)
    {
        final Node last = nodes.remove(name);
        past.add(new Change(ChangeKind.DELETED,
            new Node(name, last.uid(), last.annotations(), last.podCidrs(), past.size() + 1)));
        notifyAll();
    }

    /** Something a network does not care for was written. */
    synchronized void bookmark()
    {
        past.add(new Change(ChangeKind.BOOKMARK, new Node("", "", Map.of(), List.of(), past.size() + 1)));
        notifyAll();
    }

    /** End every watch, as a connection that breaks, with the past forgotten. */
    synchronized void breakAndForget()
    {
        forgotten = past.size();
        isBroken = true;
        notifyAll();
    }

    /**
     * @param name of a node.
     * @return its annotations.
     */
    synchronized Map<String, String> annotations(final String name)
    {
        return nodes.get(name).annotations();
    }

    /**
     * @param count of attempts to set the condition that fail.
     */
    synchronized void refuseCondition(final int count)
    {
        refusals = count;
        isNetworkAvailable = false;
    }

    /**
     * @param count of attempts to annotate the node that fail.
     */
    public synchronized void refuseAnnotations(final int count)
    {
        annotationRefusals = count;
    }

    /** @return how often this node was annotated by itself. */
    synchronized int annotated()
    {
        return annotated;
    }

    /** @return whether the condition was set. */
    synchronized boolean isNetworkAvailable()
    {
        return isNetworkAvailable;
    }

    private String uid(final String name)
    {
        final Node known = nodes.get(name);
        return known == null ? name + "-" + past.size() : known.uid();
    }

    @Override
    public String ownName()
    {
        return ownName;
    }

    @Override
    public synchronized Node own()
    {
        final Node own = nodes.get(ownName);
        if (own == null)
        {
            throw new RegistryException(RegistryException.Kind.NOT_FOUND, "there is no node " + ownName);
        }
        return own;
    }

    @Override
    public synchronized Node annotate(final Map<String, String> annotations)
    {
        final Node own = own();
        if (annotationRefusals-- > 0)
        {
            throw new RegistryException(RegistryException.Kind.UNREACHABLE, "the server is away");
        }
        annotated++;
        final Map<String, String> all = new HashMap<>(own.annotations());
        all.putAll(annotations);
        put(ownName, all, own.podCidrs().toArray(String[]::new));
        return own();
    }

    @Override
    public synchronized void setNetworkAvailable()
    {
        if (refusals-- > 0)
        {
            throw new RegistryException(RegistryException.Kind.UNREACHABLE, "the server is away");
        }
        isNetworkAvailable = true;
    }

    @Override
    public synchronized Snapshot list(final boolean ownOnly)
    {
        isBroken = false;
        return new Snapshot(nodes.values().stream().filter(node -> !ownOnly || node.name().equals(ownName)).toList(),
            past.size());
    }

    @Override
    public Changes watch(final boolean ownOnly, final long revision)
    {
        return new Changes()
        {
            private int next = (int)revision;

            @Override
            public Change next()
            {
                final Change change = change(next);
                if (change == null)
                {
                    return null;
                }
                next++;
                return !ownOnly || change.node().name().equals(ownName) ? change : null;
            }

            @Override
            public void close()
            {
            }
        };
    }

    @SuppressWarnings("WaitNotInLoop") // The caller asks again.
    private synchronized Change change(final int index)
    {
        try
        {
            if (!isBroken && index >= past.size())
            {
                wait(50);
            }
        }
        catch (final InterruptedException ex)
        {
            throw new RegistryException(RegistryException.Kind.UNREACHABLE, "interrupted", ex);
        }
        if (isBroken || index < forgotten)
        {
            throw new RegistryException(RegistryException.Kind.COMPACTED, "too old resource version");
        }
        return index < past.size() ? past.get(index) : null;
    }
}
