// SPDX-License-Identifier: Apache-2.0
package io.overlane.parse;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.wire.IpProtocol;
import io.overlane.wire.Scratch;
import org.junit.jupiter.api.Test;

/** Extension headers of an IPv6 packet, whole and cut anywhere. */
class Ipv6ExtensionsTest
{
    /** Hop-by-hop options, 8 bytes. */
    private static final String HOP_BY_HOP = "2b00010400000000";

    /** A routing header of 16 bytes with two routers left to visit. */
    private static final String ROUTING = "2c01000200000000" + "0000000000000000";

    /** A fragment that begins at byte 1,448, with more behind it. */
    private static final String FRAGMENT = "060005a9cafe1234";

    private final Ipv6Extensions extensions = new Ipv6Extensions();

    @Test
    void shouldStepOverEachHeader()
    {
        final String headers = HOP_BY_HOP + ROUTING + FRAGMENT;
        wrap(headers + "0050", headers.length() / 2 + 2);

        assertTrue(extensions.next());
        assertEquals(IpProtocol.ROUTING, extensions.nextHeader());
        assertEquals(OFFSET + 8, extensions.offset());
        assertTrue(extensions.next());
        assertEquals(2, extensions.segmentsLeft());
        assertEquals(IpProtocol.FRAGMENT, extensions.nextHeader());
        assertEquals(OFFSET + 24, extensions.offset());
        assertTrue(extensions.next());
        assertEquals(1448, extensions.fragmentOffset());
        assertTrue(extensions.moreFragments());
        assertEquals(0xCAFE1234, extensions.identification());

        assertFalse(extensions.next(), "a transport header");
        assertEquals(IpProtocol.TCP, extensions.nextHeader());
        assertEquals(OFFSET + 32, extensions.offset());
        assertFalse(extensions.isTruncated());
    }

    @Test
    void shouldStopWhereThePacketEnds()
    {
        final String headers = HOP_BY_HOP + ROUTING;
        for (int cut = 0; cut < headers.length() / 2; cut++)
        {
            wrap(headers, cut);
            assertEquals(cut >= 8, extensions.next());
            assertFalse(extensions.isTruncated());
            assertEquals(cut >= 16, extensions.next(), "only the first 8 bytes must be there");
            assertEquals(cut >= 16, extensions.isTruncated());
            assertFalse(extensions.next());
        }
    }

    private void wrap(final String hex, final int length)
    {
        extensions.wrap(Scratch.of(hex).buffer, OFFSET, length, IpProtocol.HOP_BY_HOP);
    }
}
