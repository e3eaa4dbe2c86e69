package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against loopback; routes over other interfaces need a namespace. */
class UnderlayMtuTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    @Test
    void shouldAnswerTheMtuOfTheOwnersInterface() throws IOException
    {
        final int mtu = NetworkInterface.getByInetAddress(LOOPBACK.toInetAddress()).getMTU();
        assertEquals(mtu, UnderlayMtu.of(LOOPBACK, List.of()));
        assertEquals(mtu, UnderlayMtu.of(IpAddress.ANY_V4, List.of(LOOPBACK)));
        assertEquals(Optional.of(LOOPBACK), UnderlayRoute.localAddress(LOOPBACK));
    }

    @Test
    void shouldAnswerTheDefaultWhenNothingIsKnown()
    {
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(IpAddress.ANY_V4, List.of()));
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(IpAddress.parse("192.0.2.77"), List.of()));
    }
}
