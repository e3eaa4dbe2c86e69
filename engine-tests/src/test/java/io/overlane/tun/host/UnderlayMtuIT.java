// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.testkit.InNamespace;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two routes to remotes, over devices with an MTU each. */
@InNamespace(ipv6 = true)
class UnderlayMtuIT
{
    private final TestDevices devices = new TestDevices();

    @AfterEach
    void close() throws IOException
    {
        devices.close();
    }

    @Test
    void shouldTakeTheSmallestOverTheRoutesToTheRemotes() throws IOException
    {
        final IpCommand ip = devices.ip();
        devices.add("big", 9000);
        devices.add("small", 1400);
        ip.run("addr", "add", "192.0.2.1/25", "dev", "big");
        ip.run("addr", "add", "192.0.2.129/25", "dev", "small");
        ip.run("-6", "addr", "add", "fd00::1/64", "dev", "small", "nodad");

        assertEquals(9000, mtu("192.0.2.1", "192.0.2.130"));
        assertEquals(9000, mtu("0.0.0.0", "192.0.2.2"));
        assertEquals(1400, mtu("0.0.0.0", "192.0.2.2", "192.0.2.130"));
        assertEquals(1400, mtu("::", "fd00::2"));
        assertEquals(UnderlayMtu.DEFAULT, mtu("0.0.0.0", "198.51.100.1"));
    }

    /** Of a local address and remotes. */
    private static int mtu(final String local, final String... remotes)
    {
        final List<IpAddress> addresses = Arrays.stream(remotes).map(IpAddress::parse).toList();
        return UnderlayMtu.of(new UnderlayRoute(), IpAddress.parse(local), addresses);
    }
}
