// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.conformance.Conformance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every contradiction a plan can have, and the one line that says it. The host is 192.0.2.1 with an MTU of 1500. */
class BridgePlannerErrorsTest
{
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --icmp-errors all                                                     | --icmp-errors: only with --mode ip-udp
        --subnet 10.1.0.0/16                                                  | --subnet: only with --mode ip-udp
        --source routed                                                       | --source routed: only with --mode ip-udp
        --mode ip-udp --mac 02:00:00:00:00:01                                 | --mac: only with --mode vxlan
        --mode ip-udp --vni 1                                                 | --vni: only with --mode vxlan
        --mode ip-udp --fdb 02:00:00:00:00:02=192.0.2.2                       | --fdb: only with --mode vxlan
        --mode ip-udp --flood 192.0.2.2                                       | --flood: only with --mode vxlan
        --mode ip-udp --neighbor 10.1.1.1=02:00:00:00:00:02                   | --neighbor: only with --mode vxlan
        --mode ip-udp --learning                                              | --learning: only with --mode vxlan
        --mode ip-udp --policy strict                                         | --policy: only with --mode vxlan
        --mode ip-udp --accept-from known                                     | --accept-from: only with --mode vxlan
        --mode ip-udp --inner-vlan pass                                       | --inner-vlan: only with --mode vxlan
        --mode ip-udp --max-learned 9                                         | --max-learned: only with --mode vxlan
        --mode ip-udp --flood-limit port=9                                    | --flood-limit: only with --mode vxlan
        --mode ip-udp --fdb-age 9                                             | --fdb-age: only with --mode vxlan
        --mode ip-udp --source listed                                         | --source listed: any, known or routed
        """)
    void shouldNameTheModeOfAnOption(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --port 0           | --port 0: outside 1...65535
        --source any --accept-from known       | --source and --accept-from exclude each other: give one
        --source listed                        | --source listed: name the prefixes with --accept-from
        --accept-from known,192.0.2.0/24       | --accept-from known,192.0.2.0/24: expected any, known or prefixes
        --accept-from example.org              | --accept-from example.org: expected any, known or prefixes
        --accept-from 192.0.2.0/33             | --accept-from 192.0.2.0/33: expected any, known or prefixes
        --policy kernel    | --policy kernel: expected linux, rfc7348 or strict
        --learning=yes     | --learning yes: expected on or off
        --max-learned -1   | --max-learned -1: expected 0...999999999 or none
        --max-segments 0   | --max-segments 0: outside 1...65536
        --fdb-age -1       | --fdb-age -1: expected 0...999999999 or never
        --nap -1           | --nap -1: outside 0...10000
        --nap 10001        | --nap 10001: outside 0...10000
        --port 65536       | --port 65536: outside 1...65535
        --vni -1           | --vni -1: outside 0...16777215
        --vni 16777216     | --vni 16777216: outside 0...16777215
        --device a/b       | interface name 'a/b': '/', ':' and '%' are not allowed, except one %d for a number of the \
        kernel's choice
        --device sixteen-letters-  | interface name 'sixteen-letters-': longer than 15 characters
        --local 224.0.0.1          | --local 224.0.0.1: a multicast address
        --mac 01:00:5e:00:00:01    | --mac 01:00:5e:00:00:01: not a station's MAC address
        --mac 00:00:00:00:00:00    | --mac 00:00:00:00:00:00: not a station's MAC address
        """)
    void shouldRefuseAValueThatCannotBe(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --fdb x                             | --fdb x: not MAC=IP[:PORT]
        --fdb =192.0.2.2                    | --fdb =192.0.2.2: not MAC=IP[:PORT]
        --fdb x=192.0.2.2                   | --fdb x=192.0.2.2: not a MAC address: 'x' (expected aa:bb:cc:dd:ee:ff)
        --fdb 02:00:00:00:00:02=x           | --fdb 02:00:00:00:00:02=x: not an IP address: 'x'
        --fdb 02:00:00:00:00:02=            | --fdb 02:00:00:00:00:02=: not an IP address: ''
        --fdb 02:00:00:00:00:02=192.0.2.2:x | --fdb 02:00:00:00:00:02=192.0.2.2:x: not IP[:PORT]: '192.0.2.2:x'
        --fdb 03:00:00:00:00:02=192.0.2.2   | --fdb 03:00:00:00:00:02=192.0.2.2: not a station's MAC address: \
        03:00:00:00:00:02
        --flood x                           | --flood x: not an IP address: 'x'
        --flood 192.0.2.2:0                 | --flood 192.0.2.2:0: not a UDP port: 0 (expected 1…65535)
        --flood [2001:db8::2]x              | --flood [2001:db8::2]x: not IP[:PORT]: '[2001:db8::2]x'
        --neighbor 10.1.1.1                 | --neighbor 10.1.1.1: not IP=MAC
        --neighbor x=02:00:00:00:00:02      | --neighbor x=02:00:00:00:00:02: not an IP address: 'x'
        --neighbor 10.1.1.1=x               | --neighbor 10.1.1.1=x: not a MAC address: 'x' (expected aa:bb:cc:dd:ee:ff)
        --neighbor 10.1.1.1=ff:ff:ff:ff:ff:ff | --neighbor 10.1.1.1=ff:ff:ff:ff:ff:ff: not a station's MAC address: \
        ff:ff:ff:ff:ff:ff
        """)
    void shouldQuoteWhatIsMalformed(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --fdb 02:00:00:00:00:02=192.0.2.2 --fdb 02:00:00:00:00:02=192.0.2.3 | MAC address \
        02:00:00:00:00:02 is given to two remotes: 192.0.2.2:8472 and 192.0.2.3:8472
        --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 --fdb 02:00:00:00:00:02=192.0.2.2:9 | MAC address \
        02:00:00:00:00:02 is given to two remotes: 192.0.2.2:8472 and 192.0.2.2:9
        --neighbor 10.1.1.1=02:00:00:00:00:02 --neighbor 10.1.1.1=02:00:00:00:00:03 | neighbour 10.1.1.1 is given two \
        MAC addresses: 02:00:00:00:00:02 and 02:00:00:00:00:03
        --mac 02:00:00:00:00:02 --fdb 02:00:00:00:00:02=192.0.2.2 | --mac 02:00:00:00:00:02: a remote has the same MAC \
        address
        """)
    void shouldRefuseTwoMeaningsOfOneAddress(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --flood 0.0.0.0                         | remote 0.0.0.0:8472: not the address of one host
        --flood ::                              | remote [::]:8472: not the address of one host
        --flood 239.1.1.1                       | remote 239.1.1.1:8472: not the address of one host
        --local 192.0.2.1 --flood 2001:db8::2   | remote [2001:db8::2]:8472 is of another family than the local \
        address 192.0.2.1
        --flood 192.0.2.2 --flood 2001:db8::2   | remote [2001:db8::2]:8472 is of another family than the local \
        address 0.0.0.0
        --local 2001:db8::1 --flood 192.0.2.2   | remote 192.0.2.2:8472 is of another family than the local address \
        2001:db8::1
        --flood 192.0.2.1                       | remote 192.0.2.1:8472 is this node's own address
        --local 192.0.2.9 --flood 192.0.2.9     | remote 192.0.2.9:8472 is this node's own address
        --port 99 --flood 192.0.2.1:99          | remote 192.0.2.1:99 is this node's own address
        --mode ip-udp --peer 192.0.2.1,subnet=10.1.2.0/24 | remote 192.0.2.1:8285 is this node's own address
        """)
    @Conformance(row = 77, behaviour = "refused by tun-bridge, for the port it receives on",
        deviation = "there is no short way from one segment to another")
    void shouldRefuseARemoteThatCannotBe(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 --peer \
        192.0.2.3,mac=02:00:00:00:00:03,subnet=10.1.0.0/16 | peer subnets overlap: 10.1.2.0/24 of 192.0.2.2:8472 and \
        10.1.0.0/16 of 192.0.2.3:8472
        --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24,gateway=10.9.9.9 --peer \
        192.0.2.3,mac=02:00:00:00:00:03,subnet=10.1.3.0/24,gateway=10.9.9.9 | gateway 10.9.9.9 is given two MAC \
        addresses: 02:00:00:00:00:02 and 02:00:00:00:00:03
        --address 10.1.2.7/24 --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 | --address 10.1.2.7/24 lies \
        in a peer's subnet: 10.1.2.0/24 of 192.0.2.2:8472
        --address 10.9.9.9/32 --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24,gateway=10.9.9.9 | --address \
        10.9.9.9/32 is the gateway of a peer: 10.1.2.0/24 of 192.0.2.2:8472
        --mode ip-udp --subnet 10.1.0.0/16 --peer 192.0.2.2,subnet=10.1.2.0/24 | --subnet 10.1.0.0/16 overlaps a \
        peer's subnet: 10.1.2.0/24 of 192.0.2.2:8285
        --mode ip-udp --address fd00::1/64 | --address fd00::1/64: ip-udp carries IPv4 only
        --mode ip-udp --subnet fd00::/64   | --subnet fd00::/64: ip-udp carries IPv4 only
        """)
    void shouldRefuseInnerAddressesThatContradict(final String line, final String message)
    {
        assertError(message, line, new FakeHost());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        1500  | --mtu 1451                                 | --mtu 1451: the underlay's MTU of 1500 leaves room for 1450
        1500  | --mtu 1431 --flood 2001:db8::2             | --mtu 1431: the underlay's MTU of 1500 leaves room for 1430
        1500  | --mtu 1473 --mode ip-udp                   | --mtu 1473: the underlay's MTU of 1500 leaves room for 1472
        1500  | --mtu 1453 --mode ip-udp --local 2001:db8::1 | --mtu 1453: the underlay's MTU of 1500 leaves \
        room for 1452
        65536 | --mtu 65500                                | --mtu 65500: the underlay's MTU of 65535 leaves room for \
        65485
        1500  | --mtu 67                                   | --mtu 67: IPv4 needs 68 at least
        1500  | --mtu 0                                    | --mtu 0: IPv4 needs 68 at least
        1500  | --mtu 1279 --address fd00::1/64            | --mtu 1279: IPv6 needs 1280 at least
        1500  | --mtu 1279 --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=fd00:2::/64 | --mtu 1279: IPv6 needs 1280 at \
        least
        117   | ""                                         | MTU 67: IPv4 needs 68 at least
        1300  | --address fd00::1/64                       | MTU 1250: IPv6 needs 1280 at least
        """)
    @Conformance(row = 80, behaviour = "refused by tun-bridge; so is less than 68, or than 1280 with IPv6 inside",
        deviation = "Linux takes it where no underlay device is named")
    void shouldRefuseAnMtuThatDoesNotFit(final int underlayMtu, final String line, final String message)
    {
        assertError(message, line, new FakeHost().mtu(underlayMtu));
    }

    @Test
    void shouldRefuseAPeerWithTheMacAddressOfThisNode()
    {
        assertError(
            "--mac 02:aa:bb:cc:dd:ee: a remote has the same MAC address",
            "--fdb 02:aa:bb:cc:dd:ee=192.0.2.2",
            new FakeHost());
    }

    private static void assertError(final String message, final String line, final HostFacts host)
    {
        final BridgeOptions options = BridgeOptionsParser.parse(line);
        final IllegalArgumentException error =
            assertThrows(IllegalArgumentException.class, () -> BridgePlanner.plan(options, host));
        assertEquals(message, error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }
}
