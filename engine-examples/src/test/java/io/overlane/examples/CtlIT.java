// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A running bridge under an operator's hand: nothing that is asked of it costs a frame. */
@Timeout(600)
@Tag("tunnel")
class CtlIT extends TwoHosts
{
    private static final int SIGKILL = 9;
    private static final Pattern SENT = Pattern.compile("(\\d+) packets transmitted");

    /** A configuration of the bridge on the left. */
    private static final String KNOWN = """
        local: 192.0.2.1
        mac: 02:00:00:00:00:01
        addresses: [10.244.1.0/32]
        peers:
          - {remote: 192.0.2.2, mac: 02:00:00:00:00:02, subnet: 10.244.2.0/24}
        """;

    /** One more peer. */
    private static final String FURTHER =
        "  - {remote: 192.0.2.3, mac: 02:00:00:00:00:03, subnet: 10.244.3.0/24}\n";

    private Path file;

    @BeforeEach
    void nameFile()
    {
        file = directory.resolve("left.yaml");
    }

    @Test
    void shouldAnswerAndChangeTablesWhilePingsLoseNothing() throws IOException
    {
        final Bridge a = startLeft();
        final Bridge b = startRight("--admin", directory.resolve("right.sock").toString());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        try (LabProcess ping = startPing(Overlay.v4(right)))
        {
            final String mac = "02:00:00:00:77:01";
            ctl("fdb", "add", mac, "dst", "192.0.2.77", "port", "4789").orFail();
            assertEquals(1, ctl("fdb", "add", mac, "dst", "192.0.2.78").status());
            ctl("fdb", "replace", mac, "dst", "192.0.2.78").orFail();
            assertTrue(ctl("fdb", "show").orFail().output().contains(mac + "  192.0.2.78"));
            ctl("fdb", "del", mac).orFail();
            assertEquals(1, ctl("fdb", "del", mac).status());
            assertEquals(2, ctl("fdb", "delete", mac).status());
            final String group = "01:00:5e:00:00:77";
            ctl("fdb", "add", group, "dst", "192.0.2.77", "remote-vni", "77").orFail();
            ctl("fdb", "append", group, "dst", "192.0.2.78").orFail();
            assertEquals(1, ctl("fdb", "replace", group, "dst", "192.0.2.78").status());
            assertTrue(ctl("-j", "fdb", "show", group).orFail().output().contains("\"remote_vni\":77,"));
            assertEquals(2, ctl("fdb", "add", mac, "dst", "192.0.2.77", "learned").status());
            assertTrue(ctl("fdb", "flush", "static", "dst", "192.0.2.77").orFail().output().startsWith("1 removed"));
            ctl("fdb", "del", group).orFail();
            ctl("neigh", "add", "10.244.77.1", "lladdr", mac).orFail();
            ctl("neigh", "del", "10.244.77.1").orFail();
            ctl("fdb", "flush").orFail();
            final String stats = ctl("-j", "stats").orFail().output();
            assertTrue(stats.startsWith("{\"local\":\"192.0.2.1:8472\""), stats);
            // The manifest of the jar asks for it.
            assertTrue(stats.contains("\"memory\":{\"access\":\"unsafe\"}"), stats);
            ctl("drops").orFail();
            assertEquals(2, ctl("segment", "add", "77", "flood-limit", "100").status());
            ctl("segment", "add", "77", "mtu", "1300", "flood-limit", "port=100").orFail();
            assertTrue(left.hasDevice("vx77"));
            assertEquals(
                "max-learned none -> 9; flood-limit port=100 -> none",
                ctl("segment", "set", "77", "flood-limit", "none", "max-learned", "9").orFail().output().strip());
            ctl("segment", "del", "77").orFail();
            assertFalse(left.hasDevice("vx77"));
            for (final String policy : List.of("strict", "rfc7348", "linux"))
            {
                ctl("segment", "set", "1", "policy", policy, "learning", "on", "ttl", "9").orFail();
                assertTrue(ctl("segment", "show").orFail().output().contains("policy " + policy + ";"));
            }
            final CommandResult fixed = ctl("segment", "set", "1", "mtu", "1400");
            assertEquals(1, fixed.status());
            assertTrue(fixed.output().contains("mtu of a segment cannot change while it runs"), fixed::toString);
            sendGarbage();
            ctl("ping").orFail();
            assertNoneLost(ping);
        }
        a.stop("TERM");
        b.stop("TERM");
        assertFalse(Files.exists(socket));
    }

