// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.event.EngineEvent;
import io.overlane.event.EventSubscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the events of a queue to the subscribers. One thread at a time dispatches: a thread of the hub's own, from
 * the first subscription until the engine ends or nobody subscribes; or where the application runs the duty cycles, the
 * thread that does so.
 */
public final class EventHub
{
    private static final int EVENTS_AT_A_TIME = 1024;
    private static final long WATCH_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    /** Looks for what has changed since it looked the last time. */
    @FunctionalInterface
    public interface Watch
    {
        /**
         * Called once a second by the thread that dispatches.
         *
         * @param isFirst whether nobody subscribed until now, so that changes since the last time are of no interest.
         */
        void look(boolean isFirst);
    }

    private final EventQueue queue;
    private final EventQueue.PortNames names;
    private final Watch watch;
    private final GuardedErrorHandler errorHandler;
    private final @Nullable Consumer<Runnable> start;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final Consumer<EngineEvent> deliver = this::deliver;
    private boolean hasThread;
    private boolean isWatching;
    private long watchedNs;
    private volatile boolean isEnded;

    /**
     * @param names        of ports, for the events.
     * @param watch        puts events into the queue that are only found by looking.
     * @param errorHandler gets the failures of executors and subscribers.
     * @param start        starts a thread; null if the application calls {@link #dispatch()}.
     */
    public EventHub(
        final EventQueue queue,
        final EventQueue.PortNames names,
        final Watch watch,
        final GuardedErrorHandler errorHandler,
        final @Nullable Consumer<Runnable> start)
    {
        this.queue = queue;
        this.names = names;
        this.watch = watch;
        this.errorHandler = errorHandler;
        this.start = start;
    }

    /** Any thread. */
    public EventSubscription subscribe(final Executor executor, final Consumer<EngineEvent> consumer)
    {
        final Subscriber subscriber = new Subscriber(executor, consumer, queue, errorHandler, this::unsubscribe);
        if (!isEnded)
        {
            add(subscriber);
        }
        return subscriber;
    }

    private synchronized void add(final Subscriber subscriber)
    {
        queue.open();
        subscribers.add(subscriber);
        if (start != null && !hasThread)
        {
            try
            {
                start.accept(this::run);
                hasThread = true;
            }
            catch (final RuntimeException | Error ex)
            {
                subscribers.remove(subscriber);
                throw ex;
            }
        }
    }

    /** Events that some subscriber did not get, of all subscriptions that are open. */
    public long lost()
    {
        return subscribers.stream().mapToLong(Subscriber::lost).sum();
    }

    /** Deliver the events that wait. One thread at a time; costs next to nothing without subscribers. */
    public void dispatch()
    {
        if (subscribers.isEmpty())
        {
            isWatching = false;
            return;
        }
        final long nowNs = queue.nowNs();
        if (!isWatching || nowNs - watchedNs >= WATCH_INTERVAL_NS)
        {
            final boolean isFirst = !isWatching;
            isWatching = true;
            watchedNs = nowNs;
            errorHandler.run(() -> watch.look(isFirst));
        }
        queue.poll(names, deliver, EVENTS_AT_A_TIME);
    }

    /** The engine has ended: deliver what waits, and the last event. */
    public void end(final @Nullable Throwable cause)
    {
        queue.offer(new EngineEvent.EngineEnded(queue.nowNs(), cause));
        isEnded = true;
        if (start == null)
        {
            drain();
        }
        queue.doorbell().ring();
    }

    private synchronized void unsubscribe(final Subscriber subscriber)
    {
        subscribers.remove(subscriber);
        if (subscribers.isEmpty())
        {
            queue.close();
        }
        queue.doorbell().ring();
    }

    private void deliver(final EngineEvent event)
    {
        for (final Subscriber subscriber : subscribers)
        {
            subscriber.deliver(event);
        }
    }

    private void run()
    {
        while (hasSubscribers())
        {
            if (isEnded)
            {
                drain();
                return;
            }
            dispatch();
            queue.doorbell().await(WATCH_INTERVAL_NS);
        }
    }

    /** If there are none, this thread must not touch the queue again: another thread may begin. */
    private synchronized boolean hasSubscribers()
    {
        hasThread = !subscribers.isEmpty();
        return hasThread;
    }

    private void drain()
    {
        int count = EVENTS_AT_A_TIME;
        while (count == EVENTS_AT_A_TIME)
        {
            count = queue.poll(names, deliver, EVENTS_AT_A_TIME);
        }
    }
}
