package io.overlane.agent;

import io.overlane.port.Port;

/** For a thread that waits elsewhere: ports have to wake it. */
public final class WakingPorts implements PortWiring
{
    private final Runnable wake;
    private final boolean isWaitedFor;

    /**
     * @param wake        wakes the polling thread.
     * @param isWaitedFor true as long as ports that cannot wake it are those it waits for.
     */
    public WakingPorts(final Runnable wake, final boolean isWaitedFor)
    {
        this.wake = wake;
        this.isWaitedFor = isWaitedFor;
    }

    @Override
    public void check(final Port port)
    {
        if (!port.wakes(wake) && !isWaitedFor)
        {
            throw new IllegalArgumentException("port " + port.name() + " cannot wake a thread that waits elsewhere:" +
                " threadingMode=SHARED needs it to (a device wants SPLIT, or an idleWait that knows it at launch)");
        }
    }

    @Override
    public Port wire(final Port port)
    {
        return port;
    }

    @Override
    public Runnable unwire(final Port polled)
    {
        return DONE;
    }
}
