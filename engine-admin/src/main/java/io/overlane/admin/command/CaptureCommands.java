// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.capture.CaptureStatistics;
import io.overlane.fate.Fate;
import io.overlane.pcap.PcapngWriter;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.CloseHelper;

/** {@code capture}: live captures to a file on the engine's host, or down the connection. */
final class CaptureCommands
{
    private static final String FILTERS =
        "[vni N,…] [mac MAC,…] [ip PREFIX,…] [reason REASON,…] [drops] [direction encap|decap] [segments] " +
        "[snap BYTES] [seconds N]";
    private static final String OVERWRITE = "overwrite";
    private static final String DROPS = "drops";
    private static final String SEGMENTS = "segments";
    private static final String STREAM_NAME = "-";

    private final EngineAccess engine;
    private final EngineCaptures captures;

    CaptureCommands(final EngineAccess engine, final EngineCaptures captures)
    {
        this.engine = engine;
        this.captures = captures;
    }

    void addTo(final AdminCommands commands)
    {
        commands.add(
            "capture start",
            "FILE [overwrite] " + FILTERS + " [size BYTES[K|M|G]] [files N]",
            "write packets and their verdicts to a pcapng file on the engine's host",
            this::start);
        commands.add("capture -", FILTERS, "the same to ctl's standard output, for wireshark -k -i -", this::stream);
        commands.add("capture stop", "[FILE|-]", "end the capture to this file, or all captures", this::stop);
        commands.addReading(
            "capture show", "", "captures, their records, and those that found no room", words -> show(captures.all()));
    }

    private Answer start(final List<String> request) throws AdminException
    {
        final Words words = new Words(
            request, Set.of(OVERWRITE, DROPS, SEGMENTS), 1,
            "vni", "mac", "ip", "reason", "direction", "snap", "seconds", "size", "files");
        final Path file = words.required(0, "FILE", Path::of);
        if (!file.isAbsolute())
        {
            throw AdminException.usage(
                "'" + file + "' is not a whole path, which begins with /: the engine's process writes the file");
        }
        final Long size = words.optional("size", CaptureCommands::size);
        final Integer files = words.optional("files", Words.number("number of files", 1, CaptureContext.MAX_FILES));
        final CaptureContext context = context(words)
            .file(file)
            .overwrites(words.given().contains(OVERWRITE))
            .maxFileLength(size == null ? EngineCaptures.DEFAULT_FILE_LENGTH : size)
            .files(files != null ? files : size == null ? EngineCaptures.DEFAULT_FILES : 1);
        start(context);
        return Answer.line("capturing to " + file);
    }

    private Answer stream(final List<String> request) throws AdminException
    {
        final CaptureContext context = context(new Words(
            request, Set.of(DROPS, SEGMENTS), 0, "vni", "mac", "ip", "reason", "direction", "snap", "seconds"));
        return Answer.ofStream(channel -> stream(context, channel));
    }

    private void stream(final CaptureContext context, final WritableByteChannel channel)
    {
        try
        {
            start(context.channel(channel, STREAM_NAME));
        }
        catch (final AdminException ex)
        {
            // The engine has just ended. The client sees that the stream is empty.
            CloseHelper.quietClose(channel);
        }
    }

    private void start(final CaptureContext context) throws AdminException
    {
        try
        {
            captures.start(engine.engine(), context);
        }
        catch (final IOException | IllegalStateException | IllegalArgumentException ex)
        {
            throw AdminException.refused(String.valueOf(ex.getMessage()));
        }
    }

    private Answer stop(final List<String> request) throws AdminException
    {
        final String name = new Words(request, 1).optional(0, text -> text);
        final List<Capture> found = captures.all().stream()
            .filter(capture -> capture.statistics().isRunning())
            .filter(capture -> name == null || capture.statistics().destination().equals(name))
            .toList();
        if (found.isEmpty())
        {
            throw AdminException.refused(name == null ? "no capture runs" : "no capture to " + name + " runs");
        }
        found.forEach(Capture::close);
        return show(found);
    }

    private static Answer show(final List<Capture> shown)
    {
        final Table table = new Table("file", "running", "records", "lost", "bytes", "files", "ended_because");
        for (final Capture capture : shown)
        {
            final CaptureStatistics statistics = capture.statistics();
            table.row(
                statistics.destination(),
                statistics.isRunning(),
                statistics.records(),
                statistics.lost(),
                statistics.bytes(),
                statistics.files(),
                statistics.end());
        }
        return new Answer(table.text(), table.json());
    }

    private static CaptureContext context(final Words words) throws AdminException
    {
        final CaptureContext context = new CaptureContext()
            .dropsOnly(words.given().contains(DROPS))
            .everySegment(words.given().contains(SEGMENTS));
        each(words, "vni", EngineAccess.VNI, context::vni);
        each(words, "mac", MacAddress::parse, context::mac);
        each(words, "ip", CaptureCommands::prefix, context::address);
        each(words, "reason", DropCommands::reason, context::reason);
        context.direction(words.optional("direction", CaptureCommands::direction));
        final Integer snap = words.optional("snap", Words.number("snap length", 1, PcapngWriter.MAX_SNAP_LENGTH));
        context.snapLength(snap == null ? CaptureContext.DEFAULT_SNAP_LENGTH : snap);
        final Integer seconds = words.optional("seconds", Words.number("number of seconds", 1, 999_999_999));
        return context.maxDurationNs(seconds == null ? 0 : TimeUnit.SECONDS.toNanos(seconds));
    }

    /** A value may be a list separated by commas. */
    private static <T> void each(
        final Words words, final String key, final Words.Parser<T> parser, final Consumer<T> consumer)
        throws AdminException
    {
        final List<T> values = words.optional(key, text ->
        {
            final List<T> parsed = new ArrayList<>();
            for (final String one : text.split(",", -1))
            {
                parsed.add(parser.apply(one));
            }
            return parsed;
        });
        if (values != null)
        {
            values.forEach(consumer);
        }
    }

    /** An address alone is the prefix that has only this address. */
    private static IpPrefix prefix(final String text)
    {
        if (text.contains("/"))
        {
            return IpPrefix.parse(text);
        }
        final IpAddress address = IpAddress.parse(text);
        return new IpPrefix(address, address.isV4() ? 32 : 128);
    }

    private static Fate.Direction direction(final String text)
    {
        return switch (text)
        {
            case "encap" -> Fate.Direction.ENCAP;
            case "decap" -> Fate.Direction.DECAP;
            default -> throw new IllegalArgumentException("not a direction: '" + text + "' (expected encap or decap)");
        };
    }

    private static long size(final String text)
    {
        if (!text.matches("\\d{1,12}[KMG]?"))
        {
            throw new IllegalArgumentException("not a size: '" + text + "' (expected bytes, such as 500000 or 100M)");
        }
        final long factor = switch (text.charAt(text.length() - 1))
        {
            case 'K' -> 1_000L;
            case 'M' -> 1_000_000L;
            case 'G' -> 1_000_000_000L;
            default -> 1L;
        };
        final long size = Long.parseLong(text.replaceAll("\\D", "")) * factor;
        if (size < CaptureContext.MIN_FILE_LENGTH)
        {
            throw new IllegalArgumentException(
                "size " + text + " is less than " + CaptureContext.MIN_FILE_LENGTH + " bytes");
        }
        return size;
    }
}
