// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fastpath.FastPathHold;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.setting.Setting;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** The fast path of a running engine: what it does, and a way to let it stand still. Any thread. */
public final class EngineFastPath
{
    private final EngineContext context;
    private final FastPathMirror mirror;
    private final CommandQueue commands;

    /** {@code commands} are for the thread that writes the tables. */
    EngineFastPath(final EngineContext context, final FastPathMirror mirror, final CommandQueue commands)
    {
        this.context = context;
        this.mirror = mirror;
        this.commands = commands;
    }

    /**
     * Ask what the fast path does. The thread that writes the tables answers; with thousands of segments or remotes
     * that takes some milliseconds, for which frames wait. {@link OverlayEngine#snapshot()} has the most important
     * numbers without delay.
     *
     * @return completes with the answer; {@code off} also in an engine that was launched without a fast path. Completes
     *         exceptionally if the engine is closed.
     */
    public CompletableFuture<FastPathStatus> status()
    {
        return commands.ask(mirror::status);
    }

    /**
     * Let the engine carry all frames until the answer is closed. Stations stay in step, so nothing is learned again
     * afterwards. This returns when the fast path stands still, and does not carry a frame any more. If foreign code
     * blocks the thread of the engine, it returns after five seconds, and the error handler gets a line. On a thread of
     * an engine and in {@link ThreadingMode#INVOKER} it returns at once. Without a fast path it does nothing.
     *
     * @param reason for the status, in a few words.
     */
    public FastPathHold hold(final String reason)
    {
        Setting.notNull("reason", reason);
        Shutdown.awaitCommands(
            context,
            commands.perform(() -> mirror.hold(reason)),
            "the fast path does not stand still for " + reason);
        final AtomicBoolean isClosed = new AtomicBoolean();
        return () ->
        {
            if (isClosed.compareAndSet(false, true))
            {
                commands.perform(() -> mirror.release(reason));
            }
        };
    }
}
