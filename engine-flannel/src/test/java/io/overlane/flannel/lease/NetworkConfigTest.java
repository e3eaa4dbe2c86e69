// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule and default of a network's configuration. */
class NetworkConfigTest
{
    @Test
    void shouldReadTheMinimalConfiguration()
    {
        final NetworkConfig config =
            NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        assertEquals("10.5.0.0/16 24 10.5.1.0 10.5.255.0", text(config.v4()));
        assertNull(config.v6());
        assertFalse(config.enableNfTables());
        assertEquals("vxlan", config.backendType());
        assertEquals("{\"Type\":\"vxlan\"}", config.backend());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // flannel's own examples.
        "{ 'network': '10.3.0.0/16' } | 10.3.0.0/16 24 10.3.1.0 10.3.255.0",
        "{ 'Network': '10.3.0.0/16', 'SubnetMin': '10.3.5.0', 'SubnetMax': '10.3.8.0', 'SubnetLen': 28 } |" +
            "10.3.0.0/16 28 10.3.5.0 10.3.8.0",
        // Host bits go; the default length follows the network's.
        "{'Network':'10.3.9.9/16'} | 10.3.0.0/16 24 10.3.1.0 10.3.255.0",
        "{'Network':'10.0.0.0/22'} | 10.0.0.0/22 24 10.0.1.0 10.0.3.0",
        "{'Network':'10.0.0.0/23'} | 10.0.0.0/23 25 10.0.0.128 10.0.1.128",
        "{'Network':'10.0.0.0/28'} | 10.0.0.0/28 30 10.0.0.4 10.0.0.12",
        "{'Network':'255.255.0.0/16'} | 255.255.0.0/16 24 255.255.1.0 255.255.255.0",
        "{'Network':'10.0.0.0/16','SubnetLen':18} | 10.0.0.0/16 18 10.0.64.0 10.0.192.0",
        "{'Network':'10.0.0.0/8','SubnetLen':30} | 10.0.0.0/8 30 10.0.0.4 10.255.255.252",
        "{'Network':'10.0.0.0/16','SubnetMin':'10.0.3.0','SubnetMax':'10.0.3.0'} | 10.0.0.0/16 24 10.0.3.0 10.0.3.0",
        "{'Network':'10.0.0.0/16','SubnetMin':'0.0.0.0','SubnetLen':0} | 10.0.0.0/16 24 10.0.1.0 10.0.255.0"
    })
    void shouldFillInIpv4(final String json, final String expected)
    {
        assertEquals(expected.strip(), text(NetworkConfig.parse(json.replace('\'', '"')).v4()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{ 'enableIPv6': true, 'ipv6Network': 'fc00::/48', 'enableIPv4': false } |" +
            "fc00::/48 64 fc00:0:0:1:: fc00:0:0:ffff::",
        "{'EnableIPv6':true,'IPv6Network':'fc00::/48','IPv6SubnetMin':'fc00:0:0:1::','IPv6SubnetMax':'fc00:0:0:f::'," +
            "'IPv6SubnetLen':124,'enableIPv4':false} | fc00::/48 124 fc00:0:0:1:: fc00:0:0:f::",
        "{'EnableIPv6':true,'IPv6Network':'fc00::/63','EnableIPv4':false} | fc00::/63 65 fc00::8000:0:0:0 " +
            "fc00:0:0:1:8000::",
        "{'EnableIPv6':true,'IPv6Network':'fc00::/124','EnableIPv4':false,'IPv6SubnetMin':null} | " +
            "fc00::/124 126 fc00::4 fc00::c"
    })
    void shouldFillInIpv6(final String json, final String expected)
    {
        final NetworkConfig config = NetworkConfig.parse(json.replace('\'', '"'));
        assertEquals(expected.strip(), text(config.v6()));
        assertNull(config.v4());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{} | Network is missing",
        "null | Network is missing",
        "{'Network':null} | Network: not a CIDR",
        "{'Network':'10.0.0.0'} | Network: not a CIDR",
        "{'Network':16} | Network: not a CIDR",
        "{'Network':'0.0.0.0/0'} | not a network",
        "{'Network':'fd00::/48'} | expected IPv4",
        "{'Network':'10.0.0.0/29'} | too small",
        "{'Network':'10.0.0.0/16','SubnetLen':31} | SubnetLen=31",
        "{'Network':'10.0.0.0/16','SubnetLen':17} | at least four subnets",
        "{'Network':'10.0.0.0/16','SubnetLen':-1} | SubnetLen=-1",
        "{'Network':'10.0.0.0/16','SubnetLen':24.0} | SubnetLen=24.0",
        "{'Network':'10.0.0.0/16','SubnetLen':'24'} | SubnetLen=",
        "{'Network':'10.0.0.0/16','SubnetMin':'10.1.0.0'} | SubnetMin=10.1.0.0 is outside",
        "{'Network':'10.0.0.0/16','SubnetMax':'9.255.0.0'} | SubnetMax=9.255.0.0 is outside",
        "{'Network':'10.0.0.0/16','SubnetMin':'10.0.1.1'} | SubnetMin=10.0.1.1 is not the base",
        "{'Network':'10.0.0.0/16','SubnetMax':'10.0.1.128'} | SubnetMax=10.0.1.128 is not the base",
        "{'Network':'10.0.0.0/16','SubnetMin':'10.0.9.0','SubnetMax':'10.0.3.0'} | SubnetMin=10.0.9.0 is above",
        "{'Network':'10.0.0.0/16','SubnetMax':'10.0.0.0'} | SubnetMin=10.0.1.0 is above SubnetMax=10.0.0.0",
        "{'Network':'10.0.0.0/16','SubnetMin':'x'} | SubnetMin: not an IP address",
        "{'Network':'10.0.0.0/16','SubnetMin':null} | SubnetMin: not an IP address",
        "{'Network':'10.0.0.0/16','EnableIPv6':true} | IPv6Network is missing",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'::/0'} | not a network",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'10.0.0.0/8'} | expected IPv6",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'fc00::/125'} | too small",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'fc00::/48','IPv6SubnetLen':127} | IPv6SubnetLen=127",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'fc00::/48','IPv6SubnetLen':49} | at least four",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'fc00::/48','IPv6SubnetMin':'fd00::'} | outside",
        "{'Network':'10.0.0.0/16','EnableIPv6':true,'IPv6Network':'fc00::/48','IPv6SubnetMax':'fc00::1'} | not the",
        "{'Network':'10.0.0.0/16','EnableIPv4':'no'} | EnableIPv4=",
        "{'Network':'10.0.0.0/16','Backend':'vxlan'} | not a JSON object",
        "{'Network':'10.0.0.0/16','Backend':{'Type':1}} | Type=1: expected a string"
    })
    void shouldRefuse(final String json, final String message)
    {
        final IllegalArgumentException ex = assertThrows(
            IllegalArgumentException.class, () -> NetworkConfig.parse(json.replace('\'', '"')));
        assertTrue(ex.getMessage().contains(message.strip()), ex.getMessage());
        assertFalse(ex.getMessage().contains("\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'Network':'10.0.0.0/16'} | udp",
        "{'Network':'10.0.0.0/16','Backend':{'type':'VXLAN'}} | vxlan",
        "{'Network':'10.0.0.0/16','Backend':{'Port':1}} | ''",
        "{'Network':'10.0.0.0/16','Backend':null} | ''"
    })
    void shouldTellTheBackend(final String json, final String type)
    {
        assertEquals(type, NetworkConfig.parse(json.replace('\'', '"')).backendType());
    }

    @Test
    void shouldIgnoreIpv6MembersWhileIpv6IsOff()
    {
        assertNull(NetworkConfig.parse("{\"Network\":\"10.0.0.0/16\",\"IPv6Network\":\"fc00::/125\"}").v6());
    }

    @Test
    void shouldNotLookAtSubnetsThatKubernetesHandsOut()
    {
        final NetworkConfig config =
            NetworkConfig.parseNetworks("{\"Network\":\"10.0.0.0/30\",\"SubnetLen\":99,\"EnableNFTables\":true}");
        assertEquals(IpPrefix.parse("10.0.0.0/30"), config.v4().network());
        assertTrue(config.enableNfTables());
    }

    @Test
    void shouldTellWhichSubnetsItHandsOut()
    {
        final NetworkConfig config = NetworkConfig.parse(
            "{\"Network\":\"10.0.0.0/16\",\"SubnetMin\":\"10.0.4.0\",\"SubnetMax\":\"10.0.8.0\"}");
        assertTrue(config.fits(SubnetKey.parse("10.0.4.0-24")));
        assertTrue(config.fits(SubnetKey.parse("10.0.8.0-24")));
        assertFalse(config.fits(SubnetKey.parse("10.0.3.0-24")));
        assertFalse(config.fits(SubnetKey.parse("10.0.9.0-24")));
        assertFalse(config.fits(SubnetKey.parse("10.0.4.0-25")));
        assertFalse(config.fits(SubnetKey.parse("10.0.4.0-24&fd00::-64")));
    }

    private static String text(final SubnetRange range)
    {
        return range.network() + " " + range.subnetLength() + " " + range.min() + " " + range.max();
    }
}
