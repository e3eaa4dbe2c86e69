// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.FastPathMode;
import io.overlane.flannel.host.link.ExternalInterface;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.host.IpCommand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator is told of a peer, for each backend and family. Direct routes need a host: see FlannelMixedIT. */
class ExplainTest
{
    private static final IpAddress UNDERLAY = IpAddress.parse("192.0.2.2");
    private static final IpAddress UNDERLAY_V6 = IpAddress.parse("2001:db8::2");
    private static final String MAC = "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:00:02\"}";
    private static final String MAC_V6 = "{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:06:02\"}";

    private final List<String> notices = new ArrayList<>();

    private Backend backend(final String type, final boolean isDual)
    {
        final NetworkConfig network = NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\"," +
            (isDual ? "\"EnableIPv6\":true,\"IPv6Network\":\"fd05::/48\"," : "") +
            "\"Backend\":{\"Type\":\"" + type + "\"}}");
        final ExternalInterface external = new ExternalInterface("eth0", 1500,
            IpAddress.parse("192.0.2.1"), isDual ? IpAddress.parse("2001:db8::1") : null,
            IpAddress.parse("192.0.2.1"), isDual ? IpAddress.parse("2001:db8::1") : null);
        return Backends.create(new BackendHost(
            network, external, new IpCommand(List.of("false")), false, new LeftOut(notices::add),
            FastPathMode.OFF, new TakenDescriptors(false),
            error -> notices.add(error.toString())), null);
    }

    private static Lease lease(final String key, final LeaseAttributes attributes)
    {
        return new Lease(SubnetKey.parse(key), attributes, null, false, 1);
    }

    private static LeaseAttributes v4(final String type, final String data)
    {
        return LeaseAttributes.ofV4(UNDERLAY, type, data);
    }

    private static Lease dual(final String type, final String data, final String dataV6)
    {
        return lease("10.5.2.0-24&fd05:0:0:2::-64",
            new LeaseAttributes(UNDERLAY, UNDERLAY_V6, type, data, dataV6));
    }

    @Test
    void shouldNameTheTunnelOfVxlan()
    {
        assertEquals("10.5.2.0/24 through flannel.1, VNI 1, to MAC 02:00:00:00:00:02 at 192.0.2.2:8472",
            backend("vxlan", false).explain(lease("10.5.2.0-24", v4("vxlan", MAC))));
    }

    @Test
    void shouldNameBothTunnelsOfVxlan()
    {
        assertEquals("10.5.2.0/24 through flannel.1, VNI 1, to MAC 02:00:00:00:00:02 at 192.0.2.2:8472; " +
            "fd05:0:0:2::/64 through flannel-v6.1, VNI 1, to MAC 02:00:00:00:06:02 at [2001:db8::2]:8472",
            backend("vxlan", true).explain(dual("vxlan", MAC, MAC_V6)));
    }

    @Test
    void shouldSayWhichFamilyOfVxlanIsNotReached()
    {
        assertEquals("10.5.2.0/24 through flannel.1, VNI 1, to MAC 02:00:00:00:00:02 at 192.0.2.2:8472; " +
            "IPv6 not reached: it has no subnet of this family",
            backend("vxlan", true).explain(lease("10.5.2.0-24", v4("vxlan", MAC))));
    }

    @Test
    void shouldSayWhyVxlanDoesNotReach()
    {
        final Backend vxlan = backend("vxlan", false);
        assertEquals("IPv4 not reached: its backend is 'host-gw', ours is 'vxlan'",
            vxlan.explain(lease("10.5.2.0-24", v4("host-gw", null))));
        assertEquals("IPv4 not reached: its VNI is 7, ours is 1",
            vxlan.explain(lease("10.5.2.0-24", v4("vxlan", MAC.replace(":1,", ":7,")))));
        assertEquals("IPv4 not reached: PublicIP=0.0.0.0 cannot be a node's address", vxlan.explain(
            lease("10.5.2.0-24", LeaseAttributes.ofV4(IpAddress.ANY_V4, "vxlan", MAC))));
    }

    @Test
    void shouldNameTheRemoteOfUdp()
    {
        final Backend udp = backend("udp", false);
        assertEquals("10.5.2.0/24 through flannel0 to 192.0.2.2:8285",
            udp.explain(lease("10.5.2.0-24", v4("", null))));
        assertEquals("IPv4 not reached: its backend is 'vxlan', ours is 'udp'",
            udp.explain(lease("10.5.2.0-24", v4("vxlan", MAC))));
    }

    @Test
    void shouldNameTheGatewayOfHostGateway()
    {
        assertEquals("10.5.2.0/24 through 192.0.2.2 on eth0",
            backend("host-gw", false).explain(lease("10.5.2.0-24", v4("host-gw", null))));
    }

    @Test
    void shouldNameTheGatewaysOfBothFamilies()
    {
        final Backend gateway = backend("host-gw", true);
        assertEquals("10.5.2.0/24 through 192.0.2.2 on eth0; fd05:0:0:2::/64 through 2001:db8::2 on eth0",
            gateway.explain(dual("host-gw", null, null)));
        assertEquals("10.5.2.0/24 through 192.0.2.2 on eth0; IPv6 not reached: it has no subnet of this family",
            gateway.explain(lease("10.5.2.0-24", v4("host-gw", null))));
        assertEquals("10.5.2.0/24 through 192.0.2.2 on eth0; " +
            "IPv6 not reached: PublicIPv6=null cannot be a node's address",
            gateway.explain(lease("10.5.2.0-24&fd05:0:0:2::-64", v4("host-gw", null))));
    }

    @Test
    void shouldSayThatAllocCarriesNothing()
    {
        assertEquals("not reached: the backend alloc hands out subnets and carries nothing",
            backend("alloc", false).explain(lease("10.5.2.0-24", v4("", null))));
    }
}
