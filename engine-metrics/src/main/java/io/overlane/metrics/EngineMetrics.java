// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.overlane.engine.OverlayEngine;
import io.overlane.status.EngineSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The numbers of an engine as Micrometer meters:
 *
 * <pre>
 * new EngineMetrics(engine).bindTo(registry);
 * </pre>
 *
 * <p>All meters read one {@link EngineSnapshot}, which is a second old at most when it is read. Meters of segments,
 * ports, remotes, routing contexts and drops come and go with them, when the next snapshot is read. Of each kind only a
 * number of rows have meters of their own ({@link #maxRows(int)}); the rest is summed up under the tag value {@code
 * other}, and {@code overlane.hidden} is the number of rows that are in that sum. The page "Embedding" lists the
 * meters. Any thread.
 */
public final class EngineMetrics implements MeterBinder, AutoCloseable
{
    /** An engine with this many rows of each kind has fewer than 26,000 series, which Prometheus can still read. */
    public static final int DEFAULT_MAX_ROWS = 1_000;

    private static final long MAX_AGE_NS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<EngineSnapshot> engine;
    private final LongSupplier clock;
    private final Tag tag;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Binding> bindings = new ArrayList<>();
    private int maxRows = DEFAULT_MAX_ROWS;
    private long readNs;
    private volatile EngineSnapshot snapshot;

    /**
     * Meters with the endpoint of the underlay as the tag {@code engine}.
     *
     * @param engine to read; it stays the caller's.
     */
    public EngineMetrics(final OverlayEngine engine)
    {
        this(engine, engine.local().toString());
    }

    /**
     * @param engine to read; it stays the caller's.
     * @param name   value of the tag {@code engine} of all meters, different for each engine.
     */
    public EngineMetrics(final OverlayEngine engine, final String name)
    {
        this(engine::snapshot, name, System::nanoTime);
    }

    EngineMetrics(final Supplier<EngineSnapshot> engine, final String name, final LongSupplier clock)
    {
        this.engine = engine;
        this.clock = clock;
        tag = Tag.of("engine", name);
        snapshot = engine.get();
        readNs = clock.getAsLong();
    }

    /**
     * Call this before {@link #bindTo(MeterRegistry)}.
     *
     * @param maxRows maximum number of segments, of ports, of remotes, of routing contexts, and of drops of each
     *                direction that have meters of their own, 0 or more. Default {@link #DEFAULT_MAX_ROWS}.
     * @return this.
     */
    public EngineMetrics maxRows(final int maxRows)
    {
        if (maxRows < 0)
        {
            throw new IllegalArgumentException("maxRows=" + maxRows + " is negative; use 0 for no rows");
        }
        this.maxRows = maxRows;
        return this;
    }

    @Override
    public void bindTo(final MeterRegistry registry)
    {
        lock.lock();
        try
        {
            final Binding binding = new Binding(registry, Tags.of(tag), maxRows, this::current);
            bindings.add(binding);
            binding.update(snapshot, clock.getAsLong());
        }
        finally
        {
            lock.unlock();
        }
    }

    /** Remove all meters from all registries. */
    @Override
    public void close()
    {
        lock.lock();
        try
        {
            bindings.forEach(Binding::close);
            bindings.clear();
        }
        finally
        {
            lock.unlock();
        }
    }

    /**
     * The last snapshot; a new one if it is too old. A thread that comes while another one reads gets the last: it must
     * not wait here, because it may hold a lock of its registry.
     */
    private EngineSnapshot current()
    {
        if (lock.tryLock())
        {
            try
            {
                final long nowNs = clock.getAsLong();
                if (lock.getHoldCount() == 1 && nowNs - readNs >= MAX_AGE_NS)
                {
                    snapshot = engine.get();
                    readNs = nowNs;
                    bindings.forEach(binding -> binding.update(snapshot, nowNs));
                }
            }
            finally
            {
                lock.unlock();
            }
        }
        return snapshot;
    }
}
