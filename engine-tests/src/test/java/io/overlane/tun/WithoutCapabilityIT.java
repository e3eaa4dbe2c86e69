// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.TunException.Reason;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a process without CAP_NET_ADMIN is told. */
@InNamespace(wrapper = {"setpriv", "--inh-caps=-net_admin", "--bounding-set=-net_admin"})
class WithoutCapabilityIT
{
    @Test
    void shouldSayWhatADeviceNeeds()
    {
        final TunException ex = assertThrows(
            TunException.class, () -> TunDevice.create(new TunOptions(TunKind.TAP, "vx0")));
        if (ex.reason() != Reason.NO_DRIVER)
        {
            assertEquals(Reason.NOT_PERMITTED, ex.reason(), ex::getMessage);
            assertTrue(ex.getMessage().startsWith("no permission to "), ex::getMessage);
            assertTrue(ex.getMessage().contains("CAP_NET_ADMIN"), ex::getMessage);
            assertTrue(ex.getMessage().contains("unshare --user --map-root-user --net"), ex::getMessage);
        }
    }

    @Test
    void shouldOpenASocketWithTheBuffersTheSystemAllows() throws IOException
    {
        try (LibcUnderlay underlay = LibcUnderlay.open(
            new UnderlayOptions(IpAddress.ANY_V4, 0).errorHandler(Throwable::printStackTrace)))
        {
            assertTrue(underlay.receiveBufferLength() > 0);
        }
    }
}
