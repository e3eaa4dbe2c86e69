// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.examples.lab.LabHost;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Events that change something, and must cost no packet. */
final class Churn
{
    private static final Set<String> NONE = Set.of();
    private static final Set<String> HOSTILE = Set.of("short-header", "no-i-flag", "reserved-bits", "unknown-vni",
        "inner-too-short", "bad-source-mac", "source-not-allowed", "inner-ip-truncated", "bad-neighbor-message",
        "inner-vlan", "ecn-not-capable", "oversize");
    private static final List<String> WRONG_FILES = List.of(
        "segments: [",
        "nonsense: 1\n",
        "local: '::'\nsegments:\n  - vni: 101\n  - vni: 101\n",
        "local: '::'\nsegments:\n  - vni: 16777216\n",
        "local: '::'\nsegments:\n  - {vni: 101, flood: [nowhere]}\n",
        "\u0000\u0001");
    private static final int CLIENTS = 20;

    private final SoakLab lab;
    private final Hostile hostile;
    private int stations;
    private int captures;

    Churn(final SoakLab lab, final Hostile hostile)
    {
        this.lab = lab;
        this.hostile = hostile;
    }

    List<Event> events()
    {
        return List.of(
            Event.harmless("flood of a stranger", HOSTILE, hostile::sendFromStranger),
            Event.harmless("hostile datagrams of a remote", HOSTILE, hostile::sendFromRemote),
            Event.harmless("SIGHUP with a changed file", Set.of("unknown-vni"), this::reload),
            Event.harmless("reload of wrong files", NONE, this::reloadWrongFiles),
            Event.harmless("capture to a file", NONE, this::capture),
            Event.harmless("capture to a full disk", NONE, this::captureToFullDisk),
            Event.harmless("remotes added and removed", Set.of("underlay-unreachable"), this::remotes),
            Event.harmless("segments joined and left", Set.of("unknown-vni"), this::segments),
            Event.harmless("rules changed", NONE, this::rules),
            Event.harmless("ctl clients in number", NONE, this::clients),
            Event.harmless("station joins, moves, leaves", Set.of("split-horizon"), this::station));
    }

    private void reload() throws IOException
    {
        final SoakBridge bridge = lab.bridge(1);
        bridge.configure(30, "  - {vni: 105, learning: on, max-learned: 100, flood: [192.0.2.2]}\n");
        bridge.process().signal("HUP");
        bridge.await("segment show", show -> show.contains("vx105"));
        bridge.configure(20, "");
        bridge.process().signal("HUP");
        bridge.await("segment show", show -> !show.contains("vx105"));
    }

    private void reloadWrongFiles() throws IOException
    {
        for (final int host : List.of(1, 2))
        {
            final SoakBridge bridge = lab.bridge(host);
            for (final String wrong : WRONG_FILES)
            {
                bridge.configureWrongly(wrong);
                bridge.refused("reload");
                bridge.process().signal("HUP");
            }
            bridge.configure(20, "");
            bridge.ctl("reload");
        }
    }

    private void capture() throws Exception
    {
        final Path file = lab.directory().resolve("soak.pcapng");
        for (final int host : List.of(1, 3))
        {
            lab.bridge(host).ctl("capture start " + file + " vni 101,102");
            try (SocketChannel reader = SocketChannel.open(StandardProtocolFamily.UNIX))
            {
                // A reader that leaves after the first bytes.
                reader.connect(UnixDomainSocketAddress.of(lab.bridge(host).socket()));
                reader.write(ByteBuffer.wrap("capture -\n".getBytes(StandardCharsets.US_ASCII)));
                reader.read(ByteBuffer.allocate(1_000));
            }
            Faults.pause(3);
            lab.bridge(host).ctl("capture stop " + file);
            if (Files.size(file) < 10_000)
            {
                throw new IllegalStateException(file + " has only " + Files.size(file) + " bytes");
            }
            Files.delete(file);
        }
    }

    /** The starter of the soak made a file system of a mebibyte. */
    private void captureToFullDisk() throws IOException
    {
        captures++;
        final Path file = lab.directory().resolve("full/" + captures + ".pcapng");
        lab.bridge(1).ctl("capture start " + file);
        lab.bridge(1).await("capture show",
            show -> show.lines().anyMatch(line -> line.contains(file.toString()) && line.contains("No space left")));
        Files.delete(file);
    }

