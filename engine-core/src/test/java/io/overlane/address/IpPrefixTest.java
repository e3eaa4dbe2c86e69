// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to value and back, and what is refused. */
class IpPrefixTest
{
    @ParameterizedTest
    @CsvSource({
        "10.5.2.77/24, 10.5.2.0/24",
        "10.5.2.77/32, 10.5.2.77/32",
        "10.5.2.77/0, 0.0.0.0/0",
        "10.5.2.77/1, 0.0.0.0/1",
        "2001:db8::77/64, 2001:db8::/64",
        "2001:db8::77/65, 2001:db8::/65",
        "2001:db8::77/63, 2001:db8::/63",
        "2001:db8::77/128, 2001:db8::77/128",
        "2001:db8::77/0, ::/0"})
    void shouldClearBitsBehindLength(final String text, final String base)
    {
        assertEquals(base, IpPrefix.parse(text).base().toString());
        assertEquals(text, IpPrefix.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/024x", "::/129", "10.0.0/8", "/24",
        "10.0.0.0/8/8", "10.0.0.0/ 8", "::ffff:10.0.0.0/120", "10.0.0.0/9999999999"})
    void shouldRefuseAnythingElse(final String text)
    {
        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
        assertTrue(refusal.getMessage().startsWith("not a CIDR: '" + text + "'"), refusal.getMessage());
    }

    @Test
    void shouldContainItsOwnFamilyOnly()
    {
        final IpPrefix all4 = IpPrefix.parse("0.0.0.0/0");
        final IpPrefix all6 = IpPrefix.parse("::/0");
        assertTrue(all4.contains(IpAddress.parse("255.255.255.255")));
        assertFalse(all4.contains(IpAddress.parse("::1")));
        assertTrue(all6.contains(IpAddress.parse("ffff::1")));
        assertFalse(all6.contains(IpAddress.parse("1.2.3.4")));
        assertFalse(all4.overlaps(all6));
    }

    @Test
    void shouldContainUpToItsLastAddress()
    {
        final IpPrefix prefix = IpPrefix.parse("10.5.2.128/25");
        assertFalse(prefix.contains(IpAddress.parse("10.5.2.127")));
        assertTrue(prefix.contains(IpAddress.parse("10.5.2.128")));
        assertTrue(prefix.contains(IpAddress.parse("10.5.2.255")));
        assertFalse(prefix.contains(IpAddress.parse("10.5.3.0")));
    }

    @Test
    void shouldOverlapBothWays()
    {
        final IpPrefix wide = IpPrefix.parse("10.5.0.0/16");
        final IpPrefix narrow = IpPrefix.parse("10.5.2.0/24");
        assertTrue(wide.overlaps(narrow));
        assertTrue(narrow.overlaps(wide));
        assertFalse(narrow.overlaps(IpPrefix.parse("10.5.3.0/24")));
    }
}
