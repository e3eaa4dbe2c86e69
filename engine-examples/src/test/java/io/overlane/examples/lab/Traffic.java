// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is sent through an overlay to see that it works; each method fails the calling test if it does not.
 */
public final class Traffic
{
    /** Mebibytes per TCP stream; {@code -Doverlane.it.streamMiB=1024} for the full gibibyte. */
    public static final int STREAM_MIB = Integer.getInteger("overlane.it.streamMiB", 32);

    private static final int PINGS = 10;
    private static final String DEADLINE_S = "10";
    private static final int STREAM_PORT = 5201;

    /** Long enough for the slowest path on a busy machine: 2 MiB a second, and a minute for whatever else. */
    private static final int STREAM_TIMEOUT_S = 60 + STREAM_MIB / 2;

    private Traffic()
    {
    }

    /**
     * Ping both ways; not one may be lost.
     *
     * @param left         a host.
     * @param leftAddress  its overlay address.
     * @param right        another.
     * @param rightAddress its overlay address, of the same family.
     */
    public static void ping(
        final LabHost left, final String leftAddress, final LabHost right, final String rightAddress)
    {
        ping(left, rightAddress);
        ping(right, leftAddress);
    }

    /**
     * Ping one way; not one may be lost.
     *
     * @param from    a host.
     * @param address of either family.
     */
    public static void ping(final LabHost from, final String address)
    {
        final String family = address.indexOf(':') >= 0 ? "-6" : "-4";
        assertAllAnswered(PINGS, from.run(
            "ping", family, "-n", "-c", Integer.toString(PINGS), "-i", "0.05", "-w", DEADLINE_S, address));
    }

    /**
     * Assert that each of the first echo requests of a ping was answered.
     *
     * @param pings number of requests.
     * @param ping  output of ping with a deadline (-w) and without -q. With a deadline, ping goes on until it has that
     *              many answers; without one it waits for the last answer for two round trips only, which on a busy
     *              machine is not enough.
     */
    public static void assertAllAnswered(final int pings, final CommandResult ping)
    {
        for (int i = 1; i <= pings; i++)
        {
            assertTrue(ping.output().contains("icmp_seq=" + i + " "), ping::toString);
        }
    }

    /**
     * Ping with full packets that must not be fragmented.
     *
     * @param from    a host.
     * @param address of IPv4.
     * @param mtu     of the overlay device, in bytes.
     */
    public static void pingFullSize(final LabHost from, final String address, final int mtu)
    {
        final String size = Integer.toString(mtu - 28);
        assertAllAnswered(3, from.run(
            "ping", "-n", "-c", "3", "-i", "0.05", "-w", DEADLINE_S, "-M", "do", "-s", size, address));
    }

    /**
     * Send {@link #STREAM_MIB} each way, one after the other; the bytes must arrive unchanged.
     *
     * @param left         a host.
     * @param leftAddress  its overlay address.
     * @param right        another.
     * @param rightAddress its overlay address.
     */
    public static void stream(
        final LabHost left, final String leftAddress, final LabHost right, final String rightAddress)
    {
        stream(left, right, rightAddress, STREAM_MIB);
        stream(right, left, leftAddress, STREAM_MIB);
    }

    /**
     * Send one way; the bytes must arrive unchanged.
     *
     * @param from    a host.
     * @param to      another.
     * @param address overlay address of the other.
     * @param mib     mebibytes.
     */
    public static void stream(final LabHost from, final LabHost to, final String address, final int mib)
    {
        final String tcpPort = Integer.toString(STREAM_PORT);
        try (LabProcess receiver = to.start(peer("listen", address, tcpPort)))
        {
            receiver.awaitLine(StreamPeer.LISTENING, 120);
            final String seed = Integer.toString(from.number());
            try (LabProcess sender = from.start(peer("send", address, tcpPort, Integer.toString(mib), seed)))
            {
                final String sent = sum(sender);
                final String received = sum(receiver);
                assertEquals(sent, received, "from " + from.number() + " to " + to.number());
                assertTrue(sent.startsWith(StreamPeer.SUM + ((long)mib << 20) + " "), sent);
            }
        }
    }

    /**
     * One TCP stream of iperf3 each way at the same time; both must have carried something.
     *
     * @param from    a host.
     * @param to      another.
     * @param address overlay address of the other.
     * @return what the receiver of each got, in words.
     */
    public static String iperf3(final LabHost from, final LabHost to, final String address)
    {
        try (LabProcess server = to.start(List.of("iperf3", "-s", "-1", "-B", address, "--forceflush")))
        {
            server.awaitLine("Server listening", 120);
            final String json = from.run(
                "iperf3", "-c", address, "-t", "2", "--bidir", "-J").orFail().output().replaceAll("\\s", "");
            return "iperf3: " + mbits(json, "sum_received") + " there, " +
                mbits(json, "sum_received_bidir_reverse") + " back at the same time";
        }
    }

    /**
     * One TCP stream of iperf3.
     *
     * @param from    a host.
     * @param to      another.
     * @param address overlay address of the other.
     * @param seconds how long it sends.
     * @return iperf3's line of what the receiver got, in Mbit/s.
     */
    public static String iperf3(final LabHost from, final LabHost to, final String address, final int seconds)
    {
        try (LabProcess server = to.start(List.of("iperf3", "-s", "-1", "-B", address, "--forceflush")))
        {
            server.awaitLine("Server listening", 120);
            final CommandResult client = from.start(
                List.of("iperf3", "-c", address, "-t", Integer.toString(seconds), "-f", "m"))
                .await(seconds + 60)
                .orFail();
            return client.stdout().stream().filter(line -> line.endsWith("receiver")).findFirst()
                .orElseThrow(() -> new AssertionError(client.toString()));
        }
    }

    private static String mbits(final String json, final String sum)
    {
        final Matcher received = Pattern.compile(
            "\"" + sum + "\":\\{[^}]*\"bytes\":(\\d+),\"bits_per_second\":([0-9.e+]+)").matcher(json);
        assertTrue(received.find() && Long.parseLong(received.group(1)) > 0, () -> sum + " of " + json);
        return Math.round(Double.parseDouble(received.group(2)) / 1e6) + " Mbit/s";
    }

    private static String sum(final LabProcess peer)
    {
        final List<String> lines = peer.await(STREAM_TIMEOUT_S).orFail().stdout();
        return lines.get(lines.size() - 1);
    }

    private static List<String> peer(final String... arguments)
    {
        return JavaCommand.of(
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-cp", Path.of("target/test-classes").toAbsolutePath().toString()),
            StreamPeer.class.getName(),
            List.of(arguments));
    }
}
