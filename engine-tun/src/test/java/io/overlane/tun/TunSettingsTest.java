// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.testkit.SettingsContract;
import io.overlane.tun.udp.UdpOptions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The options of devices and sockets. */
class TunSettingsTest extends SettingsContract
{
    TunSettingsTest()
    {
        super(TunOptions.class, Set.of("UdpOptions.multicastInterface"), Set.of());
        object(TunOptions.class, () -> new TunOptions(TunKind.TAP, "vx0"));
        object(UdpOptions.class, () -> new UdpOptions(IpAddress.ANY_V4, 0));
    }

    @Test
    void shouldRefuseADeviceWithoutKindOrName()
    {
        assertEquals("kind=null; give it a value",
            assertThrows(IllegalArgumentException.class, () -> new TunOptions(null, "vx0")).getMessage());
        assertEquals("name=null; give it a value",
            assertThrows(IllegalArgumentException.class, () -> new TunOptions(TunKind.TAP, null)).getMessage());
    }
}
