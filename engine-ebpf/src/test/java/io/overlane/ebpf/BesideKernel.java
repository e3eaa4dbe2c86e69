// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.status.EngineSnapshot;
import io.overlane.tun.TunPort;
import io.overlane.tun.udp.LibcUnderlay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An engine with the fast path, beside a vxlan device of the kernel in another namespace. */
abstract class BesideKernel
{
    /** Of the frames, so that they fit into an IPv6 tunnel. */
    static final int MTU = 1_430;
    static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    /** Bytes that {@link #streams()} brings to the other side at least. */
    static final int SENT = 25 << 20;

    DecapHook hook = DecapHook.AUTO;
    Peer peer;
    OverlayEngine engine;

    @BeforeEach
    void connect() throws Exception
    {
        FastPathLab.requireBpf();
        peer = Peer.connect();
    }

    @AfterEach
    void close() throws Exception
    {
        if (engine != null)
        {
            engine.close();
        }
        if (peer != null)
        {
            peer.close();
        }
    }

    /** The kernel's device at the peer, with this engine as its only remote. */
    void addVxlan(final Vtep local, final Vtep remote, final String... options) throws Exception
    {
        final List<String> command = new ArrayList<>(List.of(
            "ip", "link", "add", "vx", "address", FastPathLab.STATION.toString(), "mtu", Integer.toString(MTU), "type",
            "vxlan", "id", "1", "dev", "under1", "local", remote.address().toString(), "remote",
            local.address().toString(), "dstport", "8472"));
        command.addAll(List.of(options));
        peer.inside(command.toArray(String[]::new));
        peer.inside("ip", "addr", "add", "192.168.7.2/24", "dev", "vx");
        peer.inside("ip", "addr", "add", "fd07::2/64", "dev", "vx", "nodad");
        peer.inside("ip", "link", "set", "vx", "up");
    }

    void launch(final Vtep local, final Vtep remote) throws Exception
    {
        launch(FastPathLab.underlay(local), remote);
    }

    /** An engine that learns, with tap0, where this host has 192.168.7.1 and fd07::1. */
    void launch(final LibcUnderlay underlay, final Vtep remote) throws Exception
    {
        final TunPort port = FastPathLab.tap("tap0", MTU);
        Peer.run("ip", "addr", "add", "192.168.7.1/24", "dev", "tap0");
        Peer.run("ip", "addr", "add", "fd07::1/64", "dev", "tap0", "nodad");
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(underlay)
            .segment(new SegmentContext(FastPathLab.VNI)
                .port(port)
                .ownMac(FastPathLab.OURS)
                .policy(policy -> policy.learning(true))
                .flood(remote))
            .threadingMode(ThreadingMode.SPLIT)
            .fastPath(new BpfFastPath(hook)));
    }

    /** The numbers of the engine as soon as they are right: it reads the kernel's counters four times a second. */
    EngineSnapshot await(final Predicate<EngineSnapshot> isRight)
    {
        final long startNs = System.nanoTime();
        EngineSnapshot snapshot = engine.snapshot();
        while (!isRight.test(snapshot))
        {
            assertTrue(System.nanoTime() - startNs < TIMEOUT_NS, snapshot::toString);
            Thread.onSpinWait();
            snapshot = engine.snapshot();
        }
        return snapshot;
    }

    static void ping(final String address) throws Exception
    {
        Peer.run("ping", "-c", "40", "-i", "0.01", "-W", "5", address);
    }

    /** TCP to the peer, and from the peer. */
    void streams() throws Exception
    {
        stream("--get-server-output");
        stream("--reverse");
    }

    /** @param direction an option of iperf3. */
    void stream(final String direction) throws Exception
    {
        final Process server = new ProcessBuilder(
            peer.insideCommand("iperf3", "-s", "-1", "--forceflush", "-B", "192.168.7.2"))
            .redirectErrorStream(true).start();
        // The second line says that it listens.
        for (int newLines = 0; newLines < 2;)
        {
            newLines += server.getInputStream().read() == '\n' ? 1 : 0;
        }
        Peer.run("iperf3", "-c", "192.168.7.2", "-n", "30M", direction);
        assertEquals(0, server.waitFor());
    }

    /** Let no device cut super-frames or set checksums: the kernel does it before. */
    void wire() throws Exception
    {
        final String[] off = {"tso", "off", "gso", "off", "tx-udp_tnl-segmentation", "off",
            "tx-udp_tnl-csum-segmentation", "off", "tx-udp-segmentation", "off", "tx-checksum-ip-generic", "off"};
        Peer.run(with("under0", off));
        peer.inside(with("under1", off));
    }

    private static String[] with(final String device, final String... features)
    {
        final String[] command = new String[features.length + 3];
        command[0] = "ethtool";
        command[1] = "-K";
        command[2] = device;
        System.arraycopy(features, 0, command, 3, features.length);
        return command;
    }
}
