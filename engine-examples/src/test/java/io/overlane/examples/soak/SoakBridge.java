// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminStatus;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Poll;
import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The {@code tun-bridge} of a host, from the packaged jar by {@code bin/overlane}, as the service starts it. */
final class SoakBridge
{
    private static final int TIMEOUT_S = 60;
    private static final String TRUNK = "vx110";
    private static final int HTTP_PORT = 9100;
    private static final int HTTP_TIMEOUT_MS = 10_000;

    private final LabHost host;
    private final Inside inside;
    private final Path directory;
    private final Path config;
    private final Path socket;
    private final List<String> log = new ArrayList<>();
    private LabProcess process;

    SoakBridge(final LabHost host, final Inside inside, final Path directory)
    {
        this.host = host;
        this.inside = inside;
        this.directory = directory;
        config = directory.resolve("bridge" + host.number() + ".yaml");
        socket = directory.resolve("bridge" + host.number() + ".sock");
    }

    int number()
    {
        return host.number();
    }

    LabHost host()
    {
        return host;
    }

    /** Starts it and puts its device into the bridge of segment 101. */
    void start() throws IOException
    {
        configure(20, "");
        final List<String> before = log();
        log.clear();
        log.addAll(before);
        process = host.start(List.of(
            "env", "--default-signal=INT,HUP", directory.resolve("bin/overlane").toString(), "tun-bridge",
            "--config", config.toString(), "--admin", socket.toString(), "--http", Integer.toString(httpPort())));
        process.awaitLine("tun-bridge: ", TIMEOUT_S);
        host.addToBridge("vx101", SoakLab.BRIDGE);
        addRoutedStation();
    }

    /** The address in the trunk's segment without a tag, which goes with the trunk, and the route to the other. */
    private void addRoutedStation()
    {
        final int vlan = SoakLab.routedVlan(number());
        host.set("sysctl -qw net.ipv6.conf." + TRUNK + ".disable_ipv6=1");
        host.ip("addr add " + SoakLab.address(SoakLab.ROUTED, number()) + "/24 dev " + TRUNK);
        host.ip("route add 10." + (vlan == 111 ? 112 : 111) + ".0.0/24 via 10." + vlan + ".0.254");
    }

    private int httpPort()
    {
        return HTTP_PORT + host.number();
    }

    /** What it printed so far, in this life and in those before. */
    List<String> log()
    {
        final List<String> lines = new ArrayList<>(log);
        if (process != null)
        {
            lines.addAll(process.stdout());
            lines.addAll(process.stderr());
        }
        return lines;
    }

    /** Stops it as the service does. */
    CommandResult stop()
    {
        process.signal("TERM");
        return process.await(TIMEOUT_S);
    }

    /** Ends it without notice. */
    void kill()
    {
        process.signal("KILL");
        process.await(TIMEOUT_S);
    }

    LabProcess process()
    {
        return process;
    }

    /** Writes the configuration: the segments, whose stations age after these seconds, and further segments. */
    void configure(final int ageS, final String more) throws IOException
    {
        final int self = host.number();
        final List<Integer> peers = IntStream.rangeClosed(1, SoakLab.BRIDGES).filter(n -> n != self).boxed().toList();
        final List<String> lines = new ArrayList<>(List.of(
            "local: '::'",
            "fdb-age: " + ageS,
            "source: known",
            "segments:",
            "  - vni: 101",
            "    learning: on",
            "    mtu: 1450",
            "    flood: " + quoted(peers, "192.0.2."),
            "  - vni: 102",
            "    learning: on",
            "    mtu: 1430",
            "    mac: 02:00:00:01:02:0" + self,
            "    addresses: ['" + SoakLab.address(102, self) + "/64']",
            "    flood: " + quoted(peers, "fd00:192:0:2::"),
            "  - vni: 103",
            "    mtu: 1450",
            "    mac: " + mac103(self),
            "    addresses: [" + SoakLab.address(103, self) + "/32]",
            "    peers:"));
        for (final int peer : peers)
        {
            lines.add("      - {remote: 192.0.2." + peer + ", mac: '" + mac103(peer) + "', subnet: 10.103." + peer +
                ".0/24}");
        }
        for (final int vlan : List.of(111, 112))
        {
            lines.addAll(List.of(
                "  - vni: " + vlan,
                "    device: " + TRUNK,
                "    mac: 02:00:00:01:10:0" + self,
                "    mtu: 1450",
                "    learning: on",
                "    gateways: [10." + vlan + ".0.254/24]",
                "    flood: " + peers.stream().map(n -> "192.0.2." + n).toList()));
            if (vlan != SoakLab.routedVlan(self))
            {
                lines.add("    vlan: " + vlan);
            }
        }
        Files.writeString(config, String.join("\n", lines) + "\n" + more);
    }

    private static String mac103(final int host)
    {
        return "02:00:00:01:03:0" + host;
    }

    private static String quoted(final List<Integer> peers, final String network)
    {
        return IntStream.concat(peers.stream().mapToInt(n -> n), IntStream.of(SoakLab.KERNEL))
            .mapToObj(n -> "'" + network + n + "'")
            .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Writes a configuration as it is. */
    void configureWrongly(final String text) throws IOException
    {
        Files.writeString(config, text);
    }

    /** Sends a request that must succeed, and returns the answer. */
    String ctl(final String request) throws IOException
    {
        final AdminClient.Reply reply = ask(request);
        if (reply.status() != AdminStatus.OK)
        {
            throw new IOException("ctl " + request + " at host " + number() + ": " + reply.body().strip());
        }
        return reply.body();
    }

    /** Sends a request that must be refused. */
    void refused(final String request) throws IOException
    {
        final AdminClient.Reply reply = ask(request);
        if (reply.status() == AdminStatus.OK)
        {
            throw new IOException("ctl " + request + " at host " + number() + " was not refused: " + reply.body());
        }
    }

    AdminClient.Reply ask(final String request) throws IOException
    {
        return AdminClient.ask(socket, List.of(request.split(" ")), TimeUnit.SECONDS.toNanos(TIMEOUT_S));
    }

    Path socket()
    {
        return socket;
    }

    /** Waits until the answer to a request is as it should be. */
    void await(final String request, final Predicate<String> condition)
    {
        Poll.until("the answer to ctl " + request + " at host " + number(), TIMEOUT_S, () ->
        {
            try
            {
                return condition.test(ctl(request));
            }
            catch (final IOException ex)
            {
                return false;
            }
        });
    }

    /** Reads a page of its server for metrics. */
    String page(final String path) throws IOException
    {
        return inside.call(() ->
        {
            final URLConnection connection =
                new URL("http://127.0.0.1:" + httpPort() + path).openConnection();
            connection.setConnectTimeout(HTTP_TIMEOUT_MS);
            connection.setReadTimeout(HTTP_TIMEOUT_MS);
            return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }
}
