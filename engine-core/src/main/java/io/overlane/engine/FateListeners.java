// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fate.FateListener;
import io.overlane.fate.FateSubscription;
import io.overlane.pipeline.ListenerEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Adds and removes listeners of fates, by a command to each thread that counts fates. Any thread. */
final class FateListeners
{
    private static final String HOLD = "a listener of fates, such as a capture";
    private static final String MAY_RUN = "a call of a listener of fates that was removed may be in progress";

    private final EngineContext context;
    private final List<Worker> workers;
    private final CommandQueue commands;
    private final FastPathMirror fastPath;
    private final List<ListenerEntry> listeners = new ArrayList<>();

    /** {@code commands} are for the thread that writes the tables. */
    FateListeners(
        final EngineContext context,
        final List<Worker> workers,
        final CommandQueue commands,
        final FastPathMirror fastPath)
    {
        this.context = context;
        this.workers = workers;
        this.commands = commands;
        this.fastPath = fastPath;
    }

    FateSubscription add(final FateListener listener)
    {
        final ListenerEntry entry = new ListenerEntry(listener);
        // Fates of frames that the fast path carries are not reported.
        change(
            () -> listeners.add(entry),
            () -> fastPath.hold(HOLD),
            "a new listener of fates, such as a capture, does not get all of them");
        final AtomicBoolean isClosed = new AtomicBoolean();
        return () ->
        {
            entry.remove();
            if (isClosed.compareAndSet(false, true))
            {
                change(() -> listeners.remove(entry), () -> fastPath.release(HOLD), MAY_RUN);
            }
            else
            {
                change(() -> {}, () -> {}, MAY_RUN);
            }
        };
    }

    private void change(final Runnable change, final Runnable ofFastPath, final String missing)
    {
        final CompletableFuture<Void> changed;
        synchronized (listeners)
        {
            change.run();
            final ListenerEntry[] current = listeners.toArray(ListenerEntry[]::new);
            changed = CompletableFuture.allOf(
                Worker.change(workers, way -> way.listeners(current)), commands.perform(ofFastPath));
        }
        Shutdown.awaitCommands(context, changed, missing);
    }
}