    private void remotes() throws IOException
    {
        for (final int host : List.of(1, 2))
        {
            final SoakBridge bridge = lab.bridge(host);
            for (int i = 0; i < 100; i++)
            {
                bridge.ctl("fdb add 02:dd:00:00:00:" + hex(i) + " dst 192.0.2." + (100 + i) + " vni 101");
                bridge.ctl("fdb append 00:00:00:00:00:00 dst 192.0.2." + (100 + i) + " vni 101");
            }
            for (int i = 0; i < 100; i++)
            {
                bridge.ctl("fdb del 00:00:00:00:00:00 dst 192.0.2." + (100 + i) + " vni 101");
                bridge.ctl("fdb del 02:dd:00:00:00:" + hex(i) + " vni 101");
            }
        }
    }

    private static String hex(final int octet)
    {
        return String.format("%02x", octet);
    }

    private void segments() throws IOException
    {
        for (int vni = 201; vni <= 205; vni++)
        {
            for (final int host : List.of(1, 2))
            {
                lab.bridge(host).ctl("segment add " + vni + " mtu 1430 learning on");
                lab.bridge(host).ctl("fdb append 00:00:00:00:00:00 dst 192.0.2." + (3 - host) + " vni " + vni);
                lab.host(host).ip("addr add 10." + vni + ".0." + host + "/24 dev vx" + vni);
            }
        }
        for (int vni = 201; vni <= 205; vni++)
        {
            SoakLab.awaitAnswer(lab.host(1), "10." + vni + ".0.2");
        }
        for (int vni = 201; vni <= 205; vni++)
        {
            lab.bridge(1).ctl("segment del " + vni);
            lab.bridge(2).ctl("segment del " + vni);
        }
    }

    private void rules() throws IOException
    {
        for (int i = 0; i < 20; i++)
        {
            lab.bridge(1).ctl("segment set 101 max-learned " + (500 + i) + " ttl " + (32 + i) + " tos inherit");
            lab.bridge(1).ctl("segment set 102 flood-limit port=" + (100_000 + i) + " df inherit");
        }
        lab.bridge(1).ctl("reload");
    }

    private void clients() throws Exception
    {
        final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        final List<SocketChannel> silent = new ArrayList<>();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                // Clients that connect and send half a request, or nothing.
                final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                silent.add(channel);
                channel.connect(UnixDomainSocketAddress.of(lab.bridge(1).socket()));
                channel.write(ByteBuffer.wrap("fdb".substring(i).getBytes(StandardCharsets.US_ASCII)));
            }
            final List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++)
            {
                clients.add(threads.submit(() ->
                {
                    for (final String request : List.of("fdb show", "-j stats", "drops", "-j histograms", "version",
                        "segment show", "neigh show", "-j fdb show limit 10", "latency on", "latency off"))
                    {
                        askUntilThereIsRoom(lab.bridge(1), request);
                    }
                    return null;
                }));
            }
            for (final Future<?> client : clients)
            {
                client.get();
            }
        }
        finally
        {
            threads.shutdownNow();
            for (final SocketChannel channel : silent)
            {
                channel.close();
            }
        }
    }

    /** A bridge has a limit for connections at a time. */
    private static void askUntilThereIsRoom(final SoakBridge bridge, final String request) throws Exception
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                bridge.ctl(request);
                return;
            }
            catch (final IOException ex)
            {
                Thread.sleep(20);
            }
        }
        bridge.ctl(request);
    }

    /** A station behind the bridge of host 1 moves to that of host 2 and of host 4, and leaves. */
    private void station() throws Exception
    {
        stations++;
        try (LabHost station = new LabHost("soak-station" + stations, 200))
        {
            station.open();
            lab.host(1).ip("link add st type veth peer name e0 netns " + station.namespace());
            station.ip("link set e0 address 02:00:00:01:01:c8 mtu 1450");
            station.ip("addr add " + SoakLab.address(101, 200) + "/24 dev e0");
            station.set("ethtool -K e0 tx-checksum-ip-generic off");
            station.ip("link set e0 up");
            int place = 1;
            for (final int next : List.of(1, 2, SoakLab.KERNEL))
            {
                if (next != place)
                {
                    lab.host(place).ip("link set st netns " + lab.host(next).namespace());
                    place = next;
                }
                lab.host(next).addToBridge("st", SoakLab.BRIDGE);
                for (int host = 1; host <= SoakLab.KERNEL; host++)
                {
                    SoakLab.awaitAnswer(station, SoakLab.address(101, host));
                    SoakLab.awaitAnswer(lab.host(host), SoakLab.address(101, 200));
                }
            }
            lab.host(place).ip("link del st");
        }
    }
}
