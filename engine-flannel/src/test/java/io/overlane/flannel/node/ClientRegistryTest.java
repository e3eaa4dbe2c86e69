// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static io.overlane.flannel.node.TestLeases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.registry.Registry;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client finds in place of the configuration. */
class ClientRegistryTest
{
    private static ClientRegistry client(final String config)
    {
        return new ClientRegistry((Registry)Proxy.newProxyInstance(
            ClientRegistryTest.class.getClassLoader(), new Class<?>[]{Registry.class},
            (proxy, method, arguments) -> config));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"Network\":\"10.5.0.0/16\"}                               | 10.5.0.4   | 10.5.0.252",
        "{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.9.0\"}    | 10.5.0.4   | 10.5.8.252",
        "{\"Network\":\"10.5.64.0/20\",\"SubnetLen\":26}             | 10.5.64.4  | 10.5.64.60",
        "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\"} | 10.5.0.4 | 10.5.0.252"})
    void shouldOfferWhatNodesAreNotGiven(final String config, final String min, final String max)
    {
        final NetworkConfig nodes = NetworkConfig.parse(config);
        final NetworkConfig clients = NetworkConfig.parse(client(config).config());
        assertEquals(nodes.v4().network(), clients.v4().network());
        assertEquals(30, clients.v4().subnetLength());
        assertEquals(IpAddress.parse(min), clients.v4().min());
        assertEquals(IpAddress.parse(max), clients.v4().max());
        assertEquals(null, clients.v6());
    }

    @Test
    void shouldKeepTheBackend()
    {
        final NetworkConfig config = NetworkConfig.parse(client("{\"Network\":\"10.5.0.0/16\"," +
            "\"EnableNFTables\":true,\"Backend\":{\"Type\":\"vxlan\",\"VNI\":7}}").config());
        assertEquals("vxlan", config.backendType());
        assertEquals(7, config.backendSection().integer("VNI", 0));
        assertTrue(config.enableNfTables());
    }

    @Test
    void shouldRefuseWhereNothingIsLeftOver()
    {
        final RegistryException ex = assertThrows(RegistryException.class,
            () -> client("{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.0.0\"}").config());
        // flannel takes its default for a bound of all zeros only, so this one counts.
        assertTrue(ex.getMessage().contains("SubnetMin=10.5.0.0"), ex.getMessage());
    }

    /** Kept after the start too: a node that was started later took the client's lease away, and has one now. */
    @Test
    void shouldNotDeleteTheLeaseOfANode()
    {
        final List<String> deleted = new ArrayList<>();
        final ClientRegistry client = new ClientRegistry((Registry)Proxy.newProxyInstance(
            ClientRegistryTest.class.getClassLoader(), new Class<?>[]{Registry.class},
            (proxy, method, arguments) -> "config".equals(method.getName()) ?
                "{\"Network\":\"10.5.0.0/16\"}" : deleted.add(((Lease)arguments[0]).key().toString())));
        client.delete(lease("10.5.0.4-30", "192.0.2.1"));
        final RegistryException ex = assertThrows(RegistryException.class,
            () -> client.delete(lease("10.5.2.0-24", "192.0.2.1")));
        assertTrue(ex.getMessage().contains("192.0.2.1 is a node with the subnet 10.5.2.0/24"), ex.getMessage());
        assertEquals(List.of("10.5.0.4/30"), deleted);
    }
}
