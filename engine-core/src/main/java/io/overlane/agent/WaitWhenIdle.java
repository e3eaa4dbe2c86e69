package io.overlane.agent;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.agrona.concurrent.IdleStrategy;

/**
 * Blocks in the source of work when a duty cycle found none. Costs nothing while idle; ends at once when there is work
 * or the agent is to stop.
 */
public final class WaitWhenIdle implements IdleStrategy
{
    /** The longest wait: how late a scan of the tables may be on an idle engine. */
    private static final long LONGEST_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LongConsumer await;
    private final Runnable wake;
    private volatile boolean isStopping;

    /**
     * @param await blocks for at most the given nanoseconds.
     * @param wake  ends a current or the next {@code await}.
     */
    public WaitWhenIdle(final LongConsumer await, final Runnable wake)
    {
        this.await = await;
        this.wake = wake;
    }

    /** Never wait again, and end a wait that is going on. Any thread. */
    public void stop()
    {
        isStopping = true;
        wake.run();
    }

    @Override
    public void idle(final int workCount)
    {
        if (workCount == 0)
        {
            idle();
        }
    }

    @Override
    public void idle()
    {
        if (isStopping)
        {
            Thread.onSpinWait();
        }
        else
        {
            await.accept(LONGEST_WAIT_NS);
        }
    }

    @Override
    public void reset()
    {
    }

    @Override
    public String alias()
    {
        return "wait";
    }
}
