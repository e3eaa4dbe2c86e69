// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code ctl capture} under full load: tshark decodes every packet, each has a verdict, and the file and the counter
 * have the same number of lost records. {@code scripts/capture-load.sh} runs a minute of it, and prints the throughput
 * with and without.
 */
@Timeout(3600)
@Tag("tunnel")
class CaptureLoadIT extends TwoHosts
{
    private static final int SECONDS = Integer.getInteger("overlane.it.captureSeconds", 2);

    /** Rounds without and with a capture in turn, so that a change of the machine's load meets both. */
    private static final int ROUNDS = Integer.getInteger("overlane.it.captureRounds", 1);

    /** For the captures; the temporary folder may be too small for those of a minute. */
    private static final String FOLDER = System.getProperty("overlane.it.captureFolder", "");

    @Test
    void shouldCaptureUnderFullLoad() throws Exception
    {
        left.requireTshark();
        final Bridge a = startLeft();
        final Bridge b = startRight();
        iperf(Math.min(SECONDS, 10));
        double without = 0;
        double with = 0;
        Path file = null;
        String shown = "";
        for (int i = 0; i < ROUNDS; i++)
        {
            final double roundWithout = iperf(SECONDS);
            file = (FOLDER.isEmpty() ? directory : Path.of(FOLDER).toAbsolutePath()).resolve(
                "capture-load-" + ProcessHandle.current().pid() + "-" + i + ".pcapng");
            ctl("capture", "start", file.toString(), "size", "20G").orFail();
            final double roundWith = iperf(SECONDS);
            System.out.printf(
                "capture: round %d of %d, %d s each: %.0f Mbit/s without, %.0f Mbit/s with%n",
                i + 1, ROUNDS, SECONDS, roundWithout, roundWith);
            without += roundWithout;
            with += roundWith;
            // The drop count of a packet tells of those before it, so some packets come after the load.
            left.run("ping", "-c", "3", "-i", "0.2", Overlay.v4(right)).orFail();
            shown = String.join("\n", ctl("-j", "capture", "stop", file.toString()).orFail().stdout());
            if (i < ROUNDS - 1)
            {
                Files.delete(file);
            }
        }
        a.stop("TERM");
        b.stop("TERM");

        final long records = number(shown, "records");
        final long lost = number(shown, "lost");
        final long[] seen = tshark(file);
        System.out.printf(
            "capture: throughput     %.0f Mbit/s without, %.0f Mbit/s with (%+.1f %%)%n" +
            "capture: last round     %d records, %d bytes%n" +
            "capture: lost           %d by the counter, %d in the file%n" +
            "capture: read by tshark %d records, %d malformed, %d without a verdict%n",
            without / ROUNDS, with / ROUNDS, 100 * with / without - 100,
            records, number(shown, "bytes"), lost, seen[1], seen[0], seen[3], seen[2]);
        assertEquals(records, seen[0]);
        assertEquals(lost, seen[1]);
        assertEquals(0, seen[2], "packets without a verdict");
        assertEquals(0, seen[3], "malformed packets");
        assertTrue(records > 1_000, shown);
        // After a failure it stays, for whoever looks for the cause.
        Files.delete(file);
    }

    /** The numbers of packets, of lost records, of packets without a verdict, and of malformed packets. */
    private static long[] tshark(final Path file) throws Exception
    {
        final Process process = new ProcessBuilder(
            "tshark", "-r", file.toString(), "-d", "udp.port==8472,vxlan", "-o", "tcp.desegment_tcp_streams:FALSE",
            "-o", "tcp.analyze_sequence_numbers:FALSE", "-T", "fields", "-E", "separator=|",
            "-e", "frame.drop_count", "-e", "frame.comment", "-e", "_ws.malformed")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
        final long[] counts = new long[4];
        try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)))
        {
            for (String line = lines.readLine(); line != null; line = lines.readLine())
            {
                final String[] fields = line.split("\\|", -1);
                counts[0]++;
                counts[1] += fields[0].isEmpty() ? 0 : Long.parseLong(fields[0]);
                counts[2] += fields[1].contains("verdict=") ? 0 : 1;
                counts[3] += fields[2].isEmpty() ? 0 : 1;
            }
        }
        assertEquals(0, process.waitFor());
        return counts;
    }

    /** One TCP stream from left to right; Mbit/s as the receiver counts. */
    private double iperf(final int seconds)
    {
        final List<String> words =
            List.of(Traffic.iperf3(left, right, Overlay.v4(right), seconds).strip().split("\\s+"));
        return Double.parseDouble(words.get(words.indexOf("Mbits/sec") - 1));
    }
}
