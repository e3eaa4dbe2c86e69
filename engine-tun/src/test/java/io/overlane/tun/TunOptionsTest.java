// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interface names and options, before the kernel sees them. */
class TunOptionsTest
{
    @ParameterizedTest
    @ValueSource(strings = {"vx0", "flannel.1", "flannel%d", "a23456789012345", "tap-%d.x"})
    void shouldTakeNamesAnInterfaceCanHave(final String name)
    {
        assertEquals(name, new TunOptions(TunKind.TAP, name).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", ".", "..", "a234567890123456", "a/b", "a b", "a\tb", "a:b", "tap%", "tap%s", "tap%d%d", "täp"})
    void shouldRefuseNamesNoInterfaceCanHave(final String name)
    {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> new TunOptions(TunKind.TAP, name));
        assertTrue(ex.getMessage().startsWith("interface name '" + name + "': "), ex::getMessage);
    }

    @Test
    void shouldAskForNoOffloadWithoutVnetHeader()
    {
        final TunOptions options = new TunOptions(TunKind.TUN, "x0");
        assertEquals(TunOffload.CHECKSUM, options.offload());
        assertEquals(TunOffload.NONE, options.vnetHeaderLength(0).offload());
    }

    @Test
    void shouldRefuseOddVnetHeaders()
    {
        final TunOptions options = new TunOptions(TunKind.TUN, "x0");
        assertThrows(IllegalArgumentException.class, () -> options.vnetHeaderLength(11));
    }
}
