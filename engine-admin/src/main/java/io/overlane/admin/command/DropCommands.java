// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.DropSample;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code drops}: counts of lost frames by reason, segment and remote, and samples. */
final class DropCommands
{
    private static final int VXLAN_LENGTH = 8;

    /** All columns except the bytes. */
    private static final int SAMPLE_COLUMNS_SHOWN = 7;

    private final EngineAccess engine;
    private final boolean isVxlan;

    /** Criteria of the request; null matches all. */
    private record Filter(@Nullable Integer vni, @Nullable IpAddress remote, @Nullable DropReason reason)
    {
        boolean admits(final DropReason why, final @Nullable Integer segment, final @Nullable IpAddress from)
        {
            return (vni == null || vni.equals(segment)) &&
                (remote == null || remote.equals(from)) &&
                (reason == null || reason == why);
        }
    }

    /** A group of drops; members are null if the request does not separate by them, or the drop has none. */
    private record Kind(String path, DropReason reason, @Nullable Integer vni, @Nullable IpAddress remote)
    {
    }

    /** Frames of one kind, and the length of the longest in bytes; 0 if unknown. */
    private record Count(long frames, int longest)
    {
        Count plus(final Count other)
        {
            return new Count(frames + other.frames, Math.max(longest, other.longest));
        }
    }

    DropCommands(final EngineAccess engine, final boolean isVxlan)
    {
        this.engine = engine;
        this.isVxlan = isVxlan;
    }

    void addTo(final AdminCommands commands)
    {
        commands.addReading(
            "drops",
            "[vni N] [remote IP] [reason REASON]",
            "dropped frames by reason, segment and remote, and the headers of the last ones",
            this::drops);
    }

    private Answer drops(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, "vni", "remote", "reason");
        // A VNI without a segment is allowed: its frames are dropped, too.
        final Filter filter = new Filter(
            words.optional("vni", EngineAccess.VNI),
            words.optional("remote", IpAddress::parse),
            words.optional("reason", DropCommands::reason));
        final Table counts = counts(filter);
        final Table samples = samples(filter);
        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("counts", counts.json());
        json.put("samples", samples.json());
        final EngineCounters counters = engine.engine().counters();
        final long withoutLine =
            counters.encap().ledger().framesWithoutLine() + counters.decap().ledger().framesWithoutLine();
        json.put("without_line", withoutLine);
        return new Answer(
            counts.text() +
                (withoutLine == 0 ? "" : withoutLine + " frames are counted by reason alone, because there were more " +
                    "combinations of reason, VNI and remote than maxDropLines\n") +
                (samples.isEmpty() ? "" : "\n" + samples.text()),
            json);
    }

    /** The address to show, if there is one. */
    private static @Nullable IpAddress remoteOf(final long high, final long low)
    {
        return high == 0 && low == 0 ? null : new IpAddress(high, low);
    }

    private Table counts(final Filter filter)
    {
        final EngineCounters counters = engine.engine().counters();
        final Map<Kind, Count> counts = new LinkedHashMap<>();
        collect(counts, "encap", counters.encap());
        collect(counts, "decap", counters.decap());
        final List<Map.Entry<Kind, Count>> lines = new ArrayList<>(counts.entrySet());
        lines.removeIf(line ->
            !filter.admits(line.getKey().reason, line.getKey().vni, line.getKey().remote));
        lines.sort(Map.Entry.<Kind, Count>comparingByValue(Comparator.comparingLong(Count::frames)).reversed()
            .thenComparing(Map.Entry::getKey, Comparator.comparing(Kind::reason)));

        final Table table = new Table("path", "reason", "vni", "remote", "frames", "longest");
        lines.forEach(line -> table.row(
            line.getKey().path,
            line.getKey().reason.label(),
            line.getKey().vni,
            line.getKey().remote,
            line.getValue().frames,
            line.getValue().longest == 0 ? null : line.getValue().longest));
        return table;
    }

    /** Newest first within each reason. */
    private Table samples(final Filter filter)
    {
        final Table table = new Table("path", "reason", "age_ms", "vni", "remote", "length", "frame", "bytes")
            .show(SAMPLE_COLUMNS_SHOWN);
        final long nowNs = engine.engine().clock().nanoTime();
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            samples(table, filter, "encap", engine.engine().counters().encap().samples().last(reason), nowNs);
            samples(table, filter, "decap", engine.engine().counters().decap().samples().last(reason), nowNs);
        }
        return table;
    }

    private void samples(
        final Table table, final Filter filter, final String path, final List<DropSample> samples, final long nowNs)
    {
        for (int i = samples.size() - 1; i >= 0; i--)
        {
            final DropSample sample = samples.get(i);
            final boolean hasTunnelHeader = isVxlan && sample.hasTunnelHeader();
            final ByteBuffer bytes = ByteBuffer.wrap(sample.bytes());
            final boolean hasVni = hasTunnelHeader && bytes.limit() >= VXLAN_LENGTH;
            final Integer vni = sample.vni() != DropLedger.NO_VNI ? (Integer)sample.vni() :
                hasVni ? bytes.getInt(4) >>> 8 : null;
            if (filter.admits(sample.reason(), vni, sample.remote()))
            {
                final int skipped = hasTunnelHeader ? Math.min(VXLAN_LENGTH, bytes.limit()) : 0;
                final String frame = FrameSummary.of(bytes.position(skipped).slice(), isVxlan);
                table.row(
                    path,
                    sample.reason().label(),
                    TimeUnit.NANOSECONDS.toMillis(nowNs - sample.timeNs()),
                    vni,
                    sample.remote(),
                    sample.length(),
                    frame.isEmpty() ? null : frame,
                    HexFormat.of().formatHex(sample.bytes()));
            }
        }
    }

    /** Each queue has counters of its own; their sum is one line. */
    private static void collect(final Map<Kind, Count> counts, final String path, final PathCounters counters)
    {
        counters.ledger().forEach((reason, vni, high, low, count) ->
            counts.merge(
                new Kind(path, reason, vni == DropLedger.NO_VNI ? null : vni, remoteOf(high, low)),
                new Count(count, counters.ledger().longest(reason, vni, high, low)),
                Count::plus));
    }

    static DropReason reason(final String label)
    {
        final List<String> labels = new ArrayList<>();
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            if (reason.label().equals(label))
            {
                return reason;
            }
            labels.add(reason.label());
        }
        throw new IllegalArgumentException("unknown reason '" + label + "' (" + String.join(", ", labels) + ")");
    }
}
