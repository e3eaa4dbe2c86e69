// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fate.FateListener;
import io.overlane.fate.FateSubscription;
import io.overlane.pipeline.ListenerEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Adds and removes listeners of fates, by a command to each thread that counts fates. Any thread. */
final class FateListeners
{
    private final EngineContext context;
    private final List<Worker> workers;
    private final List<ListenerEntry> listeners = new ArrayList<>();

    FateListeners(final EngineContext context, final List<Worker> workers)
    {
        this.context = context;
        this.workers = workers;
    }

    FateSubscription add(final FateListener listener)
    {
        final ListenerEntry entry = new ListenerEntry(listener);
        change(() -> listeners.add(entry));
        return () ->
        {
            entry.remove();
            change(() -> listeners.remove(entry));
        };
    }

    private void change(final Runnable change)
    {
        final CompletableFuture<Void> changed;
        synchronized (listeners)
        {
            change.run();
            final ListenerEntry[] current = listeners.toArray(ListenerEntry[]::new);
            changed = Worker.change(workers, way -> way.listeners(current));
        }
        Shutdown.awaitCommands(context, changed);
    }
}
