// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import io.overlane.fate.FateSubscription;
import io.overlane.pipeline.FateFeed;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.ListenerEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Adds and removes listeners of fates, by a command to each thread that counts fates. Any thread. */
final class FateListeners
{
    /** A thread of the engine that runs no command for so long is blocked by foreign code. */
    private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(5);

    private final boolean isInvoked;
    private final List<Counting> threads = new ArrayList<>();
    private final List<ListenerEntry> listeners = new ArrayList<>();

    /** What counts the fates of one way, and the commands of its thread. */
    private record Counting(CommandQueue commands, Fates fates, FateFeed feed)
    {
        private CompletableFuture<Void> use(final ListenerEntry... listeners)
        {
            return commands.follow(() ->
            {
                feed.listeners(listeners);
                fates.feed(listeners.length == 0 ? null : feed);
                return null;
            });
        }
    }

    FateListeners(final EngineContext context, final List<Worker> workers)
    {
        isInvoked = context.threadingMode() == ThreadingMode.INVOKER;
        for (int queue = 0; queue < workers.size(); queue++)
        {
            final Worker worker = workers.get(queue);
            threads.add(new Counting(
                worker.portCommands(), worker.paths().encapFates(), feed(Fate.Direction.ENCAP, queue, context)));
            threads.add(new Counting(
                worker.underlayCommands(), worker.paths().decapFates(), feed(Fate.Direction.DECAP, queue, context)));
        }
    }

    private static FateFeed feed(final Fate.Direction direction, final int queue, final EngineContext context)
    {
        return new FateFeed(direction, queue, context.clock(), context.errorHandler());
    }

    FateSubscription add(final FateListener listener)
    {
        final ListenerEntry entry = new ListenerEntry(listener);
        final CompletableFuture<Void> added;
        synchronized (listeners)
        {
            listeners.add(entry);
            added = publish();
        }
        await(added);
        return () -> remove(entry);
    }

    private void remove(final ListenerEntry entry)
    {
        entry.remove();
        final CompletableFuture<Void> removed;
        synchronized (listeners)
        {
            listeners.remove(entry);
            removed = publish();
        }
        await(removed);
    }

    private void await(final CompletableFuture<Void> done)
    {
        if (!isInvoked && !EngineThreads.isCurrent())
        {
            Shutdown.await(done, LONGEST_WAIT_NS);
        }
    }

    /** Commands run in the order in which they were sent, so the last state stays. */
    private CompletableFuture<Void> publish()
    {
        final ListenerEntry[] current = listeners.toArray(ListenerEntry[]::new);
        return CompletableFuture.allOf(
            threads.stream().map(thread -> thread.use(current)).toArray(CompletableFuture[]::new));
    }
}
