// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.FlannelHost;
import io.overlane.examples.lab.FlannelLab;
import io.overlane.examples.lab.PacketFlow;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes whose addresses are not simply those of one interface: a second address, or one on the loopback device. */
@Tag("control-plane")
@Timeout(300)
class FlannelUnderlayIT
{
    private static final int TIMEOUT_S = 120;
    private static final String SECOND = "192.0.2.101";
    private static final String SECOND_V6 = "fd00:192:0:2::101";
    private static final String LOOPBACK = "198.51.100.1";

    @TempDir
    private Path directory;

    @AutoClose
    private FlannelLab lab;

    /** Before, the socket had the first address of the interface, and peers got "port unreachable". */
    @ParameterizedTest
    @CsvSource({
        "vxlan, 192.0.2.101/24, u1, --iface, u1",
        "vxlan, 192.0.2.101/32, lo, --iface-can-reach, 192.0.2.254",
        "udp, 192.0.2.101/32, lo, --iface-regex, ^[[:alpha:]]1$",
        "host-gw, 192.0.2.101/24, u1, --iface, u1"})
    void shouldUseThePublishedAddressThatTheHostHas(
        final String backend, final String address, final String device, final String option, final String value)
    {
        lab = FlannelLab.openOrSkip(directory, config(backend));
        final FlannelHost first = lab.addNode(1);
        first.host().ip("addr add " + address + " dev " + device);
        final List<String> arguments = new ArrayList<>(List.of("--public-ip", SECOND, option, value));
        if (!option.equals("--iface"))
        {
            first.omit("--iface");
        }
        first.launch(arguments.toArray(String[]::new));
        final FlannelHost second = lab.addNode(2).launch();
        List.of(first, second).forEach(node -> node.awaitReady());
        List.of(first, second).forEach(FlannelHost::attachPod);
        second.awaitEvent("at " + SECOND + " joined", TIMEOUT_S);
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(second.pod(), first.podAddress());
        Traffic.stream(second.pod(), first.pod(), first.podAddress(), 2);
        if (!backend.equals("host-gw"))
        {
            final String sockets = first.host().run("ss", "-Hlun").orFail().output();
            assertTrue(sockets.contains(SECOND + ":"), sockets);
        }
    }

    @Test
    void shouldUseThePublishedAddressesOfBothFamilies()
    {
        lab = FlannelLab.openOrSkip(directory, config("vxlan").replaceFirst(
            "}$", ",\"EnableIPv6\":true,\"IPv6Network\":\"fd05::/48\"}"));
        final FlannelHost first = lab.addNode(1);
        first.host().ip("addr add " + SECOND + "/24 dev u1");
        first.host().ip("-6 addr add " + SECOND_V6 + "/64 dev u1 nodad");
        first.launch("--public-ip", SECOND, "--public-ipv6", SECOND_V6);
        final FlannelHost second = lab.addNode(2).launch();
        List.of(first, second).forEach(node -> node.awaitReady());
        List.of(first, second).forEach(node -> node.attachPod().attachPodV6());
        second.awaitEvent("at " + SECOND + " joined", TIMEOUT_S);
        Traffic.ping(first.pod(), second.podAddress());
        Traffic.ping(first.pod(), second.podAddressV6());
    }

    /** As a router of BGP sets it up: the node's address is on the loopback device, whose MTU is 65536. */
    @ParameterizedTest
    @ValueSource(strings = {"vxlan", "udp"})
    void shouldTakeTheMtuOfTheRoutesToThePeers(final String backend)
    {
        final int overhead = backend.equals("udp") ? 28 : 50;
        lab = FlannelLab.openOrSkip(directory, config(backend));
        final FlannelHost first = lab.addNode(1);
        first.host().ip("addr add " + LOOPBACK + "/32 dev lo");
        final FlannelHost second = lab.addNode(2);
        second.host().ip("route add " + LOOPBACK + " via 192.0.2.1");
        second.launch();
        second.awaitReady();
        first.launch("--iface", LOOPBACK);
        first.awaitReady();
        List.of(first, second).forEach(FlannelHost::attachPod);
        assertEquals(Integer.toString(1500 - overhead), first.value("FLANNEL_MTU"));
        Poll.until("the route", TIMEOUT_S, () -> !backend.equals("vxlan") || !second.route(first.subnet()).isEmpty());
        second.awaitEvent("at " + LOOPBACK + " joined", TIMEOUT_S);
        Traffic.pingFullSize(first.pod(), second.podAddress(), 1500 - overhead);
        Traffic.stream(first.pod(), second.pod(), second.podAddress(), 8);

        try (PacketFlow flow = PacketFlow.start(second.pod(), first.podAddress()))
        {
            first.host().ip("route add 192.0.2.2 dev u1 mtu 1400");
            first.awaitEvent("MTU 1400, that of the route to 192.0.2.2 through u1, now; opened anew", TIMEOUT_S);
            flow.assertRecovered();
        }
        assertEquals(Integer.toString(1400 - overhead), first.value("FLANNEL_MTU"));
        first.host().ip("link set cni0 mtu " + (1400 - overhead));
        Traffic.stream(second.pod(), first.pod(), first.podAddress(), 2);
    }

    /** Routes through the interface stay in order, and nothing is opened anew, until the address is there again. */
    @Test
    void shouldGoOnWithTheBackendWhileAChangeOfTheInterfaceIsRefused()
    {
        lab = FlannelLab.openOrSkip(directory, config("host-gw"));
        final FlannelHost first = lab.addNode(1);
        first.host().ip("addr add " + SECOND + "/24 dev u1");
        first.launch("--public-ip", SECOND);
        final FlannelHost second = lab.addNode(2).launch();
        List.of(first, second).forEach(node -> node.awaitReady());
        FlannelLab.awaitKnown(List.of(first, second));

        first.host().ip("addr del " + SECOND + "/24 dev u1");
        first.awaitEvent("network: backend host-gw: the public address " + SECOND + " must be an address of this host",
            TIMEOUT_S);
        for (int i = 0; i < 2; i++)
        {
            // Between two checks of the routes are ten of the interface.
            first.host().ip("route del " + second.subnet());
            Poll.until("the route again", TIMEOUT_S, () -> !first.route(second.subnet()).isEmpty());
        }
        assertFalse(first.hasEvent("opened anew"), () -> first.process().stdout().toString());

        first.host().ip("addr add " + SECOND + "/24 dev u1");
        first.host().ip("link set u1 mtu 1400");
        first.awaitEvent("u1 has " + SECOND + ", MTU 1400 now; opened anew", TIMEOUT_S);
    }

    private static String config(final String backend)
    {
        return "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"" + backend + "\"}}";
    }
}
