// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.overlane.metrics.SeriesSet.Measure;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.DropRow;
import io.overlane.status.Volume;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The meters of the rows of a snapshot: segments, ports, remotes, routing contexts and drops. One thread at a time. */
final class Rows
{
    private static final String NONE = "none";

    private final SeriesSet segments;
    private final SeriesSet ports;
    private final SeriesSet remotes;
    private final SeriesSet contexts;
    private final SeriesSet encapReasons;
    private final SeriesSet decapReasons;
    private final SeriesSet encapDrops;
    private final SeriesSet decapDrops;

    Rows(final MeterRegistry registry, final Tags common, final int maxRows, final Runnable refresh)
    {
        segments = new SeriesSet(
            registry, common, maxRows, List.of("vni"), volumes("overlane.segment", "encap", "decap"), refresh);
        remotes = new SeriesSet(
            registry, common, maxRows, List.of("remote", "vni"), volumes("overlane.remote", "encap", "decap"), refresh);
        ports = new SeriesSet(
            registry, common, maxRows, List.of("port", "queue", "vni"), portMeasures(), refresh);
        contexts = new SeriesSet(registry, common, maxRows, List.of("context"), contextMeasures(), refresh);
        encapReasons = reasons(registry, common.and("direction", "encap"), refresh);
        decapReasons = reasons(registry, common.and("direction", "decap"), refresh);
        encapDrops = drops(registry, common.and("direction", "encap"), maxRows, refresh);
        decapDrops = drops(registry, common.and("direction", "decap"), maxRows, refresh);
    }

    /** The sets of each kind of rows. */
    Map<String, SeriesSet[]> kinds()
    {
        final Map<String, SeriesSet[]> kinds = new LinkedHashMap<>();
        kinds.put("segment", new SeriesSet[]{segments});
        kinds.put("port", new SeriesSet[]{ports});
        kinds.put("remote", new SeriesSet[]{remotes});
        kinds.put("context", new SeriesSet[]{contexts});
        kinds.put("drop", new SeriesSet[]{encapDrops, decapDrops});
        return kinds;
    }

    void update(final EngineSnapshot now)
    {
        segments.update(rows(
            now.segments(),
            row -> Tags.of("vni", Integer.toString(row.vni())),
            row -> values(row.encap(), row.decap())));
        remotes.update(rows(
            now.remotes(),
            row -> Tags.of("remote", row.vtep() == null ? "unknown" : row.vtep().toString(), "vni", vni(row.vni())),
            row -> values(row.encap(), row.decap())));
        ports.update(rows(
            now.ports(),
            row -> Tags.of("port", row.name(), "queue", Integer.toString(row.queue()), "vni", vni(row.vni())),
            row -> values(
                row.in(), row.out(), (double)row.refused(), (double)row.overwritten(), row.fill(), row.fillOut())));
        contexts.update(rows(
            now.routing(),
            row -> Tags.of("context", row.context()),
            row -> values(
                row.fromPorts(),
                row.fromRemotes(),
                (double)row.answered(),
                (double)row.requests(),
                row.dropped().values().stream().mapToDouble(Long::doubleValue).sum())));
        encapReasons.update(reasons(now.encap().dropped()));
        decapReasons.update(reasons(now.decap().dropped()));
        encapDrops.update(drops(now.encap().drops()));
        decapDrops.update(drops(now.decap().drops()));
    }

    void close()
    {
        kinds().values().stream().flatMap(Arrays::stream).forEach(SeriesSet::close);
        encapReasons.close();
        decapReasons.close();
    }

    /** An application can add reasons at any time, but not many. */
    private static SeriesSet reasons(final MeterRegistry registry, final Tags common, final Runnable refresh)
    {
        return new SeriesSet(
            registry,
            common,
            Integer.MAX_VALUE,
            List.of("reason"),
            List.of(new Measure("overlane.drops", null, "Dropped frames by reason", Tags.empty(), false)),
            refresh);
    }

    private static Map<Tags, double[]> reasons(final Map<DropReason, Long> dropped)
    {
        final Map<Tags, double[]> reasons = new HashMap<>();
        dropped.forEach((reason, frames) -> reasons.put(Tags.of("reason", reason.label()), new double[]{frames}));
        return reasons;
    }

