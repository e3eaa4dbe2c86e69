// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.overlane.fastpath.FastPathState;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.PathRow;
import io.overlane.status.TableCounters;
import io.overlane.status.Volume;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one engine in one registry. One thread at a time, except for the values of meters. */
final class Binding
{
    private static final double[] PERCENTILES = {0.5, 0.9, 0.99, 0.999};
    private static final String EVENTS = "What happened to MACs, and neighbours that were not learned";

    private final MeterRegistry registry;
    private final Tags common;
    private final Supplier<EngineSnapshot> engine;
    private final List<Meter> meters = new ArrayList<>();
    private final Rows rows;
    private final List<Windows> windows;

    /** The recent distributions of one direction. */
    private record Windows(Function<EngineSnapshot, PathRow> path, Window batchSizes, Window latencyNs)
    {
        void update(final EngineSnapshot snapshot, final long nowNs)
        {
            batchSizes.update(path.apply(snapshot).batchSizes(), nowNs);
            latencyNs.update(path.apply(snapshot).latencyNs(), nowNs);
        }
    }

    Binding(
        final MeterRegistry registry, final Tags common, final int maxRows, final Supplier<EngineSnapshot> engine)
    {
        this.registry = registry;
        this.common = common;
        this.engine = engine;
        rows = new Rows(registry, common, maxRows, this::refresh);
        windows = List.of(
            path("encap", EngineSnapshot::encap),
            path("decap", EngineSnapshot::decap));
        tables();
        others();
    }

    void update(final EngineSnapshot snapshot, final long nowNs)
    {
        rows.update(snapshot);
        windows.forEach(window -> window.update(snapshot, nowNs));
    }

    void close()
    {
        rows.close();
        meters.forEach(registry::remove);
        meters.clear();
    }

    private Windows path(final String direction, final Function<EngineSnapshot, PathRow> path)
    {
        final Tags tags = common.and("direction", direction);
        counter("overlane.frames", null, "Frames by their fate", tags.and("fate", "delivered"),
            now -> path.apply(now).delivered().frames());
        counter("overlane.frames", null, "Frames by their fate", tags.and("fate", "answered"),
            now -> path.apply(now).answered());
        counter("overlane.frames", null, "Frames by their fate", tags.and("fate", "dropped"),
            now -> path.apply(now).allDropped());
        counter("overlane.traffic", "bytes", "Bytes of delivered frames", tags,
            now -> path.apply(now).delivered().bytes());
        gauge("overlane.held", "Frames that wait for the MAC of a gateway's next hop", tags,
            now -> path.apply(now).held());
        counter("overlane.flood.copies", null, "Copies of flooded frames beyond the first", tags,
            now -> path.apply(now).floodCopies());
        counter("overlane.mirror.copies", null, "Copies that stages sent", tags,
            now -> path.apply(now).mirrored());
        final Windows recent = new Windows(path, new Window(), new Window());
        for (final double percentile : PERCENTILES)
        {
            final Tags ofPercentile = tags.and("percentile", Double.toString(percentile));
            gauge("overlane.batch.size", "Frames that were polled together, in the last minute or two", ofPercentile,
                now -> recent.batchSizes.recent().percentile(100 * percentile));
            meters.add(TimeGauge.builder(
                "overlane.latency.percentile",
                recent,
                TimeUnit.NANOSECONDS,
                window ->
                {
                    refresh();
                    return recent.latencyNs.recent().percentile(100 * percentile);
                })
                .tags(ofPercentile).description("Time of frames in the engine, in the last minute or two")
                .register(registry));
        }
        meters.add(FunctionTimer.builder(
            "overlane.latency",
            this,
            binding -> path.apply(engine.get()).latencyNs().count(),
            binding -> path.apply(engine.get()).latencyNs().sum(),
            TimeUnit.NANOSECONDS)
            .tags(tags).description("Time of frames in the engine, while it is measured").register(registry));
        return recent;
    }

    /** A snapshot that is too old is replaced, and the rows and windows with it. */
    @SuppressWarnings("ReturnValueIgnored")
    private void refresh()
    {
        engine.get();
    }

    private void tables()
    {
        table("fdb", now -> now.tables().fdb());
        table("neighbors", now -> now.tables().neighbors());
        table("routes", now -> now.tables().routes());
        table("remotes", now -> now.tables().remotes());
        table("segments", now -> now.segments().size());
        for (final TableCounters.Event event : TableCounters.Event.values())
        {
            counter("overlane.table.events", null, EVENTS, common.and("event", name(event)),
                now -> now.tables().events().getOrDefault(event, 0L));
        }
        counter("overlane.table.events", null, EVENTS, common.and("event", "forgotten"),
            now -> now.tables().forgotten());
    }

    private void table(final String table, final ToDoubleFunction<EngineSnapshot> size)
    {
        gauge("overlane.table.size", "Entries of a table", common.and("table", table), size);
    }

    private void others()
    {
        counter("overlane.underlay.lost", null, "Datagrams dropped before the engine could read them", common,
            EngineSnapshot::receiveDrops);
        counter("overlane.events.lost", null, "Events that subscribers were too slow for", common,
            EngineSnapshot::eventsLost);
        gauge("overlane.fast.path.on", "1 while the fast path carries frames", common,
            now -> now.fastPath().state() == FastPathState.ON ? 1 : 0);
        gauge("overlane.fast.path.segments", "Segments that the fast path carries", common,
            now -> now.fastPath().segments());
        gauge("overlane.fast.path.stations", "Stations in the table of the fast path", common,
            now -> now.fastPath().stations());
        gauge("overlane.fast.path.stations.max", "Most stations in the table of the fast path", common,
            now -> now.fastPath().maxStations());
        fastPath("encap", now -> now.fastPath().encap());
        fastPath("decap", now -> now.fastPath().decap());
        gauge("overlane.running", "1 while the engine runs", common, now -> now.isRunning() ? 1 : 0);
        rows.kinds().forEach((kind, sets) -> gauge(
            "overlane.hidden", "Rows without meters of their own", common.and("kind", kind),
            now -> Arrays.stream(sets).mapToInt(SeriesSet::hidden).sum()));
    }

    private void fastPath(final String direction, final Function<EngineSnapshot, Volume> carried)
    {
        final Tags tags = common.and("direction", direction);
        counter("overlane.fast.path.frames", null, "Delivered frames that the fast path carried", tags,
            now -> carried.apply(now).frames());
        counter("overlane.fast.path.traffic", "bytes", "Bytes of delivered frames that the fast path carried", tags,
            now -> carried.apply(now).bytes());
    }

    private void counter(
        final String name,
        final @Nullable String unit,
        final String description,
        final Tags tags,
        final ToDoubleFunction<EngineSnapshot> value)
    {
        meters.add(FunctionCounter.builder(name, this, binding -> value.applyAsDouble(engine.get()))
            .tags(tags).baseUnit(unit).description(description).register(registry));
    }

    private void gauge(
        final String name, final String description, final Tags tags, final ToDoubleFunction<EngineSnapshot> value)
    {
        meters.add(Gauge.builder(name, this, binding -> value.applyAsDouble(engine.get()))
            .tags(tags).description(description).register(registry));
    }

    private static String name(final TableCounters.Event event)
    {
        return event.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
