package io.overlane.agent;

import io.overlane.port.Port;
import io.overlane.status.GuardedErrorHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;

/** For a thread that only polls ports: it waits in one of them; others wake it, or get a thread that does for them. */
public final class WaitingPorts implements PortWiring
{
    private final PortWait wait = new PortWait();
    /** Those it could wait in. */
    private final List<Port> unwatched = new ArrayList<>();
    private final ThreadFactory threadFactory;
    private final GuardedErrorHandler errorHandler;

    /**
     * @param threadFactory makes threads that wait for ports that cannot wake anybody.
     * @param errorHandler  is told if such a port breaks.
     */
    public WaitingPorts(final ThreadFactory threadFactory, final GuardedErrorHandler errorHandler)
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
    public Port wire(final Port port)
    {
        if (wait.adopt(port) || port.wakes(wait::wake))
        {
            unwatched.add(port);
            return port;
        }
        final WatchedPort watched = new WatchedPort(port, wait::wake, threadFactory, errorHandler);
        watched.start();
        return watched;
    }

    @Override
    public Runnable unwire(final Port polled)
    {
        if (!unwatched.remove(polled) && polled instanceof WatchedPort watched)
        {
            watched.stop();
            return watched::join;
        }
        if (wait.leave(polled) && !unwatched.isEmpty())
        {
            wait.adopt(unwatched.get(0));
        }
        return DONE;
    }
}
