// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code --peer} is read. */
class PeerSpecTest
{
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24                      | 192.0.2.2:8472      | 10.1.2.0
        192.0.2.2:99,subnet=10.1.2.0/24,mac=02-0-0-0-0-02                       | 192.0.2.2:99        | 10.1.2.0
        192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24,gateway=10.1.2.1     | 192.0.2.2:8472      | 10.1.2.1
        2001:db8::2,mac=02:00:00:00:00:02,subnet=fd00:2::/64                    | [2001:db8::2]:8472  | fd00:2::
        [2001:db8::2]:99,mac=02:00:00:00:00:02,subnet=fd00:2::/64,gateway=fd00::2 | [2001:db8::2]:99 | fd00::2
        """)
    void shouldReadAVxlanPeer(final String text, final String remote, final String gateway)
    {
        final PeerSpec peer = PeerSpec.parse(text, BridgeMode.VXLAN, 8472);
        assertEquals(remote, peer.remote().toString());
        assertEquals(MacAddress.parse("02:00:00:00:00:02"), peer.mac());
        assertEquals(IpAddress.parse(gateway), peer.gateway());
    }

    @Test
    void shouldReadAPeerOfTheIpMode()
    {
        final PeerSpec peer = PeerSpec.parse("192.0.2.2,subnet=10.1.2.0/24", BridgeMode.IP_UDP, 8285);
        assertEquals("192.0.2.2:8285", peer.remote().toString());
        assertEquals("10.1.2.0/24", peer.subnet().toString());
        assertNull(peer.mac());
        assertNull(peer.gateway());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ""                               | not an IP address: ''
        x,subnet=10.1.2.0/24             | not an IP address: 'x'
        192.0.2.2:0,subnet=10.1.2.0/24   | not a UDP port: 0 (expected 1…65535)
        192.0.2.2                        | subnet=… is missing
        192.0.2.2,subnet=10.1.2.0/24     | mac=… is missing
        192.0.2.2,subnet=10.1.2.0        | not a CIDR: '10.1.2.0' (expected ADDRESS/LENGTH)
        192.0.2.2,subnet=10.1.2.0/33     | not a CIDR: '10.1.2.0/33' (prefix length 33 outside 0…32)
        192.0.2.2,subnet=10.1.2.7/24     | subnet 10.1.2.7/24 has host bits; did you mean 10.1.2.0/24?
        192.0.2.2,subnet=10.1.2.0/24,mac=x | not a MAC address: 'x' (expected aa:bb:cc:dd:ee:ff)
        192.0.2.2,subnet=10.1.2.0/24,mac=ff:ff:ff:ff:ff:ff | not a station's MAC address: ff:ff:ff:ff:ff:ff
        192.0.2.2,subnet=10.1.2.0/24,mac=02:00:00:00:00:02,gateway=x       | not an IP address: 'x'
        192.0.2.2,subnet=10.1.2.0/24,mac=02:00:00:00:00:02,gateway=fd00::1 | gateway fd00::1 is of another family than \
        subnet 10.1.2.0/24
        192.0.2.2,subnet=10.1.2.0/24,                                      | unknown part '' (vxlan has mac=…, \
        subnet=…, gateway=…)
        192.0.2.2,subnet=10.1.2.0/24,mask=1                                | unknown part 'mask=1' (vxlan has mac=…, \
        subnet=…, gateway=…)
        192.0.2.2,mac                                                      | unknown part 'mac' (vxlan has mac=…, \
        subnet=…, gateway=…)
        192.0.2.2,mac=02:00:00:00:00:02,mac=02:00:00:00:00:02              | mac is given twice
        """)
    void shouldSayWhatIsWrongWithAVxlanPeer(final String text, final String message)
    {
        assertError(message, text, BridgeMode.VXLAN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        192.0.2.2                                          | subnet=… is missing
        192.0.2.2,subnet=fd00:2::/64                       | ip-udp carries IPv4 only, not fd00:2::/64
        192.0.2.2,subnet=10.1.2.0/24,mac=02:00:00:00:00:02 | unknown part 'mac=02:00:00:00:00:02' (ip-udp has subnet=…)
        192.0.2.2,subnet=10.1.2.0/24,subnet=10.1.3.0/24    | subnet is given twice
        """)
    void shouldSayWhatIsWrongWithAPeerOfTheIpMode(final String text, final String message)
    {
        assertError(message, text, BridgeMode.IP_UDP);
    }

    private static void assertError(final String message, final String text, final BridgeMode mode)
    {
        final IllegalArgumentException error =
            assertThrows(IllegalArgumentException.class, () -> PeerSpec.parse(text, mode, 8472));
        assertEquals("--peer " + text + ": " + message, error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
