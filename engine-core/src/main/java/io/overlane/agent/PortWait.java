package io.overlane.agent;

import io.overlane.port.Port;
import io.overlane.signal.Doorbell;

/**
 * Where a thread that only polls ports waits: in one of them, which so need not be able to wake anybody, and which the
 * others wake. Ports come and go on that thread; the place where it waits changes with them.
 */
public final class PortWait
{
    private final Doorbell doorbell = new Doorbell();

    /** Null: in the doorbell. */
    private volatile Port place;

    /**
     * Wait in this port from now on, if there is no other to wait in. Polling thread, or before it starts.
     *
     * @param port that is polled.
     * @return true if it is the place; else it must be woken for by other means.
     */
    public boolean adopt(final Port port)
    {
        if (place != null)
        {
            return false;
        }
        place = port;
        // Whoever has just rung where we waited before did it for something we shall find.
        port.wake();
        return true;
    }

    /**
     * Wait in this port no more. Polling thread.
     *
     * @param port that is polled no more.
     * @return true if it was the place; there is none then.
     */
    public boolean leave(final Port port)
    {
        if (place != port)
        {
            return false;
        }
        place = null;
        doorbell.ring();
        return true;
    }

    /**
     * Polling thread.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    public void await(final long timeoutNs)
    {
        final Port port = place;
        if (port == null)
        {
            doorbell.await(timeoutNs);
        }
        else
        {
            port.await(timeoutNs);
        }
    }

    /** End a current or the next wait. Any thread; cheap when nobody waits. */
    public void wake()
    {
        final Port port = place;
        if (port == null)
        {
            doorbell.ring();
        }
        else
        {
            port.wake();
        }
    }
}
