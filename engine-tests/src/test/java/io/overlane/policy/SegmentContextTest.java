// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.port.Port;
import io.overlane.testkit.SilentPort;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A setting that was given is not forgotten because another is given. */
class SegmentContextTest
{
    private final SegmentContext segment = new SegmentContext(5);

    @Test
    void shouldRefuseASecondPortAndSayHowToAddIt()
    {
        final Port first = new SilentPort("first");
        final Port second = new SilentPort("second");
        segment.port(first).port(first);

        final String message =
            assertThrows(IllegalArgumentException.class, () -> segment.port(second)).getMessage();

        assertEquals("segment 5 has port first already: give it second with addPort", message);
        assertEquals(List.of(first, second), segment.addPort(second).ports());
    }

    @Test
    void shouldRefuseASecondMacOfANeighbor()
    {
        final IpAddress address = IpAddress.parse("10.0.0.1");
        final MacAddress mac = MacAddress.parse("02:00:00:00:00:01");
        segment.neighbor(address, mac).neighbor(address, mac);

        final String message = assertThrows(IllegalArgumentException.class,
            () -> segment.neighbor(address, MacAddress.parse("02:00:00:00:00:02"))).getMessage();

        assertTrue(message.contains("10.0.0.1") && message.contains("02:00:00:00:00:02"), message);
        assertEquals(mac, segment.neighbors().get(address));
    }
}
