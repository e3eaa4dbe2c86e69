// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.Vtep;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.pipeline.stage.StageEntry;
import io.overlane.policy.IpNetworkContext;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.setting.Setting;
import io.overlane.stage.Stage;
import io.overlane.stage.StageContext;
import io.overlane.stage.StageHandle;
import io.overlane.stage.StageTarget;
import io.overlane.status.EngineCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Adds stages of the application to a running engine and removes them, while frames flow; no frame is lost by that.
 * Any thread.
 *
 * <p>Stages run in the order in which they were added. An engine with several queues calls a stage from the threads of
 * all queues.
 */
public final class EngineStages
{
    private static final String HOLD = "a stage";

    private final EngineContext context;
    private final Forwarding forwarding;
    private final CommandQueue commands;
    private final List<Worker> workers;
    private final EngineCounters counters;
    private final FastPathMirror fastPath;
    private final List<StageEntry> stages = new ArrayList<>();
    private final TransitRings rings;

    /** {@code commands} are for the thread that writes the tables. */
    EngineStages(
        final EngineContext context,
        final Forwarding forwarding,
        final CommandQueue commands,
        final List<Worker> workers,
        final EngineCounters counters,
        final TransitRings rings,
        final FastPathMirror fastPath)
    {
        this.context = context;
        this.forwarding = forwarding;
        this.commands = commands;
        this.workers = workers;
        this.counters = counters;
        this.rings = rings;
        this.fastPath = fastPath;
    }

    /** Add a stage for all frames; see {@link #add(StageContext)}. */
    public StageHandle add(final Stage stage)
    {
        return add(new StageContext(stage));
    }

    /**
     * Add a stage behind those that the engine has. This returns when the stage is in force. If foreign code blocks a
     * thread of the engine, it returns after five seconds, and the error handler gets a line. On a thread of an engine
     * and in {@link ThreadingMode#INVOKER} it returns at once; {@link StageHandle#inForce()} completes later.
     *
     * @param settings the stage, its frames and its targets. The engine holds remotes that are targets as it holds
     *                 those of FDB entries.
     * @return removes the stage.
     * @throws IllegalArgumentException with one line if a target cannot work.
     * @throws IllegalStateException    if the engine is closed.
     */
    public StageHandle add(final StageContext settings)
    {
        final StageEntry entry = new StageEntry(Setting.notNull("stage", settings));
        check(settings, entry);
        final CompletableFuture<Void> inForce = entry.hasRemotes() ?
            commands.perform(() -> hold(entry)).thenCompose(none -> open(entry)).thenCompose(none -> install(entry)) :
            install(entry);
        final AtomicBoolean isClosed = new AtomicBoolean();
        final StageHandle handle = new StageHandle()
        {
            @Override
            public CompletableFuture<Void> inForce()
            {
                return inForce.copy();
            }

            @Override
            public void close()
            {
                if (isClosed.compareAndSet(false, true))
                {
                    Shutdown.awaitCommands(
                        context,
                        inForce.handle((none, error) -> error == null).thenCompose(
                            isThere -> isThere ? remove(entry) : CompletableFuture.completedFuture(null)),
                        "frames still pass a stage that was removed");
                }
            }
        };
        Shutdown.awaitCommands(context, inForce, "frames pass the new stage in part or not at all");
        if (inForce.isCompletedExceptionally())
        {
            throw failure(inForce);
        }
        return handle;
    }

    private void check(final StageContext settings, final StageEntry entry)
    {
        for (int i = 0; i < entry.targetCount(); i++)
        {
            final StageTarget target = entry.target(i);
            if (target.remote() == null)
            {
                SettingsCheck.require(context.queues().isEmpty(), "target " + target +
                    ": an engine with several queues cannot send to a port from all of its threads; use a remote");
            }
            else
            {
                RemoteCheck.require(
                    new RemoteCheck(context.underlay()).address(target.remote().address()), "target " + target);
                SettingsCheck.require(
                    context.ipNetwork() == null || settings.direction() == Fate.Direction.ENCAP, "target " + target +
                    ": an IP network cannot send packets of remotes to remotes; use direction(ENCAP)");
            }
        }
    }

    /** Hold the remotes. On the thread that writes the tables. */
    private void hold(final StageEntry entry)
    {
        for (int i = 0; i < entry.targetCount(); i++)
        {
            final Vtep remote = entry.target(i).remote();
            if (remote != null)
            {
                final int number = forwarding.remotes().intern(remote);
                if (number == RemoteTable.MISSING)
                {
                    release(entry);
                    throw new IllegalArgumentException("no room for target " + entry.target(i) + ": maxRemotes=" +
                        context.maxRemotes() + " is reached; set it higher");
                }
                entry.remote(i, number);
            }
        }
    }

    private void release(final StageEntry entry)
    {
        for (int i = 0; i < entry.targetCount(); i++)
        {
            if (entry.target(i).remote() != null && entry.remote(i) != RemoteTable.MISSING)
            {
                forwarding.remotes().release(entry.remote(i));
            }
        }
    }

    private CompletableFuture<Void> open(final StageEntry entry)
    {
        return entry.isFor(Fate.Direction.DECAP) ? rings.open() : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> install(final StageEntry entry)
    {
        synchronized (stages)
        {
            stages.add(entry);
            // Frames that the fast path carries pass no stage.
            return CompletableFuture.allOf(commands.perform(() -> fastPath.hold(HOLD)), publish());
        }
    }

    private CompletableFuture<Void> remove(final StageEntry entry)
    {
        final CompletableFuture<Void> removed;
        synchronized (stages)
        {
            stages.remove(entry);
            removed = publish().thenCompose(none -> commands.perform(() -> fastPath.release(HOLD)));
        }
        final CompletableFuture<Void> forgotten = removed.thenRun(() -> forgetPorts(entry));
        return entry.hasRemotes() ? forgotten.thenCompose(none -> commands.perform(() -> release(entry))) : forgotten;
    }

    /** Forget the traffic of ports that the engine has no more to do with. */
    private void forgetPorts(final StageEntry entry)
    {
        for (int i = 0; i < entry.targetCount(); i++)
        {
            final Port port = entry.target(i).port();
            if (port != null && !isInSegment(port) && !isTarget(port))
            {
                counters.forget(port);
            }
        }
    }

    private boolean isInSegment(final Port port)
    {
        final IpNetworkContext network = context.ipNetwork();
        return network != null && network.port() == port ||
            forwarding.segments().all().stream().anyMatch(segment -> segment.ports().find(port) != null);
    }

    private boolean isTarget(final Port port)
    {
        synchronized (stages)
        {
            return stages.stream().anyMatch(entry ->
                IntStream.range(0, entry.targetCount()).anyMatch(i -> entry.target(i).port() == port));
        }
    }

    private CompletableFuture<Void> publish()
    {
        final StageEntry[] current = stages.toArray(StageEntry[]::new);
        return Worker.change(workers, way -> way.stages().use(current));
    }

    private static RuntimeException failure(final CompletableFuture<?> failed)
    {
        final Throwable cause = failed.handle((none, error) -> error).join();
        final Throwable own = cause.getCause() == null ? cause : cause.getCause();
        return own instanceof RuntimeException ex ? ex : new IllegalStateException(own.getMessage(), own);
    }
}
