// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.pcap.CaptureReader;
import io.overlane.status.DropReason;
import io.overlane.testdata.OwnCapture;
import io.overlane.testdata.OwnCaptures;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link OuterStack} on the captures we made: what is wrong with the outer headers is found, the rest passes. */
class OwnCapturesTest
{
    private static final Set<String> OUTER =
        Set.of("bad-outer-header", "capture-cut", "fragment", "udp-checksum", "no-socket");

    @Test
    void shouldFindWhatIsWrongOutside() throws IOException
    {
        for (final OwnCapture capture : OwnCaptures.all())
        {
            try (CaptureReader reader = CaptureReader.open(Channels.newChannel(
                OwnCapture.class.getResourceAsStream("/captures/" + capture.fileName())), capture.fileName()))
            {
                final OuterStack stack = new OuterStack(capture.udpPort());
                for (final OwnCapture.Packet packet : capture.packets())
                {
                    assertTrue(reader.next());
                    final String expected =
                        OUTER.contains(packet.verdict()) ? packet.verdict() : DropReason.NONE.label();
                    final DropReason verdict = stack.receive(reader);
                    assertEquals(expected, verdict.label(), capture.fileName() + ": " + packet.note());
                }
                assertFalse(reader.next());
            }
        }
    }
}
