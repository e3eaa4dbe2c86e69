// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An engine at both ends, over each underlay and in both modes. */
@Tag("tunnel")
@Timeout(3600)
class EngineToEngineIT extends TwoHosts
{
    @ParameterizedTest
    @CsvSource({"libc, libc", "netty, netty", "nio, nio", "libc, nio"})
    void shouldCarryVxlanBothWays(final String leftUnderlay, final String rightUnderlay)
    {
        final Bridge a = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, leftUnderlay, false));
        final Bridge b = Bridge.start(right, DEVICE, Bridge.vxlan(right, left, rightUnderlay, false));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.ping(left, Overlay.v6(left), right, Overlay.v6(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1450);
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldCarryIpInUdpBothWays(final String underlay)
    {
        final Bridge a = Bridge.start(left, "flannel0", Bridge.ipUdp(left, right, underlay));
        final Bridge b = Bridge.start(right, "flannel0", Bridge.ipUdp(right, left, underlay));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1472);
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldCarryVxlanOnOneThread()
    {
        final Bridge a = Bridge.start(left, DEVICE, oneThread(Bridge.vxlan(left, right, "libc", false)));
        final Bridge b = Bridge.start(right, DEVICE, Bridge.vxlan(right, left, "libc", false));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1450);
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldCarryIpInUdpOnOneThread()
    {
        final Bridge a = Bridge.start(left, "flannel0", oneThread(Bridge.ipUdp(left, right, "libc")));
        final Bridge b = Bridge.start(right, "flannel0", oneThread(Bridge.ipUdp(right, left, "libc")));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void shouldCarryVxlanOverSeveralQueues(final String threads)
    {
        final String[] queues = {"--queues", "2", "--threads", threads, "--source-ports", "50000-50003"};
        final Bridge a = Bridge.start(left, DEVICE, with(Bridge.vxlan(left, right, "libc", false), queues));
        final Bridge b = Bridge.start(right, DEVICE, with(Bridge.vxlan(right, left, "libc", false), queues));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1450);
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    @Test
    void shouldLearnAndFloodOverSeveralQueues()
    {
        final Bridge a = Bridge.start(left, "vx0", learning(left, right, "10.244.1.0/16"));
        final Bridge b = Bridge.start(right, "vx0", learning(right, left, "10.244.2.0/16"));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.stream(left, Overlay.v4(left), right, Overlay.v4(right));
        a.stop("TERM");
        b.stop("TERM");
    }

    private static List<String> learning(final LabHost host, final LabHost peer, final String address)
    {
        return List.of(
            "--device", "vx0", "--local", host.underlayV4(), "--mac", Overlay.mac(host), "--learning",
            "--flood", peer.underlayV4(), "--address", address, "--queues", "2", "--source-ports", "50000-50003");
    }

    private static List<String> oneThread(final List<String> arguments)
    {
        return with(arguments, "--threads", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libc", "netty", "nio"})
    void shouldCarryVxlanOverIpv6(final String underlay)
    {
        final Bridge a = Bridge.start(left, DEVICE, Bridge.vxlan(left, right, underlay, true));
        final Bridge b = Bridge.start(right, DEVICE, Bridge.vxlan(right, left, underlay, true));
        Traffic.ping(left, Overlay.v4(left), right, Overlay.v4(right));
        Traffic.ping(left, Overlay.v6(left), right, Overlay.v6(right));
        Traffic.pingFullSize(left, Overlay.v4(right), 1430);
        Traffic.stream(left, right, Overlay.v6(right), 8);
        a.stop("TERM");
        b.stop("TERM");
    }
}
