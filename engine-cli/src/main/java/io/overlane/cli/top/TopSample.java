// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Counters of a running program at one moment.
 *
 * @param timeNs when they were read, by {@link System#nanoTime()}.
 * @param local  address of the engine.
 * @param lines  one for each direction, segment, remote and kind of drop.
 */
record TopSample(long timeNs, String local, List<Line> lines)
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    /** Every JSON text is YAML, and the file of a bridge needs the parser anyway. */
    private static final LoadSettings SETTINGS = LoadSettings.builder().setCodePointLimit(64 << 20).build();

    /** What a line is about. */
    enum Kind
    {
        /** All frames of one way. */
        PATH,

        /** A segment, or the frames that a routing context routed. */
        SEGMENT,

        /** A remote. */
        REMOTE,

        /** Drops for one reason. */
        DROP
    }

    /**
     * Counters since the start of the program.
     *
     * @param frames        sent, or dropped.
     * @param bytes         sent.
     * @param framesBack    received.
     * @param bytesBack     received.
     */
    record Line(Kind kind, String name, long frames, long bytes, long framesBack, long bytesBack)
    {
    }

    /**
     * Ask a program.
     *
     * @param socket of the program.
     * @param device whose engine is meant, if a flannel node has two; null otherwise.
     * @return the counters.
     * @throws IOException if there is no answer; the message is one line.
     */
    static TopSample ask(final Path socket, final @Nullable String device) throws IOException
    {
        final Map<?, ?> stats = request(socket, device, "stats");
        final Map<?, ?> drops = request(socket, device, "drops");
        final List<Line> lines = new ArrayList<>();
        final List<Map<?, ?>> paths = rows(stats, "paths");
        lines.add(new Line(
            Kind.PATH, "all", number(paths.get(0), "delivered"), number(paths.get(0), "bytes"),
            number(paths.get(1), "delivered"), number(paths.get(1), "bytes")));
        rows(stats, "segments").forEach(row -> lines.add(traffic(Kind.SEGMENT, "VNI " + row.get("vni"), row)));
        rows(stats, "contexts").forEach(row -> lines.add(new Line(
            Kind.SEGMENT, "context " + row.get("context"), number(row, "from_ports"), number(row, "from_ports_bytes"),
            number(row, "from_remotes"), number(row, "from_remotes_bytes"))));
        rows(stats, "remotes").forEach(row -> lines.add(traffic(
            Kind.REMOTE, Objects.requireNonNullElse(row.get("remote"), "not configured").toString(), row)));
        rows(drops, "counts").forEach(row -> lines.add(
            new Line(Kind.DROP, dropName(row), number(row, "frames"), 0, 0, 0)));
        return new TopSample(System.nanoTime(), String.valueOf(stats.get("local")), List.copyOf(lines));
    }

    private static Map<?, ?> request(final Path socket, final @Nullable String device, final String name)
        throws IOException
    {
        final List<String> words = new ArrayList<>(List.of("-j", name));
        if (device != null)
        {
            words.addAll(List.of("dev", device));
        }
        final AdminClient.Reply reply = AdminClient.ask(socket, words, TIMEOUT_NS);
        if (reply.status() != AdminStatus.OK)
        {
            throw new IOException(reply.body().strip());
        }
        if (new Load(SETTINGS).loadFromString(reply.body()) instanceof Map<?, ?> members)
        {
            return members;
        }
        throw new IOException("the program at " + socket + " has another version: '" + name + "' is no JSON object");
    }

    private static Line traffic(final Kind kind, final String name, final Map<?, ?> row)
    {
        return new Line(kind, name, number(row, "sent"), number(row, "sent_bytes"),
            number(row, "received"), number(row, "received_bytes"));
    }

    private static String dropName(final Map<?, ?> row)
    {
        return row.get("reason") + " " + row.get("path") +
            (row.get("vni") == null ? "" : " VNI " + row.get("vni")) +
            (row.get("remote") == null ? "" : " " + row.get("remote"));
    }

    /** An older program lacks some lists. */
    private static List<Map<?, ?>> rows(final Map<?, ?> members, final String name)
    {
        return members.get(name) instanceof List<?> list ?
            list.stream().<Map<?, ?>>map(row -> (Map<?, ?>)row).toList() : List.of();
    }

    private static long number(final Map<?, ?> row, final String name)
    {
        return row.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
