package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        ".1:2", ".:", ":", ":1", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "[::1]",
        "::1.2.3.256", "a:b", "2001:db8::g", "\u0661.2.3.4"})
    void shouldRefuseAnythingElseWithoutAskingResolver(final String text)
    {
        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertEquals("not an IP address: '" + text + "'", refusal.getMessage());
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
            // Groups of zero often, so that runs of all lengths occur.
            final IpAddress address = new IpAddress(sparse(random), sparse(random));
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
