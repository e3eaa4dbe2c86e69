// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.status.GuardedErrorHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadFactory;

/**
 * For a thread that only polls ports. Ports that can wake it do; devices are waited for together in one selector; a
 * port that has neither gets a thread that waits for it.
 */
final class WaitingPorts implements PortWiring
{
    private final PortWait wait = new PortWait();
    private final ThreadFactory threadFactory;
    private final GuardedErrorHandler errorHandler;

    /**
     * @param threadFactory makes threads that wait for ports that have no other way.
     * @param errorHandler  is told if such a port breaks.
     */
    WaitingPorts(final ThreadFactory threadFactory, final GuardedErrorHandler errorHandler)
    {
        this.threadFactory = threadFactory;
        this.errorHandler = errorHandler;
    }

    /** @return where the polling thread waits. */
    public PortWait place()
    {
        return wait;
    }

    @Override
    public void check(final Port port)
    {
    }

    @Override
    public Wired wire(final Port port, final Runnable onReady)
    {
        if (port.wakes(wait::wake))
        {
            return new Wired(port, false);
        }
        final PortSelector selector = selectorFor(port);
        if (selector != null)
        {
            selector.add(port, onReady);
            return new Wired(port, true);
        }
        final WatchedPort watched = new WatchedPort(port, wait::wake, threadFactory, errorHandler);
        watched.start();
        return new Wired(watched, false);
    }

    @Override
    public void select()
    {
        final PortSelector selector = wait.selector();
        if (selector != null)
        {
            selector.select();
        }
    }

    @Override
    public Runnable unwire(final Port polled)
    {
        if (polled instanceof WatchedPort watched)
        {
            watched.stop();
            return watched::join;
        }
        final PortSelector selector = wait.selector();
        if (selector != null)
        {
            selector.remove(polled);
        }
        return DONE;
    }

    @Override
    public void close()
    {
        wait.close();
    }

    /** The first device's kind decides: a thread waits in one place only. */
    private PortSelector selectorFor(final Port port)
    {
        PortSelector selector = wait.selector();
        if (selector == null)
        {
            try
            {
                selector = port.newSelector();
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException("port " + port.name() + ": " + ex.getMessage(), ex);
            }
            if (selector != null)
            {
                wait.selector(selector);
            }
        }
        return selector != null && selector.takes(port) ? selector : null;
    }
}
