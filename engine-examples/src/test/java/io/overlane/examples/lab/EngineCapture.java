// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A capture that an engine wrote, read by tshark. */
public final class EngineCapture
{
    /** Name of the interface that has the datagrams. */
    public static final String UNDERLAY = "underlay";

    private static final List<String> TSHARK = List.of("tshark", "-d", "udp.port==8472,vxlan", "-T", "fields");

    /** The last occurrence of a field: of a datagram, that of its inner packet. */
    private static final List<String> FIELDS = List.of(
        "-E", "separator=|", "-E", "occurrence=l",
        "-e", "frame.interface_name", "-e", "frame.packet_id", "-e", "frame.packet_flags_direction",
        "-e", "frame.drop_count", "-e", "frame.comment", "-e", "_ws.malformed", "-e", "frame.protocols",
        "-e", "ip.src", "-e", "icmp.type", "-e", "icmp.seq", "-e", "tcp.seq_raw");

    private final Path file;

    /** @param file that is complete. */
    public EngineCapture(final Path file)
    {
        this.file = file;
    }

    /**
     * A record.
     *
     * @param interfaceName a port, or {@link #UNDERLAY}.
     * @param packetId      the same for all records of a packet.
     * @param isInbound     true if the packet came in there.
     * @param lost          records before it that were lost.
     * @param comment       with the verdict.
     * @param isMalformed   what tshark thinks of it.
     * @param protocols     from the outside to the inside.
     * @param inner         source, ICMP type, and sequence numbers of ICMP and TCP of the inner packet.
     */
    public record Line(
        String interfaceName,
        String packetId,
        boolean isInbound,
        long lost,
        String comment,
        boolean isMalformed,
        String protocols,
        List<String> inner)
    {
        static Line of(final String text)
        {
            final String[] fields = text.split("\\|", -1);
            return new Line(
                fields[0],
                fields[1],
                Integer.decode(fields[2]) == 1,
                fields[3].isEmpty() ? 0 : Long.parseLong(fields[3]),
                fields[4],
                !fields[5].isEmpty(),
                fields[6],
                Arrays.asList(fields).subList(7, fields.length));
        }
    }

    /**
     * @param live true to read standard input while packets come, and print each at once.
     * @return a command line that prints what {@link #line} understands.
     */
    public static List<String> reader(final boolean live)
    {
        final List<String> command = new ArrayList<>(TSHARK);
        if (live)
        {
            command.addAll(List.of("-l", "-i", "-"));
        }
        command.addAll(FIELDS);
        return command;
    }

    /**
     * @param text that the reader printed.
     * @return the record.
     */
    public static Line line(final String text)
    {
        return Line.of(text);
    }

    /** @return the records; each is well-formed and has a verdict. */
    public List<Line> lines()
    {
        final List<String> command = reader(false);
        command.addAll(List.of("-r", file.toString()));
        final List<Line> lines = run(command).stream().map(Line::of).toList();
        for (final Line line : lines)
        {
            assertTrue(line.comment().contains("verdict="), line::toString);
            assertEquals(false, line.isMalformed(), line::toString);
        }
        return lines;
    }

    /**
     * @param lines of a capture.
     * @return the records of each packet that was delivered.
     */
    public static Map<String, List<Line>> delivered(final List<Line> lines)
    {
        final Map<String, List<Line>> packets = new LinkedHashMap<>();
        lines.stream()
            .filter(line -> line.comment().contains("verdict=delivered"))
            .forEach(line -> packets.computeIfAbsent(line.packetId(), id -> new ArrayList<>()).add(line));
        return packets;
    }

    /** @return lost records as the statistics of the interfaces have it; tshark reads the file's blocks. */
    public long lost()
    {
        return run(List.of("tshark", "-r", file.toString(), "-X", "read_format:MIME Files Format",
            "-T", "fields", "-E", "aggregator=,", "-e", "pcapng.options.option.data.interface.dropped")).stream()
            .flatMap(line -> Arrays.stream(line.split(",")))
            .mapToLong(Long::decode)
            .sum();
    }

    private static List<String> run(final List<String> command)
    {
        return LabProcess.start(command).await(120).orFail().stdout();
    }
}
