// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.flannel.json.JsonObject;
import io.overlane.tun.host.NodeIdentity;
import io.overlane.tun.host.UnderlayMtu;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Texts that flannel writes and reads. */
class BackendTest
{
    private static final MacAddress MAC = MacAddress.parse("c6:d2:32:6f:8f:44");

    private static VxlanBackendConfig vxlan(final String json)
    {
        return VxlanBackendConfig.parse(JsonObject.parse(json));
    }

    private static VxlanLeaseData lease(final String json)
    {
        return VxlanLeaseData.parse(JsonObject.parse(json));
    }

    @Test
    void shouldTakeFlannelsDefaults()
    {
        assertEquals(new VxlanBackendConfig(1, 8472, 0, false), vxlan("{\"Type\":\"vxlan\"}"));
        assertEquals(new VxlanBackendConfig(1, 8472, 0, false), vxlan("{\"Port\":0,\"GBP\":false}"));
        assertEquals(8285, UdpBackend.udpPort(JsonObject.parse("{}")));
    }

    @Test
    void shouldReadKeysOfAnyCaseAndIgnoreOthers()
    {
        assertEquals(
            new VxlanBackendConfig(4096, 4789, 1400, true),
            vxlan("{\"type\":\"vxlan\",\"vni\":4096,\"PORT\":4789,\"Mtu\":1400,\"directrouting\":true," +
                "\"MacPrefix\":\"0E-2A\",\"Name\":\"x\"}"));
        assertEquals(9000, UdpBackend.udpPort(JsonObject.parse("{\"port\":9000}")));
    }

    @Test
    void shouldSubtractWhatTheEncapsulationNeeds()
    {
        assertEquals(1450, vxlan("{}").deviceMtu(1500, true));
        assertEquals(1430, vxlan("{}").deviceMtu(1500, false));
        assertEquals(1350, vxlan("{\"MTU\":1400}").deviceMtu(9000, true));
        assertEquals(1472, 1500 - UnderlayMtu.IP_UDP_OVER_IPV4, "of the backend udp");
    }

    @Test
    void shouldRefuseWhatCannotWork()
    {
        assertEquals("backend: GBP=true: group based policy is not supported", refusal("{\"GBP\":true}"));
        assertEquals("backend: Learning=true: addresses come from the leases, not from received frames",
            refusal("{\"learning\":true}"));
        assertEquals("backend: VNI=16777216 is outside 0…16777215", refusal("{\"VNI\":16777216}"));
        assertEquals("backend: Port=65536 is outside 0…65535", refusal("{\"Port\":65536}"));
        assertEquals("backend: MTU=100 is below 576", refusal("{\"MTU\":100}"));
        assertTrue(refusal("{\"VNI\":\"1\"}").startsWith("VNI="), refusal("{\"VNI\":\"1\"}"));
    }

    private static String refusal(final String json)
    {
        return assertThrows(IllegalArgumentException.class, () -> vxlan(json)).getMessage();
    }

    @Test
    void shouldPublishExactlyWhatFlannelDoes()
    {
        assertEquals("{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}", new VxlanLeaseData(1, MAC).toJson());
    }

    @Test
    void shouldReadLeasesOfAllVersions()
    {
        assertEquals(new VxlanLeaseData(1, MAC), lease("{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}"));
        assertEquals(
            new VxlanLeaseData(VxlanLeaseData.UNKNOWN_VNI, MAC), lease("{\"VtepMAC\":\"C6-D2-32-6F-8F-44\"}"));
        assertEquals(new VxlanLeaseData(7, MAC), lease("{\"vtepmac\":\"c6d2.326f.8f44\",\"vni\":7,\"x\":[]}"));
        assertTrue(lease("{\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}").matches(5));
        assertFalse(lease("{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}").matches(5));
    }

    @Test
    void shouldRefuseLeasesWithoutADevicesAddress()
    {
        for (final String json : List.of(
            "{}", "null", "{\"VtepMAC\":\"\"}", "{\"VtepMAC\":\"ff:ff:ff:ff:ff:ff\"}",
            "{\"VtepMAC\":\"00:00:00:00:00:00\"}", "{\"VtepMAC\":\"02:00:5e:10:00:00:00:01\"}"))
        {
            assertThrows(IllegalArgumentException.class, () -> lease(json), json);
        }
    }

    @Test
    void shouldKeepThePublishedMacAndFallBackToTheNodes()
    {
        final NodeIdentity identity = NodeIdentity.ofThisHost();
        final IpAddress underlay = IpAddress.parse("192.0.2.1");
        final MacAddress derived = identity.mac("flannel.1", underlay, 1);
        assertEquals(MAC, VxlanBackend.choose(
            Optional.of(new VxlanLeaseData(1, MAC)), identity, "flannel.1", underlay, 1));
        assertEquals(derived, VxlanBackend.choose(Optional.empty(), identity, "flannel.1", underlay, 1));
        assertEquals(derived, VxlanBackend.choose(
            Optional.of(new VxlanLeaseData(2, MAC)), identity, "flannel.1", underlay, 1), "of another tunnel");
    }

    @Test
    void shouldKnowTheBackends()
    {
        assertEquals(BackendKind.HOST_GW, BackendKind.of("host-gw"));
        assertEquals("vxlan", BackendKind.of("vxlan").leaseType());
        assertEquals("", BackendKind.of("udp").leaseType());
        assertEquals("backend 'wireguard' is not supported: expected vxlan, udp, host-gw, alloc",
            assertThrows(IllegalArgumentException.class, () -> BackendKind.of("wireguard")).getMessage());
        assertEquals("unknown backend 'x': expected vxlan, udp, host-gw, alloc",
            assertThrows(IllegalArgumentException.class, () -> BackendKind.of("x")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> BackendKind.of(""));
    }
}