    private static SeriesSet drops(
        final MeterRegistry registry, final Tags common, final int maxRows, final Runnable refresh)
    {
        return new SeriesSet(
            registry,
            common,
            maxRows,
            List.of("reason", "vni", "remote"),
            List.of(new Measure(
                "overlane.drops.by.remote", null, "Dropped frames and copies by reason, VNI and remote", Tags.empty(),
                false)),
            refresh);
    }

    private static Map<Tags, double[]> drops(final List<DropRow> drops)
    {
        return rows(
            drops,
            row -> Tags.of(
                "reason", row.reason().label(),
                "vni", vni(row.vni()),
                "remote", row.remote() == null ? NONE : row.remote().toString()),
            row -> new double[]{row.frames()});
    }

    private static List<Measure> volumes(final String prefix, final String one, final String other)
    {
        return List.of(
            new Measure(prefix + ".frames", null, "Delivered frames", Tags.of("direction", one), false),
            new Measure(prefix + ".traffic", "bytes", "Bytes of delivered frames", Tags.of("direction", one), false),
            new Measure(prefix + ".frames", null, "Delivered frames", Tags.of("direction", other), false),
            new Measure(
                prefix + ".traffic", "bytes", "Bytes of delivered frames", Tags.of("direction", other), false));
    }

    private static List<Measure> portMeasures()
    {
        final String frames = "Frames from and to a port";
        final String traffic = "Bytes of frames from and to a port";
        final String fill = "Part of the room of a port's queue that is taken";
        return List.of(
            new Measure("overlane.port.frames", null, frames, Tags.of("direction", "in"), false),
            new Measure("overlane.port.traffic", "bytes", traffic, Tags.of("direction", "in"), false),
            new Measure("overlane.port.frames", null, frames, Tags.of("direction", "out"), false),
            new Measure("overlane.port.traffic", "bytes", traffic, Tags.of("direction", "out"), false),
            new Measure("overlane.port.refused", null, "Frames for which a port had no room", Tags.empty(), false),
            new Measure(
                "overlane.port.overwritten", null, "Frames that newer ones overwrote unread", Tags.empty(), false),
            new Measure("overlane.port.fill", null, fill, Tags.of("direction", "in"), true),
            new Measure("overlane.port.fill", null, fill, Tags.of("direction", "out"), true));
    }

    private static List<Measure> contextMeasures()
    {
        final List<Measure> measures = new ArrayList<>();
        final String frames = "Frames that the gateways of a routing context routed";
        final String traffic = "Bytes of frames that the gateways of a routing context routed";
        for (final String direction : List.of("encap", "decap"))
        {
            final Tags tags = Tags.of("direction", direction);
            measures.add(new Measure("overlane.routed.frames", null, frames, tags, false));
            measures.add(new Measure("overlane.routed.traffic", "bytes", traffic, tags, false));
        }
        measures.add(new Measure(
            "overlane.routed.answered", null, "Frames for gateways themselves", Tags.empty(), false));
        measures.add(new Measure(
            "overlane.routed.requests", null, "Requests of gateways for MAC addresses", Tags.empty(), false));
        measures.add(new Measure(
            "overlane.routed.drops", null, "Frames that gateways dropped", Tags.empty(), false));
        return measures;
    }

    private static double[] values(final Volume one, final Volume other, final double... more)
    {
        final double[] values = Arrays.copyOf(
            new double[]{one.frames(), one.bytes(), other.frames(), other.bytes()}, 4 + more.length);
        System.arraycopy(more, 0, values, 4, more.length);
        return values;
    }

    private static String vni(final @Nullable Integer vni)
    {
        return vni == null ? NONE : vni.toString();
    }

    /** Rows with the same tags are one row: ports of a segment may have the same name. */
    private static <R> Map<Tags, double[]> rows(
        final List<R> rows, final Function<R, Tags> tags, final Function<R, double[]> values)
    {
        final Map<Tags, double[]> byTags = new HashMap<>();
        rows.forEach(row -> byTags.merge(tags.apply(row), values.apply(row), (a, b) ->
        {
            Arrays.setAll(a, i -> a[i] + b[i]);
            return a;
        }));
        return byTags;
    }
}
