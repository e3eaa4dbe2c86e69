// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An underlay of link-local addresses, which need the interface they belong to. */
@Tag("tunnel")
@Timeout(3600)
class LinkLocalIT extends TwoHosts
{
    @BeforeEach
    void addLinkLocal()
    {
        addLinkLocal(left);
        addLinkLocal(right);
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldCarryTraffic(final String underlay)
    {
        // One names the interface at both addresses, the other once for both.
        final Bridge a = start(left, underlay, inZone(left, left), inZone(left, right));
        final Bridge b = start(right, underlay, inZone(right, right), linkLocal(left));
        ping();
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldTakeTheInterfaceFromDev()
    {
        final Bridge a = start(left, "libc", linkLocal(left), linkLocal(right), "--dev", left.underlayDevice());
        final Bridge b = start(right, "libc", "::", inZone(right, left));
        ping();
        a.stop("TERM");
        b.stop("TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldReachTheKernelsVxlan(final String underlay)
    {
        lab.requireKernelVxlan();
        right.ip("link add flannel.1 address " + Overlay.mac(right) + " mtu 1430 type vxlan id 1 local " +
            linkLocal(right) + " remote " + linkLocal(left) + " dev " + right.underlayDevice() +
            " dstport 8472 nolearning");
        right.set("ethtool -K flannel.1 tx-checksum-ip-generic off");
        right.ip("addr add " + Overlay.v4(right) + "/8 dev flannel.1");
        right.ip("link set flannel.1 up");
        final Bridge a = start(left, underlay, inZone(left, left), linkLocal(right));
        ping();
        a.stop("TERM");
    }

    private void ping()
    {
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1430);
    }

    private static Bridge start(
        final LabHost host, final String underlay, final String local, final String remote, final String... more)
    {
        final List<String> arguments = new ArrayList<>(List.of(
            "--underlay", underlay,
            "--local", local,
            "--mac", Overlay.mac(host),
            "--learning",
            "--flood", remote,
            "--accept-from", "known",
            "--address", Overlay.v4(host) + "/8"));
        arguments.addAll(List.of(more));
        return Bridge.start(host, DEVICE, arguments);
    }

    private static void addLinkLocal(final LabHost host)
    {
        host.ip("-6 addr add " + linkLocal(host) + "/64 dev " + host.underlayDevice() + " nodad");
    }

    private static String linkLocal(final LabHost host)
    {
        return "fe80::" + host.number();
    }

    private static String inZone(final LabHost at, final LabHost host)
    {
        return linkLocal(host) + "%" + at.underlayDevice();
    }
}
