// SPDX-License-Identifier: Apache-2.0
package io.overlane.http;

import io.overlane.engine.OverlayEngine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One engine: the rates of the last minutes, and whether it answers. One thread looks, others read. */
final class WatchedEngine
{
    /** An engine that writes a large table may need a second or two. */
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    private final OverlayEngine engine;
    private final PathHistory encap;
    private final PathHistory decap;
    private CompletableFuture<Boolean> question = CompletableFuture.completedFuture(true);
    private volatile long answeredNs;

    WatchedEngine(final OverlayEngine engine, final long nowNs)
    {
        this.engine = engine;
        encap = new PathHistory(engine.counters().encap(), nowNs);
        decap = new PathHistory(engine.counters().decap(), nowNs);
        answeredNs = nowNs;
    }

    boolean isOf(final OverlayEngine other)
    {
        return engine == other;
    }

    void look(final long nowNs)
    {
        encap.look(nowNs);
        decap.look(nowNs);
        if (question.isDone())
        {
            answeredNs = nowNs;
            if (engine.isRunning())
            {
                question = engine.control().operate(tables -> true);
            }
        }
    }

    /** One line; empty if there is none. */
    String problem(final String name, final long nowNs)
    {
        if (!engine.isRunning())
        {
            final String cause = engine.terminated().isCompletedExceptionally() ?
                engine.terminated().handle((none, ex) -> ": " + ex).join() : "";
            return name + " has ended" + cause;
        }
        final long silentNs = nowNs - answeredNs;
        return silentNs < PATIENCE_NS ? "" :
            name + " has not answered for " + TimeUnit.NANOSECONDS.toSeconds(silentNs) + " s";
    }

    Map<String, Object> history(final String name)
    {
        final Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", name);
        members.put("running", engine.isRunning());
        members.put("encap", encap.json());
        members.put("decap", decap.json());
        return members;
    }
}
