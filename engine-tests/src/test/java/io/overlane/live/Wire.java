// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testdata.FrameSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The underlay: a veth pair. The near end has the engine's addresses; at the far end is a packet socket that plays all
 * remotes. Nothing but the test sends there.
 */
final class Wire implements AutoCloseable
{
    static final String NEAR = "under0";
    static final String FAR = "under1";
    static final String V4 = "10.99.0.1";
    static final String V6 = "fd99::1";
    /** MAC addresses of the ends. */
    static final String NEAR_MAC = "02:99:00:00:00:01";
    static final String FAR_MAC = "02:99:00:00:00:02";

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    /** A frame that ends a round; nobody else uses this type. */
    private static final byte[] MARKER = FrameSpec.ethernet(0x88b6, new byte[46]).bytes();
    /** The host reports its multicast groups when it likes. */
    private static final byte[] MLD_ROUTERS = {0x33, 0x33, 0, 0, 0, 0x16};
    private static final int LAST_REMOTE = 9;

    private final PacketSocket near;
    private final PacketSocket far;
    private final List<byte[]> received = new ArrayList<>();

    Wire() throws IOException
    {
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1");
        // Every answer of the host is of interest, not only the first ones of a second.
        Files.writeString(Path.of("/proc/sys/net/ipv4/icmp_ratelimit"), "0");
        Files.writeString(Path.of("/proc/sys/net/ipv4/icmp_msgs_per_sec"), "100000");
        Files.writeString(Path.of("/proc/sys/net/ipv4/icmp_msgs_burst"), "100000");
        run("ip", "link", "add", NEAR, "address", NEAR_MAC, "type", "veth", "peer", "name", FAR, "address", FAR_MAC);
        // A wire carries packets with their checksums, and no super-frames.
        run("ethtool", "-K", NEAR, "tx", "off", "gso", "off", "tso", "off", "gro", "off");
        // So that a program in the driver takes datagrams without a UDP checksum.
        run("ethtool", "-K", NEAR, "rx", "off");
        run("ip", "addr", "add", V4 + "/24", "dev", NEAR);
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + NEAR + "/accept_dad"), "0");
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + NEAR + "/router_solicitations"), "0");
        run("ip", "link", "set", "dev", NEAR, "addrgenmode", "none");
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + NEAR + "/disable_ipv6"), "0");
        run("ip", "addr", "add", V6 + "/64", "dev", NEAR, "nodad");
        run("ip", "link", "set", FAR, "up");
        run("ip", "link", "set", NEAR, "up");
        for (int remote = 2; remote <= LAST_REMOTE; remote++)
        {
            run("ip", "neigh", "add", "10.99.0." + remote, "lladdr", FAR_MAC, "dev", NEAR, "nud", "permanent");
            run("ip", "neigh", "add", "fd99::" + remote, "lladdr", FAR_MAC, "dev", NEAR, "nud", "permanent");
        }
        near = new PacketSocket(NEAR);
        far = new PacketSocket(FAR);
    }

    /** Run a command, and return its output. */
    static String run(final String... command) throws IOException
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // It has ended, or is about to, as its output has.
        final int status = process.onExit().join().exitValue();
        if (status != 0)
        {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Send an IP packet to the near end. */
    void send(final byte... packet) throws IOException
    {
        far.send(frame(packet));
    }

    /** An IP packet with an Ethernet header of the wire, as a frame for the near end. */
    static byte[] frame(final byte... packet)
    {
        final int type = packet.length > 0 && packet[0] >>> 4 == 6 ? 0x86dd : 0x0800;
        return FrameSpec.ethernet(type, packet).sourceMac(FAR_MAC).destinationMac(NEAR_MAC).bytes();
    }

    /** A new socket that sends frames with offloads at the far end. */
    PacketSocket farOffloads() throws IOException
    {
        return new PacketSocket(FAR).withOffloads();
    }

    /** The kernel has handled what was sent so far in either direction, and what that caused. */
    void settle() throws IOException
    {
        for (int i = 0; i < 2; i++)
        {
            near.send(MARKER);
            await(far, received);
            far.send(MARKER);
            await(near, new ArrayList<>());
        }
    }

    private static void await(final PacketSocket socket, final List<byte[]> others) throws IOException
    {
        final long startNs = System.nanoTime();
        for (byte[] frame = socket.receive(); !Arrays.equals(frame, MARKER); frame = socket.receive())
        {
            if (frame != null && !Arrays.equals(frame, 0, MLD_ROUTERS.length, MLD_ROUTERS, 0, MLD_ROUTERS.length))
            {
                others.add(frame);
            }
            assertTrue(System.nanoTime() - startNs < PATIENCE_NS, "a frame for the other end of the cable is lost");
        }
    }

    /** The frames that the near end sent, up to the last {@link #settle()}. */
    List<byte[]> take()
    {
        final List<byte[]> all = List.copyOf(received);
        received.clear();
        return all;
    }

    @Override
    public void close() throws IOException
    {
        near.close();
        far.close();
        run("ip", "link", "del", NEAR);
    }
}
