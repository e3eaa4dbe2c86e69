// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to value and back, and what is refused. */
class VtepTest
{
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1:8472",
        "192.0.2.1:4789, 192.0.2.1:4789",
        "2001:db8::1, [2001:db8::1]:8472",
        "[2001:db8::1], [2001:db8::1]:8472",
        "[2001:db8::1]:4789, [2001:db8::1]:4789",
        "[::ffff:192.0.2.1]:1, 192.0.2.1:1",
        "192.0.2.1:65535, 192.0.2.1:65535"})
    void shouldReadEndpoint(final String text, final String written)
    {
        final Vtep vtep = Vtep.parse(text, 8472);
        assertEquals(written, vtep.toString());
        assertEquals(vtep, Vtep.parse(written, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", ":", ":80", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:80x", "host:80",
        "host", "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]8472", "[2001:db8::1]:", "[]:80", "[host]:80",
        "[::1]:99999",
        "192.0.2.1:123456"})
    void shouldRefuseAnythingElse(final String text)
    {
        assertThrows(IllegalArgumentException.class, () -> Vtep.parse(text, 8472));
    }

    @Test
    void shouldNotTakeAPortBehindIpv6ForPartOfTheAddress()
    {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> Vtep.parse("fd00::1:4789", 8472));
        assertEquals("'fd00::1:4789' reads as an address without a port; write [fd00::1]:4789, or [fd00::1:4789] if " +
            "that is the address", ex.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Vtep.parse("fd00::1:5000", 5000));
        assertEquals("[fd00::1:4789]:8472", Vtep.parse("[fd00::1:4789]", 8472).toString());
        assertEquals("[fd00::8472]:8472", Vtep.parse("fd00::8472", 8472).toString());
        assertEquals("[fd00::1:5001]:5000", Vtep.parse("fd00::1:5001", 5000).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65536})
    void shouldRefusePortOutOfRange(final int udpPort)
    {
        assertThrows(IllegalArgumentException.class, () -> new Vtep(IpAddress.ANY_V4, udpPort));
    }

    @Test
    void shouldCheckVni()
    {
        assertEquals(0, Vni.check(0));
        assertEquals(0xFF_FFFF, Vni.check(0xFF_FFFF));
        assertThrows(IllegalArgumentException.class, () -> Vni.check(-1));
        assertThrows(IllegalArgumentException.class, () -> Vni.check(1 << 24));
        assertThrows(IllegalArgumentException.class, () -> Vni.check(1L << 32));
    }
}
