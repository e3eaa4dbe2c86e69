// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.underlay.Underlay;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The ports, underlays and waits that one engine has taken over and has to close. Each belongs to one engine, and only
 * once: a port in two engines would be polled by two threads. What an engine took stays its own, also when it has been
 * closed; only a port that could not be added to a running engine is given back. Any thread.
 */
final class TakenResources
{
    /** Of all engines. */
    private static final Set<Taken> TAKEN = ConcurrentHashMap.newKeySet();

    private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();

    private final List<AutoCloseable> open = new ArrayList<>();

    /** By identity, whatever {@code equals} of the resource says; does not keep it in memory. */
    private static final class Taken extends WeakReference<Object>
    {
        private final int hash;

        private Taken(final Object resource)
        {
            super(resource, COLLECTED);
            hash = System.identityHashCode(resource);
        }

        @Override
        public int hashCode()
        {
            return hash;
        }

        @Override
        public boolean equals(final Object other)
        {
            final Object resource = get();
            return other == this || resource != null && other instanceof Taken taken && taken.get() == resource;
        }
    }

    /**
     * Take all that a context gives to the engine, and the context itself. What another engine has is left to it.
     *
     * @throws IllegalArgumentException with one line; {@link #open()} are those that were taken all the same.
     */
    void take(final EngineContext context)
    {
        if (!claim(context))
        {
            throw new IllegalArgumentException(
                "this context has been launched before, and its ports and underlay with it: make a new context");
        }
        final List<IllegalArgumentException> refusals = new ArrayList<>();
        for (final SegmentContext segment : context.segments())
        {
            if (segment != null)
            {
                segment.ports().forEach(port -> take(port, refusals));
            }
        }
        if (context.ipNetwork() != null)
        {
            take(context.ipNetwork().port(), refusals);
        }
        take(context.idleWait(), refusals);
        take(context.underlay(), refusals);
        for (final QueueContext queue : context.queues())
        {
            if (queue != null)
            {
                take(queue.port(), refusals);
                take(queue.idleWait(), refusals);
                take(queue.underlay(), refusals);
            }
        }
        if (!refusals.isEmpty())
        {
            throw refusals.get(0);
        }
    }

    /**
     * Take some ports, all or none.
     *
     * @throws IllegalArgumentException with one line.
     */
    void take(final List<Port> ports)
    {
        final List<Port> taken = new ArrayList<>();
        try
        {
            for (final Port port : ports)
            {
                take(port);
                taken.add(port);
            }
        }
        catch (final RuntimeException | Error ex)
        {
            giveBack(taken);
            throw ex;
        }
    }

    /** The caller has them again. */
    void giveBack(final List<Port> ports)
    {
        ports.forEach(port ->
        {
            closed(port);
            TAKEN.remove(new Taken(port));
        });
    }

    /** It has been closed already. */
    synchronized void closed(final AutoCloseable resource)
    {
        open.removeIf(other -> other == resource);
    }

    /** What the engine has to close. */
    synchronized List<AutoCloseable> open()
    {
        return List.copyOf(open);
    }

    private void take(final AutoCloseable resource, final List<IllegalArgumentException> refusals)
    {
        try
        {
            if (resource != null)
            {
                take(resource);
            }
        }
        catch (final IllegalArgumentException ex)
        {
            refusals.add(ex);
        }
    }

    private synchronized void take(final AutoCloseable resource)
    {
        if (open.stream().anyMatch(other -> other == resource))
        {
            throw new IllegalArgumentException(name(resource) + " is given twice to one engine");
        }
        if (isClosed(resource))
        {
            throw new IllegalArgumentException(name(resource) + " is closed: give the engine one that is open");
        }
        if (!claim(resource))
        {
            throw new IllegalArgumentException(name(resource) +
                " belongs to another engine, which closes it: make one for each engine");
        }
        open.add(resource);
    }

    private static boolean claim(final Object resource)
    {
        for (Reference<?> gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll())
        {
            TAKEN.remove(gone);
        }
        return TAKEN.add(new Taken(resource));
    }

    private static boolean isClosed(final AutoCloseable resource)
    {
        return resource instanceof Port port && port.isClosed() ||
            resource instanceof Underlay underlay && underlay.isClosed();
    }

    private static String name(final AutoCloseable resource)
    {
        return resource instanceof Port port ? "port " + port.name() :
            resource instanceof Underlay underlay ? "underlay " + underlay.local() :
            "idleWait " + resource.getClass().getSimpleName();
    }
}
