// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.status.EngineSnapshot;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decapsulation in the driver, beside the kernel's vxlan device as it is by default, on a cable like a wire. */
@Tag("fast-path")
@InNamespace(ipv6 = true)
class XdpFastPathTest extends BesideKernel
{
    @BeforeEach
    void coalesce() throws Exception
    {
        wire();
        Peer.run("ethtool", "-K", "under0", "gro", "on");
        hook = DecapHook.XDP;
    }

    private void carry(final Vtep local, final Vtep remote) throws Exception
    {
        addVxlan(local, remote);
        launch(local, remote);
        Peer.run("ping", "-c", "1", "-W", "5", "192.168.7.2");
        Peer.run("ping", "-c", "1", "-W", "5", "fd07::2");
        await(now -> now.tables().learned() == 1);
        ping("192.168.7.2");
        ping("fd07::2");
        stream("--get-server-output");
        final long packets = counter("Ip: ", "InReceives");
        final long segments = counter("IpExt: ", "InNoECTPkts");
        stream("--reverse");
        final long newPackets = counter("Ip: ", "InReceives") - packets;
        final long newSegments = counter("IpExt: ", "InNoECTPkts") - segments;
        assertTrue(newSegments >= SENT / MTU, () -> newSegments + " segments");
        assertTrue(newPackets < newSegments / 4,
            () -> newSegments + " segments in " + newPackets + " packets: TCP is not coalesced");
        final EngineSnapshot after = await(now -> now.decap().delivered().bytes() >= SENT);
        assertTrue(after.decap().batchSizes().count() < 1_500, () -> "the engine itself received many: " + after);
        assertEquals(0, after.encap().allDropped() + after.decap().allDropped());
    }

    /** A counter of IPv4 in this namespace, where one line has names and the next the numbers. */
    private static long counter(final String group, final String name) throws Exception
    {
        final Stream<String> lines = Stream.concat(
            Files.readAllLines(Path.of("/proc/net/snmp")).stream(),
            Files.readAllLines(Path.of("/proc/net/netstat")).stream());
        final List<String[]> rows = lines.filter(line -> line.startsWith(group)).map(line -> line.split(" ")).toList();
        return Long.parseLong(rows.get(1)[List.of(rows.get(0)).indexOf(name)]);
    }

    @Test
    void shouldLetTheKernelCoalesceTcpOverIpv4() throws Exception
    {
        carry(FastPathLab.LOCAL, FastPathLab.REMOTE);
    }

    @Test
    void shouldLetTheKernelCoalesceTcpOverIpv6() throws Exception
    {
        carry(FastPathLab.LOCAL_V6, FastPathLab.REMOTE_V6);
    }

    @Test
    void shouldLeaveNothingInTheDriver() throws Exception
    {
        final LibcUnderlay underlay = FastPathLab.underlay();
        assertEquals(null, BpfFastPath.whyUnavailable(underlay, DecapHook.XDP));
        final BpfFastPath path = new BpfFastPath(DecapHook.XDP);
        path.open(underlay, 1, 1, 1);
        assertEquals("no fast path: cannot attach BPF program 'overlane_xdp' to the driver of 'under0': " +
            "EBUSY (Device or resource busy)", BpfFastPath.whyUnavailable(underlay, DecapHook.XDP));
        assertTrue(link().contains("prog/xdp"));
        path.close();
        underlay.close();
        assertTrue(!link().contains("prog/xdp"));
    }

    @Test
    void shouldUseTheTrafficControlOfAVeth() throws Exception
    {
        final LibcUnderlay underlay = FastPathLab.underlay();
        final BpfFastPath path = new BpfFastPath();
        path.open(underlay, 1, 1, 1);
        assertEquals(DecapHook.TC, path.hook());
        path.close();
        underlay.close();
    }

    private static String link() throws Exception
    {
        return Peer.run("ip", "link", "show", "under0");
    }
}
