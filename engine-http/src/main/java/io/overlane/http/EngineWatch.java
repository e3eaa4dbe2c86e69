// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Looks at the engines each second: adds to their histories, and tests whether they answer. */
final class EngineWatch implements AutoCloseable
{
    private static final long PERIOD_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CLOSE_LIMIT_MS = 2000;

    private final Supplier<Map<String, OverlayEngine>> engines;
    private final Supplier<String> problem;
    private final GuardedErrorHandler errors;
    private final Thread thread = new Thread(this::run, "overlane-http-watch");
    private volatile Map<String, WatchedEngine> watched = Map.of();
    private volatile boolean isClosed;

    EngineWatch(
        final Supplier<Map<String, OverlayEngine>> engines,
        final Supplier<String> problem,
        final GuardedErrorHandler errors)
    {
        this.engines = engines;
        this.problem = problem;
        this.errors = errors;
    }

    void start()
    {
        look(System.nanoTime());
        thread.setDaemon(true);
        thread.start();
    }

    /** Why not everything is well, one reason a line; empty if it is. */
    String problems()
    {
        final List<String> problems = new ArrayList<>();
        problems.add(problem.get());
        final long nowNs = System.nanoTime();
        watched.forEach((name, engine) -> problems.add(engine.problem(name, nowNs)));
        problems.removeIf(String::isEmpty);
        return String.join("\n", problems);
    }

    /** For programs: the history of each engine. */
    Map<String, Object> history()
    {
        final List<Object> rows = new ArrayList<>();
        watched.forEach((name, engine) -> rows.add(engine.history(name)));
        final Map<String, Object> members = new LinkedHashMap<>();
        members.put("interval_ms", TimeUnit.NANOSECONDS.toMillis(PERIOD_NS));
        members.put("engines", rows);
        return members;
    }

    @Override
    public void close()
    {
        isClosed = true;
        LockSupport.unpark(thread);
        try
        {
            if (thread != Thread.currentThread())
            {
                thread.join(CLOSE_LIMIT_MS);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private void run()
    {
        long nextNs = System.nanoTime() + PERIOD_NS;
        while (!isClosed)
        {
            final long nowNs = System.nanoTime();
            if (nextNs - nowNs > 0)
            {
                LockSupport.parkNanos(nextNs - nowNs);
                continue;
            }
            look(nowNs);
            // After a pause of the whole program, do not catch up.
            nextNs = Math.max(nextNs + PERIOD_NS - nowNs, 0) + nowNs;
        }
    }

    private void look(final long nowNs)
    {
        try
        {
            final Map<String, WatchedEngine> next = new LinkedHashMap<>();
            engines.get().forEach((name, engine) ->
            {
                final WatchedEngine known = watched.get(name);
                next.put(name, known != null && known.isOf(engine) ? known : new WatchedEngine(engine, nowNs));
            });
            next.values().forEach(engine -> engine.look(nowNs));
            watched = next;
        }
        catch (final RuntimeException ex)
        {
            errors.onError(ex);
        }
    }
}