    @Test
    void shouldComeUpWhenItsTablesKnowWhereFramesGo() throws IOException
    {
        final Bridge bridge = Bridge.start(left, "vx0", List.of("--device", "vx0", "--local", left.underlayV4(),
            "--flood", right.underlayV4(), "--admin", socket.toString()));
        // The kernel's first frames, which report its multicast groups, are sent the moment the device is up.
        assertEquals("", ctl("drops", "reason", "no-destination").orFail().output().strip());
        final CommandResult reload = ctl("reload");
        assertEquals(1, reload.status());
        assertTrue(reload.output().contains("the bridge was started without a configuration file"), reload::toString);
        bridge.stop("TERM");
    }

    @Test
    void shouldReadTheFileAgainWhilePingsLoseNothing() throws IOException
    {
        final Bridge a = startFromFile(KNOWN);
        final Bridge b = startRight("--admin", directory.resolve("right.sock").toString());
        try (LabProcess ping = startPing(Overlay.v4(right)))
        {
            Files.writeString(file, KNOWN + FURTHER);
            a.process().signal("HUP");
            a.process().awaitLine("tun-bridge: " + file + " read again: 1 entries added, 0 changed", 120);
            assertTrue(routes().contains("10.244.3.0/24"), this::routes);
            assertTrue(ctl("fdb", "show").orFail().output().contains("02:00:00:00:00:03  192.0.2.3"));

            Files.writeString(file, KNOWN + FURTHER + "mtu: lots\n");
            final CommandResult bad = ctl("reload");
            assertEquals(1, bad.status());
            assertTrue(bad.output().contains(file + ":7: Invalid value for 'mtu'"), bad::toString);
            assertTrue(routes().contains("10.244.3.0/24"), this::routes);

            Files.writeString(file, KNOWN + FURTHER + "port: 4789\n");
            final String moved = ctl("reload").orFail().output();
            assertTrue(moved.contains("port is still 8472, not 4789, and nothing else changed"), moved);
            assertTrue(ctl("fdb", "show").orFail().output().contains("192.0.2.2  8472"));

            Files.writeString(file, KNOWN + "mtu: 1400\n");
            final String report = ctl("reload").orFail().output();
            assertTrue(report.contains("mtu of flannel.1 is still 1450, not 1400"), report);
            assertTrue(report.contains("0 entries added, 0 changed, 1 removed, 1 as they were"), report);
            assertFalse(routes().contains("10.244.3.0/24"), this::routes);

            Files.writeString(file, KNOWN + "policy: strict\nlearning: true\nttl: 7\nnap: 300\n");
            final String rules = ctl("reload").orFail().output();
            assertTrue(rules.contains("VNI 1: policy linux -> strict, accept-from any -> known, " +
                "inner-vlan pass -> drop, learning off -> on, ttl default -> 7"), rules);
            assertTrue(rules.contains("nap of flannel.1 is still 100, not 300"), rules);

            ctl("fdb", "add", "02:00:00:00:77:01", "dst", "192.0.2.77").orFail();
            Files.writeString(file, KNOWN);
            ctl("reload").orFail();
            assertTrue(ctl("fdb", "show").orFail().output().contains("02:00:00:00:77:01"), "by hand, not the file's");

            Files.writeString(
                file, KNOWN + FURTHER.replace("00:03,", "77:01,") + "flood: [192.0.2.3]\n");
            final String conflict = ctl("reload").orFail().output();
            assertTrue(conflict.contains("owned by manual"), conflict);
            assertTrue(ctl("fdb", "show", "02:00:00:00:77:01").orFail().output().contains("192.0.2.77"));
            final String taken = ctl("fdb", "del", "00:00:00:00:00:00", "dst", "192.0.2.3").orFail().output();
            assertEquals("flood entry 192.0.2.3:8472 of VNI 1 was owned by config", taken.strip());
            ctl("reload").orFail();
            assertTrue(ctl("fdb", "show", "flood").orFail().output().contains("192.0.2.3"));
            assertNoneLost(ping);
        }
        Files.writeString(file, KNOWN.substring(0, KNOWN.indexOf("peers")));
        ctl("reload").orFail();
        assertNotEquals(0, left.run("ping", "-n", "-c", "1", "-W", "1", Overlay.v4(right)).status());
        Files.writeString(file, KNOWN);
        ctl("reload").orFail();
        Traffic.ping(left, Overlay.v4(right));
        final CommandResult result = a.stop("TERM");
        assertEquals(List.of(), result.stderr().stream().filter(line -> line.contains("Exception")).toList());
        b.stop("TERM");
    }

