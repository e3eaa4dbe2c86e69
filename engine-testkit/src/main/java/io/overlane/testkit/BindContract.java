// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Every underlay with a socket reports in the same way that it cannot bind: one type of error, with the system's own
 * reason.
 */
public abstract class BindContract
{
    /** Open the underlay on this address and port. */
    protected abstract Underlay bind(IpAddress address, int udpPort) throws IOException;

    @Test
    void shouldSayThatThePortIsTaken() throws IOException
    {
        assertSaysTaken("127.0.0.1");
    }

    /** No interface lists this address, but it can be bound. */
    @Test
    void shouldSayThatThePortOfAnUnlistedLoopbackAddressIsTaken() throws IOException
    {
        assertSaysTaken("127.0.0.2");
    }

    @Test
    void shouldSayThatTheAddressIsNotOfThisHost()
    {
        final String message = String.valueOf(assertThrows(
            UnderlayException.class, () -> bind(IpAddress.parse("192.0.2.77"), 8472)).getMessage());
        assertTrue(message.startsWith("cannot bind UDP 192.0.2.77:8472: "), message);
        assertTrue(message.contains("Cannot assign requested address"), message);
        assertTrue(message.endsWith("; choose an address of this host that is up ('ip address' shows them)"), message);
    }

    @Test
    @SuppressWarnings("NullAway") // Null must be refused.
    void shouldRefuseWhatNoSocketCanBeBoundTo()
    {
        assertEquals("not an address to send from: 239.1.1.1 is a multicast group", assertThrows(
            IllegalArgumentException.class, () -> bind(IpAddress.parse("239.1.1.1"), 8472)).getMessage());
        assertEquals("not a UDP port: 65536 (expected 0…65535)", assertThrows(
            IllegalArgumentException.class, () -> bind(IpAddress.parse("127.0.0.1"), 65_536)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> bind(null, 8472));
    }

    private void assertSaysTaken(final String text) throws IOException
    {
        final IpAddress address = IpAddress.parse(text);
        try (Underlay first = bind(address, 0))
        {
            final int udpPort = first.local().udpPort();
            final String message =
                String.valueOf(assertThrows(UnderlayException.class, () -> bind(address, udpPort)).getMessage());
            assertTrue(message.startsWith("cannot bind UDP " + text + ":" + udpPort + ": "), message);
            assertTrue(message.contains("Address already in use"), message);
            assertTrue(message.contains("; choose another port, or stop the program"), message);
        }
    }
}
