// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.underlay.Underlay;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ports, underlays and waits that one engine has taken over and has to close. Each belongs to one engine only, and
 * only once: two threads would poll a port of two engines. A resource stays taken when its engine has been closed; only
 * a port that could not be added to a running engine is given back. Any thread.
 */
final class TakenResources
{
    /** Of all engines. */
    private static final Set<Taken> TAKEN = ConcurrentHashMap.newKeySet();

    private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();

    private final List<AutoCloseable> open = new ArrayList<>();

    /** Compares resources by identity, and does not keep them in memory. */
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
        public boolean equals(final @Nullable Object other)
        {
            final Object resource = get();
            return other == this || resource != null && other instanceof Taken taken && taken.get() == resource;
        }
    }

    /**
     * Take a context and everything in it that no other engine has.
     *
     * @throws IllegalArgumentException with one line if something could not be taken; {@link #open()} returns the rest.
     */
    void take(final EngineContext context)
    {
        if (!claim(context))
        {
            throw new IllegalArgumentException(
                "this context has been launched before, and its ports and underlay with it: make a new context");
        }
        final List<@Nullable AutoCloseable> given = new ArrayList<>();
        context.segments().forEach(segment -> given.addAll(segment.ports()));
        if (context.ipNetwork() != null)
        {
            given.add(context.ipNetwork().port());
        }
        given.add(context.idleWait());
        given.add(context.underlay());
        context.queues().forEach(queue ->
        {
            given.add(queue.port());
            given.add(queue.idleWait());
            given.add(queue.underlay());
        });
        IllegalArgumentException refusal = null;
        for (final AutoCloseable resource : given)
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
                refusal = refusal == null ? ex : refusal;
            }
        }
        if (refusal != null)
        {
            throw refusal;
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

    /** The ports belong to the caller again. */
    void giveBack(final List<Port> ports)
    {
        ports.forEach(port ->
        {
            closed(port);
            TAKEN.remove(new Taken(port));
        });
    }

    /** Somebody has closed a resource of the engine. */
    synchronized void closed(final AutoCloseable resource)
    {
        open.removeIf(other -> other == resource);
    }

    /** The resources that the engine has to close. */
    synchronized List<AutoCloseable> open()
    {
        return List.copyOf(open);
    }

    private synchronized void take(final AutoCloseable resource)
    {
        if (open.stream().anyMatch(other -> other == resource))
        {
            throw new IllegalArgumentException(name(resource) + " is given twice to one engine");
        }
        if (resource instanceof Port port && port.isClosed() ||
            resource instanceof Underlay underlay && underlay.isClosed())
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

    private static String name(final AutoCloseable resource)
    {
        return resource instanceof Port port ? "port " + port.name() :
            resource instanceof Underlay underlay ? "underlay " + underlay.local() :
            "idleWait " + resource.getClass().getSimpleName();
    }
}
