package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.tun.TunException.Reason;
import java.io.IOException;

/** What a process without CAP_NET_ADMIN is told. */
final class WithoutCapabilityScenarios
{
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

    void shouldOpenASocketWithTheBuffersTheSystemAllows() throws IOException
    {
        try (LibcUnderlay underlay = new LibcUnderlay(new UdpOptions(IpAddress.ANY_V4, 0), Throwable::printStackTrace))
        {
            assertTrue(underlay.receiveBufferLength() > 0);
        }
    }
}
