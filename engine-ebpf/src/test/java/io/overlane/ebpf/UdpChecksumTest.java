// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.status.EngineSnapshot;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernel's vxlan device as it is by default, with UDP checksums, on a cable that cuts super-frames or not. */
@Tag("fast-path")
@InNamespace(ipv6 = true)
class UdpChecksumTest extends BesideKernel
{
    private void carry(final Vtep local, final Vtep remote) throws Exception
    {
        addVxlan(local, remote);
        launch(local, remote);
        Peer.run("ping", "-c", "1", "-W", "5", "192.168.7.2");
        Peer.run("ping", "-c", "1", "-W", "5", "fd07::2");
        await(now -> now.tables().learned() == 1);
        ping("192.168.7.2");
        ping("fd07::2");
        streams();
        final EngineSnapshot after = await(now ->
            now.encap().delivered().bytes() >= SENT && now.decap().delivered().bytes() >= SENT);
        assertTrue(after.encap().batchSizes().count() < 1_500, () -> "the engine itself carried many: " + after);
        assertTrue(after.decap().batchSizes().count() < 1_500, () -> "the engine itself received many: " + after);
        assertEquals(0, after.encap().allDropped() + after.decap().allDropped());
    }

    @Test
    void shouldCarryOverIpv4() throws Exception
    {
        carry(FastPathLab.LOCAL, FastPathLab.REMOTE);
    }

    @Test
    void shouldCarryOverIpv4OnAWire() throws Exception
    {
        wire();
        carry(FastPathLab.LOCAL, FastPathLab.REMOTE);
    }

    @Test
    void shouldCarryOverIpv6() throws Exception
    {
        carry(FastPathLab.LOCAL_V6, FastPathLab.REMOTE_V6);
    }

    @Test
    void shouldCarryOverIpv6OnAWire() throws Exception
    {
        wire();
        carry(FastPathLab.LOCAL_V6, FastPathLab.REMOTE_V6);
    }

    @Test
    void shouldSendNoChecksumOverIpv6IfTheUnderlayDoesNot() throws Exception
    {
        addVxlan(FastPathLab.LOCAL_V6, FastPathLab.REMOTE_V6, "noudp6zerocsumrx");
        launch(LibcUnderlay.open(new UnderlayOptions(FastPathLab.LOCAL_V6).checksum(false)), FastPathLab.REMOTE_V6);
        assertEquals(false, isAnswered(), "the kernel accepts no datagram without a checksum by default");
        peer.inside("ip", "link", "del", "vx");
        addVxlan(FastPathLab.LOCAL_V6, FastPathLab.REMOTE_V6, "udp6zerocsumrx");
        ping("192.168.7.2");
    }

    private static boolean isAnswered() throws Exception
    {
        return new ProcessBuilder("ping", "-c", "1", "-W", "1", "192.168.7.2").start().waitFor() == 0;
    }
}
