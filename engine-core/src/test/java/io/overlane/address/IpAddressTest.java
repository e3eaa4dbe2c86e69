// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.NetworkInterface;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to value and back, and what is refused. */
class IpAddressTest
{
    /** Examples of RFC 5952 §2 to §4, and of its rule for the first of two runs. */
    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
        "0:2:3:4:5:6:7:0, 0:2:3:4:5:6:7:0",
        "fe80::0:0:0:0, fe80::",
        "64:ff9b::1.2.3.4, 64:ff9b::102:304",
        "::ffff:192.0.2.1, 192.0.2.1",
        "192.0.2.255, 192.0.2.255",
        "0.0.0.0, 0.0.0.0"})
    void shouldWriteCanonicalText(final String text, final String canonical)
    {
        assertEquals(canonical, IpAddress.parse(text).toString());
        assertEquals(IpAddress.parse(text), IpAddress.parse(canonical));
    }

    /** None of these may be looked up as a name: that would block, and believe a resolver. */
    @ParameterizedTest
    @ValueSource(strings = {
        "", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.999", "1.2.3.4 ", "-1.2.3.4", "0x1.2.3.4", "1.2.3.",
        ".1:2", ".:", ":", ":1", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "[::1]",
        "::1.2.3.256", "a:b", "2001:db8::g", "\u0661.2.3.4"})
    void shouldRefuseAnythingElseWithoutAskingResolver(final String text)
    {
        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertEquals("not an IP address: '" + text + "'", refusal.getMessage());
    }

    @Test
    void shouldKeepTheZoneOfALinkLocalAddress() throws Exception
    {
        final NetworkInterface any = NetworkInterface.networkInterfaces().findAny().orElseThrow();
        final IpAddress address = IpAddress.parse("fe80::1%" + any.getName());
        assertEquals(any.getIndex(), address.zone());
        assertEquals("fe80::1%" + any.getName(), address.toString());
        assertEquals(address, IpAddress.parse("fe80::1%" + any.getIndex()));
        assertEquals(address, IpAddress.of(address.toInetAddress()));
        assertEquals(address, IpAddress.parse("fe80::1").inZoneOf(address));
        assertEquals(address, address.inZoneOf(IpAddress.parse("fe80::2")));
        assertEquals(IpAddress.parse("fe80::1"), address.withZone(0));
        assertTrue(IpAddress.parse("fe80::1").lacksZone());
        assertFalse(address.lacksZone());
        assertTrue(IpPrefix.parse("fe80::/64").contains(address));
        assertEquals("[" + address + "]:4789", Vtep.parse("[" + address + "]:4789", 8472).toString());
        assertEquals(8472, Vtep.parse(address.toString(), 8472).udpPort());
        assertEquals("::1", IpAddress.parse("::1").inZoneOf(address).toString(), "no zone");
    }

    @Test
    void shouldRefuseAZoneThatCannotBe()
    {
        assertEquals("'fe80::1%nosuch0': no interface of this host is called 'nosuch0'",
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("fe80::1%nosuch0")).getMessage());
        assertEquals("'2001:db8::1%lo': only a link-local address (fe80::/10) has a zone",
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("2001:db8::1%lo")).getMessage());
        assertEquals("'fe80:0:0:5::1': the 54 bits behind fe80::/10 are zero in a link-local address",
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("fe80:0:0:5::1")).getMessage());
    }

    /** 010 is 8 to inet_aton and 10 to others; a setting should not depend on who reads it. */
    @Test
    void shouldRefuseLeadingZeroInIpv4()
    {
        assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("010.0.0.1"));
        assertEquals("10.0.0.0", IpAddress.parse("10.0.0.0").toString());
    }

    @Test
    void shouldReadWhatItWrote()
    {
        final Random random = new Random(5952);
        for (int i = 0; i < 10_000; i++)
        {
            // Groups of zero often, so that runs of all lengths occur. No link-local ones, for theirs may name a zone.
            final long first = sparse(random);
            final IpAddress address = new IpAddress(IpAddress.isLinkLocal(first) ? 0 : first, sparse(random));
            assertEquals(address, IpAddress.parse(address.toString()));
            assertEquals(address, IpAddress.of(address.toInetAddress()));
        }
    }

    @Test
    void shouldKeepIpv4InMappedForm()
    {
        final IpAddress address = IpAddress.parse("192.0.2.1");
        assertTrue(address.isV4());
        assertEquals(0xC000_0201, address.v4());
        assertEquals(0, address.high());
        assertEquals(0xFFFF_C000_0201L, address.low());
        assertEquals(32, address.bits());
        assertEquals(128, IpAddress.ANY_V6.bits());
        assertEquals(IpAddress.ofV4(-1), IpAddress.parse("255.255.255.255"));
    }

    @Test
    void shouldTellKindsOfAddresses()
    {
        assertTrue(IpAddress.parse("0.0.0.0").isAny());
        assertTrue(IpAddress.parse("::").isAny());
        assertFalse(IpAddress.parse("::1").isAny());
        assertTrue(IpAddress.parse("224.0.0.1").isMulticast());
        assertFalse(IpAddress.parse("223.255.255.255").isMulticast());
        assertFalse(IpAddress.parse("240.0.0.1").isMulticast());
        assertTrue(IpAddress.parse("ff02::1").isMulticast());
        assertFalse(IpAddress.parse("fe80::1").isMulticast());
    }

    private static long sparse(final Random random)
    {
        long word = 0;
        for (int i = 0; i < 4; i++)
        {
            word = word << 16 | (random.nextBoolean() ? 0 : random.nextInt(0x1_0000));
        }
        return word;
    }
}