    @Test
    void shouldGoOnWhenTheHostRefusesAnAddress() throws IOException
    {
        final String refused = "'ip addr add fd00:244:1::/128 dev " + DEVICE + " nodad' failed: ";
        final Bridge bridge = startFromFile(KNOWN);
        left.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/" + DEVICE + "/disable_ipv6").orFail();
        Files.writeString(file, KNOWN.replace("10.244.1.0/32", "10.244.1.0/32, 'fd00:244:1::/128'"));
        final String report = ctl("reload").orFail().output();
        assertTrue(report.contains(refused), report);

        for (int i = 0; i < 2; i++)
        {
            left.set("ip route del 10.244.2.0/24");
            Poll.until("the route is back", 60, () -> routes().contains("10.244.2.0/24"));
        }
        ctl("segment", "add", "77").orFail();
        assertTrue(left.hasDevice("vx77"));
        ctl("segment", "del", "77").orFail();
        final CommandResult result = bridge.stop("TERM");
        assertEquals(1, result.stderr().stream().filter(line -> line.contains(refused)).count(), result::toString);
    }

    @Test
    void shouldTakeBackWhatTheBridgeBeforeItSet() throws IOException
    {
        left.ip("route add 10.244.3.0/24 via " + right.underlayV4());
        final String[] takeOver = {"--take-over", directory.resolve("next.sock").toString()};
        final Bridge first = startFromFile(KNOWN + FURTHER, takeOver);
        final Bridge second = startFromFile(KNOWN + FURTHER, takeOver);
        assertEquals(0, first.process().await(60).status());
        assertTrue(routes().contains("10.244.3.0/24 via 10.244.3.0 dev " + DEVICE), this::routes);

        Files.writeString(file, KNOWN);
        ctl("reload").orFail();
        assertTrue(routes().contains("10.244.3.0/24 via " + right.underlayV4()), this::routes);
        final String neighbors = left.run("ip", "neigh", "show", "dev", DEVICE).orFail().output();
        assertTrue(neighbors.contains("10.244.2.0") && !neighbors.contains("10.244.3.0"), neighbors);
        second.stop("TERM");
    }

    @Test
    void shouldAddNoSegmentWhoseFloodListHasNoRoom() throws IOException
    {
        final StringBuilder text = new StringBuilder("local: 192.0.2.1\nfdb:\n");
        for (int i = 0; i < 4_000; i++)
        {
            text.append(String.format(
                "  - {mac: '02:00:00:01:%02x:%02x', remote: 198.18.%d.%d}\n", i >> 8, i & 0xff, i >> 8, i & 0xff));
        }
        final Bridge bridge = startFromFile(text.toString());
        final String flood = IntStream.range(1, 201).mapToObj(i -> "198.19.0." + i).collect(Collectors.joining(","));
        final CommandResult result = ctl("segment", "add", "77", "flood", flood);
        assertEquals(1, result.status(), result::toString);
        assertTrue(Pattern.compile("VNI 77: remote 198\\.19\\.0\\.\\d+:8472 is not in the flood list: " +
            "no room for another entry or remote").matcher(result.output()).find(), result::toString);
        assertFalse(left.hasDevice("vx77"));
        ctl("segment", "add", "77", "flood", "198.19.0.1").orFail();
        bridge.stop("TERM");
    }

