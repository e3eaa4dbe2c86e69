// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.event.EngineEvent;
import io.overlane.event.EventSubscription;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscription: events wait in a bounded queue until the application's executor runs its consumer, which gets one
 * event at a time, in order, whatever the executor.
 */
final class Subscriber implements EventSubscription
{
    /** A consumer this far behind has stopped, or never keeps up. */
    static final int CAPACITY = 65_536;

    private final Executor executor;
    private final Consumer<EngineEvent> consumer;
    private final EventQueue source;
    private final GuardedErrorHandler errorHandler;
    private final Consumer<Subscriber> onClose;
    private final Queue<EngineEvent> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final long lostBefore;
    private final long sinceNs;
    /** Only the thread that is in {@link #run()} uses this. */
    private long reported;
    private volatile boolean isClosed;

    Subscriber(
        final Executor executor,
        final Consumer<EngineEvent> consumer,
        final EventQueue source,
        final GuardedErrorHandler errorHandler,
        final Consumer<Subscriber> onClose)
    {
        this.executor = executor;
        this.consumer = consumer;
        this.source = source;
        this.errorHandler = errorHandler;
        this.onClose = onClose;
        lostBefore = source.lost();
        sinceNs = source.nowNs();
    }

    @Override
    public long lost()
    {
        return lost.get() + source.lost() - lostBefore;
    }

    @Override
    public void close()
    {
        isClosed = true;
        onClose.accept(this);
    }

    /** Events from before the subscription may still be in the queue. One thread at a time. */
    void deliver(final EngineEvent event)
    {
        if (event.timeNs() - sinceNs < 0)
        {
            return;
        }
        if (size.get() >= CAPACITY)
        {
            lost.incrementAndGet();
            return;
        }
        size.incrementAndGet();
        waiting.add(event);
        schedule();
    }

    private void schedule()
    {
        if (isScheduled.compareAndSet(false, true))
        {
            try
            {
                executor.execute(this::run);
            }
            catch (final RuntimeException ex)
            {
                // The executor was shut down, or is full: these events are lost, and the next ones try again.
                lost.addAndGet(discard());
                isScheduled.set(false);
                errorHandler.onError(ex);
            }
        }
    }

    private void run()
    {
        for (EngineEvent event = next(); event != null; event = next())
        {
            handle(event);
        }
        isScheduled.set(false);
        if (!waiting.isEmpty())
        {
            schedule();
        }
    }

    private @Nullable EngineEvent next()
    {
        final EngineEvent event = waiting.poll();
        if (event != null)
        {
            size.decrementAndGet();
        }
        return event;
    }

    private void handle(final EngineEvent event)
    {
        final long allLost = lost();
        if (allLost > reported)
        {
            final long count = allLost - reported;
            reported = allLost;
            accept(new EngineEvent.EventsLost(event.timeNs(), count));
        }
        accept(event);
    }

    private void accept(final EngineEvent event)
    {
        if (!isClosed)
        {
            errorHandler.run(() -> consumer.accept(event));
        }
    }

    private int discard()
    {
        int count = 0;
        while (next() != null)
        {
            count++;
        }
        return count;
    }
}
