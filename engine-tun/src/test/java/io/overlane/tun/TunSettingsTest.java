// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.testkit.SettingsContract;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The options of devices. */
class TunSettingsTest extends SettingsContract
{
    TunSettingsTest()
    {
        super(TunOptions.class, Set.of(), Set.of());
        object(TunOptions.class, () -> new TunOptions(TunKind.TAP, "vx0"));
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
