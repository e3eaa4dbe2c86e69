// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.NetworkConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotations are named, read and written as flannel does. */
class NodeAnnotationsTest
{
    private static final String DATA = "{\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e3\"}";
    private static final String DATA_V6 = "{\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e6\"}";
    private static final LeaseAttributes V4 = LeaseAttributes.ofV4(
        IpAddress.parse("192.0.2.1"), "vxlan", "{ \"VNI\": 1, \"VtepMAC\": \"12:c6:65:89:b4:e3\" }");
    private static final LeaseAttributes DUAL = new LeaseAttributes(
        IpAddress.parse("192.0.2.1"), IpAddress.parse("fd00::1"), "vxlan", DATA, DATA_V6);

    private static final NetworkConfig BOTH = NetworkConfig.parseNetworks(
        "{\"Network\":\"10.244.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/56\"}");

    private final NodeAnnotations annotations = new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX);

    private static KubeNodes.Node node(final Map<String, String> annotations, final String... podCidrs)
    {
        return new KubeNodes.Node("one", "", annotations, List.of(podCidrs), 7);
    }

    private Lease lease(final Map<String, String> written, final String... podCidrs)
    {
        return annotations.lease(node(written, podCidrs), BOTH);
    }

    @ParameterizedTest
    @CsvSource({
        "flannel.alpha.coreos.com, flannel.alpha.coreos.com/backend-type",
        "flannel.alpha.coreos.com/, flannel.alpha.coreos.com/backend-type",
        "flannel.alpha.coreos.com/prefix, flannel.alpha.coreos.com/prefix-backend-type",
        "flannel.alpha.coreos.com/prefix-, flannel.alpha.coreos.com/prefix-backend-type",
        "org9.com/9, org9.com/9-backend-type"
    })
    void shouldNameAnnotations(final String prefix, final String backendType)
    {
        assertEquals(backendType, new NodeAnnotations(prefix).backendType());
    }

    @ParameterizedTest
    @ValueSource(strings = {"org", "org/", "org/prefix", "org.COM", "org.com/PREFIX", "org.com/a/b", ""})
    void shouldRefusePrefix(final String prefix)
    {
        assertThrows(IllegalArgumentException.class, () -> new NodeAnnotations(prefix));
    }

    @Test
    void shouldWriteWhatANodeNeeds()
    {
        assertEquals(
            Map.of(
                "flannel.alpha.coreos.com/kube-subnet-manager", "true",
                "flannel.alpha.coreos.com/backend-type", "vxlan",
                "flannel.alpha.coreos.com/backend-data", DATA,
                "flannel.alpha.coreos.com/public-ip", "192.0.2.1"),
            annotations.write(V4, Map.of()));
    }

    @Test
    void shouldReadBackWhatItWrote()
    {
        final Map<String, String> node = annotations.write(DUAL, Map.of());
        final Lease lease = lease(node, "10.244.1.0/24", "fd00:10:244:1::/64");
        assertEquals(DUAL, lease.attributes());
        assertEquals("10.244.1.0/24 & fd00:10:244:1::/64", lease.key().toString());
        assertTrue(lease.reserved());
        assertTrue(annotations.write(DUAL, node).isEmpty());
    }

    @Test
    void shouldWriteOnlyWhatIsDifferent()
    {
        final Map<String, String> node = new HashMap<>(annotations.write(DUAL, Map.of()));
        node.put("flannel.alpha.coreos.com/backend-v6-data", "null");
        assertEquals(
            Map.of("flannel.alpha.coreos.com/backend-v6-data", DATA_V6), annotations.write(DUAL, node));
    }

    @Test
    void shouldPublishTheAddressAUserWants()
    {
        final Map<String, String> node = Map.of("flannel.alpha.coreos.com/public-ip-overwrite", "203.0.113.5");
        assertEquals("203.0.113.5", annotations.write(V4, node).get("flannel.alpha.coreos.com/public-ip"));
    }

    @Test
    void shouldWriteAndReadNullForABackendWithoutData()
    {
        final Map<String, String> node =
            annotations.write(LeaseAttributes.ofV4(IpAddress.parse("192.0.2.1"), "host-gw", null), Map.of());
        assertEquals("null", node.get("flannel.alpha.coreos.com/backend-data"));
        assertNull(lease(node, "10.244.1.0/24").attributes().backendData());
    }

    @Test
    void shouldReadANodeOfIpv6Only()
    {
        final LeaseAttributes v6 =
            new LeaseAttributes(IpAddress.ANY_V4, IpAddress.parse("fd00::1"), "vxlan", null, DATA_V6);
        final Map<String, String> node = annotations.write(v6, Map.of());
        final Lease lease = lease(node, "fd00:10:244:1::/64");
        assertEquals(v6, lease.attributes());
        assertNull(lease.subnet());
    }

    @Test
    void shouldSkipNodesThatDoNotTakePart()
    {
        assertNull(lease(Map.of(), "10.244.1.0/24"));
        assertNull(lease(annotations.write(V4, Map.of())));
        assertNull(lease(
            Map.of("flannel.alpha.coreos.com/kube-subnet-manager", "false"), "10.244.1.0/24"));
    }

    @Test
    void shouldSayWhichAnnotationIsWrong()
    {
        final Map<String, String> node = new HashMap<>(annotations.write(V4, Map.of()));
        node.put("flannel.alpha.coreos.com/public-ip", "here");
        final IllegalArgumentException ex = assertThrows(
            IllegalArgumentException.class, () -> lease(node, "10.244.1.0/24"));
        assertTrue(ex.getMessage().contains("public-ip"), ex.getMessage());
        node.remove("flannel.alpha.coreos.com/public-ip");
        assertThrows(IllegalArgumentException.class, () -> lease(node, "10.244.1.0/24"));
    }

    @Test
    void shouldReadOnlyWhatHasItsPrefix()
    {
        final NodeAnnotations prefixed = new NodeAnnotations("org.com/blue");
        final Map<String, String> node = prefixed.write(DUAL, Map.of());
        assertEquals(DATA, node.get("org.com/blue-backend-data"));
        assertEquals(DUAL, prefixed.lease(
            node(node, "10.244.1.0/24", "fd00:10:244:1::/64"), BOTH).attributes());
        assertNull(lease(node, "10.244.1.0/24"));
    }

    /** What flannel writes on a node of both families, in the order and form it does. */
    @Test
    void shouldWriteBothFamiliesByteByByte()
    {
        assertEquals(
            "{flannel.alpha.coreos.com/kube-subnet-manager=true, flannel.alpha.coreos.com/backend-type=vxlan, " +
            "flannel.alpha.coreos.com/public-ip=203.0.113.5, " +
            "flannel.alpha.coreos.com/backend-data={\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e3\"}, " +
            "flannel.alpha.coreos.com/public-ipv6=2001:db8::5, " +
            "flannel.alpha.coreos.com/backend-v6-data={\"VNI\":1,\"VtepMAC\":\"12:c6:65:89:b4:e6\"}}",
            annotations.write(DUAL, Map.of(
                "flannel.alpha.coreos.com/public-ip-overwrite", "203.0.113.5",
                "flannel.alpha.coreos.com/public-ipv6-overwrite", "2001:db8::5")).toString());
    }

    /** The node may have a pod CIDR of IPv6 while the network has none. */
    @Test
    void shouldReadANodeWithoutAnAddressOfIpv6()
    {
        final Lease lease = lease(
            annotations.write(V4, Map.of()), "10.244.1.0/24", "fd00:10:244:1::/64");
        assertNull(lease.attributes().publicIpV6());
        assertEquals(V4, lease.attributes());
    }

    @Test
    void shouldReadTheInterfaceAddressAUserWants()
    {
        assertEquals(IpAddress.parse("192.0.2.9"), annotations.nodePublicIp(
            Map.of("flannel.alpha.coreos.com/node-public-ip", "192.0.2.9"), false));
        assertNull(annotations.nodePublicIp(Map.of(), true));
    }

    /** A cluster of both families may have a network of one. */
    @Test
    void shouldReadOnlyTheFamiliesOfTheNetwork()
    {
        final KubeNodes.Node node = node(annotations.write(DUAL, Map.of()), "10.244.1.0/24", "fd00:10:244:1::/64");
        assertEquals("10.244.1.0/24", annotations.lease(node, NetworkConfig.parseNetworks(
            "{\"Network\":\"10.244.0.0/16\"}")).key().toString());
        final KubeNodes.Node v6 = node(annotations.write(
            new LeaseAttributes(IpAddress.ANY_V4, IpAddress.parse("fd00::1"), "vxlan", null, DATA_V6), Map.of()),
            "10.244.1.0/24", "fd00:10:244:1::/64");
        assertEquals("fd00:10:244:1::/64", annotations.lease(v6, NetworkConfig.parseNetworks(
            "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/56\"}")).key().toString());
        assertNull(annotations.lease(node(v6.annotations(), "10.244.1.0/24"), NetworkConfig.parseNetworks(
            "{\"EnableIPv4\":false,\"EnableIPv6\":true,\"IPv6Network\":\"fd00:10:244::/56\"}")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "public-ip|fd00::1|is not an IPv4 address",
        "public-ipv6|192.0.2.1|is not an IPv6 address",
        "public-ip|''|annotation flannel.alpha.coreos.com/public-ip: ",
        "backend-data|{|annotation flannel.alpha.coreos.com/backend-data: not JSON: {",
        "backend-v6-data|{}{}|more than one JSON value"
    })
    void shouldSayWhatIsWrongWithHostileAnnotations(final String name, final String value, final String why)
    {
        final Map<String, String> node = new HashMap<>(annotations.write(DUAL, Map.of()));
        node.put("flannel.alpha.coreos.com/" + name, value);
        final String message = assertThrows(IllegalArgumentException.class,
            () -> lease(node, "10.244.1.0/24", "fd00:10:244:1::/64")).getMessage();
        assertTrue(message.contains(why), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.244.1.0/24,10.244.2.0/24", "10.244.1.0", "10.244.1.0/33", "", "x/24"})
    void shouldRefusePodCidrs(final String podCidrs)
    {
        assertThrows(IllegalArgumentException.class,
            () -> lease(annotations.write(V4, Map.of()), podCidrs.split(",")));
    }

    @Test
    void shouldRefuseAWishForAnAddressOfTheOtherFamily()
    {
        final Map<String, String> node = Map.of("flannel.alpha.coreos.com/public-ip-overwrite", "fd00::5");
        assertEquals("annotation flannel.alpha.coreos.com/public-ip-overwrite: fd00::5 is not an IPv4 address",
            assertThrows(IllegalArgumentException.class, () -> annotations.write(V4, node)).getMessage());
    }
}
