// SPDX-License-Identifier: Apache-2.0
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
        assertEquals(mtu, UnderlayMtu.of(new UnderlayRoute(), LOOPBACK, List.of()));
        assertEquals(mtu, UnderlayMtu.of(new UnderlayRoute(), IpAddress.ANY_V4, List.of(LOOPBACK)));
        assertEquals(Optional.of(LOOPBACK), new UnderlayRoute().localAddress(LOOPBACK));
    }

    @Test
    void shouldAnswerTheDefaultWhenNothingIsKnown()
    {
        final UnderlayRoute route = new UnderlayRoute();
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(route, IpAddress.ANY_V4, List.of()));
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(route, IpAddress.parse("192.0.2.77"), List.of()));
    }

    @Test
    void shouldListTheInterfacesOnceForAnyNumberOfQuestions() throws IOException
    {
        final int mtu = NetworkInterface.getByInetAddress(LOOPBACK.toInetAddress()).getMTU();
        final int[] lists = {0};
        final UnderlayRoute route = new UnderlayRoute(() ->
        {
            lists[0]++;
            return NetworkInterface.networkInterfaces();
        });
        for (int i = 0; i < 1000; i++)
        {
            assertEquals(mtu, UnderlayMtu.of(route, LOOPBACK, List.of()));
            assertEquals(Optional.empty(), route.owner(IpAddress.ofV4(0xEFFF_0000 | i)));
        }
        assertEquals(1, lists[0]);
    }
}
