// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text to value and back, and what is refused. */
class MacAddressTest
{
    @ParameterizedTest
    @ValueSource(strings = {"02:0a:00:00:00:ff", "02:0A:00:00:00:FF", "2:a:0:0:0:ff", "02-0a-00-00-00-ff"})
    void shouldReadUsualNotations(final String text)
    {
        assertEquals(0x020A_0000_00FFL, MacAddress.parse(text).value());
        assertEquals("02:0a:00:00:00:ff", MacAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "02", "02:00:00:00:00", "02:00:00:00:00:00:00", "020a000000ff", "02:00:00:00:00:gg", "02:00:00:00:00:100",
        " 02:00:00:00:00:00", "02:00:00:00:00:00 ", "02::00:00:00:00", "-2:00:00:00:00:00"})
    void shouldRefuseAnythingElse(final String text)
    {
        assertThrows(IllegalArgumentException.class, () -> MacAddress.parse(text));
    }

    @Test
    void shouldRefuseMoreThan48Bits()
    {
        assertThrows(IllegalArgumentException.class, () -> new MacAddress(1L << 48));
        assertThrows(IllegalArgumentException.class, () -> new MacAddress(-1));
        assertEquals("ff:ff:ff:ff:ff:ff", new MacAddress(MacAddress.BROADCAST).toString());
    }

    @Test
    void shouldTellStationsFromGroups()
    {
        assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
        assertTrue(MacAddress.isGroup(0x0100_5E00_0001L));
        assertFalse(MacAddress.isGroup(0xFE00_0000_0001L));
        assertTrue(MacAddress.isValidSource(0x0200_0000_0001L));
        assertFalse(MacAddress.isValidSource(0));
        assertFalse(MacAddress.isValidSource(0x3333_0000_0001L));
    }
}