    @Test
    void shouldLeaveNoDeviceWhoseQueueCannotBeSet() throws IOException
    {
        final Path refusal = directory.resolve("refuse");
        final Path ip = Files.writeString(directory.resolve("ip"), String.join("\n",
            "#!/bin/sh",
            "case \"$*\" in",
            "    *txqueuelen*) [ ! -e " + refusal + " ] || exit 1 ;;",
            "esac",
            "exec " + left.run("sh", "-c", "command -v ip").orFail().stdout().get(0) + " \"$@\"",
            ""));
        Files.setPosixFilePermissions(ip, PosixFilePermissions.fromString("rwxr-xr-x"));
        final List<String> command =
            new ArrayList<>(List.of("env", "PATH=" + directory + ":" + System.getenv("PATH")));
        command.addAll(Bridge.command(List.of(), "tun-bridge", List.of("--local", left.underlayV4(),
            "--admin", socket.toString(), "--take-over", directory.resolve("next.sock").toString())));
        final LabProcess bridge = left.start(command);
        bridge.awaitLine(Bridge.START_LINE, 120);

        Files.createFile(refusal);
        final CommandResult result = ctl("segment", "add", "77");
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.output().contains("txqueuelen"), result::toString);
        assertFalse(left.hasDevice("vx77"));
        Files.delete(refusal);
        ctl("segment", "add", "77").orFail();
        bridge.signal("TERM");
        assertEquals(0, bridge.await(120).status());
    }

    @Test
    void shouldAddAndRemoveSegmentsOfTheFileWhilePingsLoseNothing() throws IOException
    {
        final Path rightFile = directory.resolve("right.yaml");
        Files.writeString(file, segments(left, right, 42, 43));
        Files.writeString(rightFile, segments(right, left, 42, 43, 44));
        final Bridge a = Bridge.start(left, "vx42", List.of("--config", file.toString(), "--admin", socket.toString()));
        final Bridge b = Bridge.start(right, "vx44", List.of("--config", rightFile.toString(), "--admin", "off"));
        Traffic.ping(left, "10.43.0.2");
        try (LabProcess ping = startPing("10.42.0.2"))
        {
            Files.writeString(file, segments(left, right, 42, 44));
            final String report = ctl("reload").orFail().output();
            assertTrue(report.contains("VNI 43 removed with vx43"), report);
            assertTrue(report.contains("VNI 44 added on vx44"), report);
            assertFalse(left.hasDevice("vx43"));
            Traffic.ping(left, "10.44.0.2");
            assertNoneLost(ping);
        }
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldReplaceTheSocketOfAKilledBridge() throws IOException
    {
        final List<String> arguments = List.of("--local", left.underlayV4(), "--admin", socket.toString());
        final Bridge first = Bridge.start(left, DEVICE, arguments);
        final LabProcess second = left.start(Bridge.command(List.of(), "tun-bridge",
            List.of("--device", "second", "--port", "4789", "--admin", socket.toString())));
        final CommandResult refused = second.await(120);
        assertEquals(1, refused.status(), refused::toString);
        assertTrue(refused.output().contains("admin socket " + socket + " is in use"), refused::toString);

        first.process().kill();
        assertEquals(LabProcess.statusOfSignal(SIGKILL), first.process().await(120).status());
        assertTrue(Files.exists(socket));
        assertEquals(1, ctl("ping").status());
        final Bridge third = Bridge.start(left, DEVICE, arguments);
        ctl("ping").orFail();
        third.stop("TERM");
        assertFalse(Files.exists(socket));
    }

    private Bridge startFromFile(final String text, final String... further) throws IOException
    {
        Files.writeString(file, text);
        return Bridge.start(left, DEVICE,
            with(List.of("--config", file.toString(), "--admin", socket.toString()), further));
    }

    /** Stations 10.VNI.0.1 and 10.VNI.0.2 on segments that flood and learn. */
    private static String segments(final LabHost host, final LabHost peer, final int... vnis)
    {
        final StringBuilder text = new StringBuilder("local: " + host.underlayV4() + "\nlearning: true\nsegments:\n");
        for (final int vni : vnis)
        {
            text.append("  - {vni: " + vni + ", addresses: [10." + vni + ".0." + host.number() + "/24], flood: [" +
                peer.underlayV4() + "]}\n");
        }
        return text.toString();
    }

    private void sendGarbage() throws IOException
    {
        final byte[] garbage = new byte[1 << 20];
        new SplittableRandom(3).nextBytes(garbage);
        for (int i = 0; i < 50; i++)
        {
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX))
            {
                client.connect(UnixDomainSocketAddress.of(socket));
                final ByteBuffer buffer = ByteBuffer.wrap(garbage, i, garbage.length - 2 * i);
                while (buffer.hasRemaining())
                {
                    client.write(buffer);
                }
            }
            catch (final IOException ex)
            {
                assertTrue(ex.getMessage().matches("Broken pipe|Connection reset.*"), ex.toString());
            }
        }
    }

    private LabProcess startPing(final String address)
    {
        final LabProcess ping = left.start(List.of("ping", "-n", "-i", "0.01", address));
        ping.awaitLine("64 bytes from", 120);
        return ping;
    }

    /** Of a ping that is stopped, the last requests may be on their way; before those, answers have no gap. */
    private static void assertNoneLost(final LabProcess ping)
    {
        ping.signal("INT");
        final CommandResult result = ping.await(120);
        final List<String> answers =
            result.stdout().stream().filter(line -> line.startsWith("64 bytes")).toList();
        for (int i = 0; i < answers.size(); i++)
        {
            final String answer = answers.get(i);
            final int sequence = i + 1;
            assertTrue(answer.contains("icmp_seq=" + sequence + " "), () -> "lost " + sequence + ": " + answer);
        }
        final Matcher sent = SENT.matcher(result.output());
        assertTrue(sent.find(), result::toString);
        final int open = Integer.parseInt(sent.group(1)) - answers.size();
        assertTrue(open <= 5, () -> open + " lost at the end");
        assertTrue(answers.size() >= 20, () -> "only " + answers.size() + " answers");
    }

    private String routes()
    {
        return left.run("ip", "route", "show").orFail().output();
    }
}
