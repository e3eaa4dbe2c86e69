// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.kernel.KernelWords;
import io.overlane.kernel.Recordings;
import io.overlane.pcap.CaptureReader;
import io.overlane.status.DropReason;
import io.overlane.testdata.Hex;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@link OuterStack} on the recordings of a Linux host: what its IP and UDP layers did is what it does. */
class KernelOuterStackTest
{
    private static final Set<DropReason> OUTER = Set.of(
        DropReason.BAD_OUTER_HEADER, DropReason.FRAGMENT, DropReason.UDP_CHECKSUM, DropReason.NO_SOCKET);

    @Test
    void shouldGiveTheKernelsOuterVerdicts() throws IOException
    {
        final List<KernelCase> cases = received();
        assertEquals(37 + 21 + 9 + 8, cases.size());
        for (final KernelCase kernel : cases)
        {
            try (CaptureReader reader = Recordings.open(kernel))
            {
                final DropReason expected = KernelWords.verdict(kernel);
                assertEquals(
                    OUTER.contains(expected) ? expected : DropReason.NONE,
                    replay(reader, Recordings.outerStack(kernel), kernel),
                    kernel.toString());
            }
        }
    }

    @Test
    void shouldCarryTheKernelsInnerBytes() throws IOException
    {
        int compared = 0;
        for (final KernelCase kernel : received())
        {
            if (!kernel.isDropped() && !kernel.section().equals("ecn-decap"))
            {
                try (CaptureReader reader = Recordings.open(kernel))
                {
                    final OuterStack stack = Recordings.outerStack(kernel);
                    replay(reader, stack, kernel);
                    assertEquals(
                        Hex.of(kernel.frame("delivered")), payload(stack).substring(16), kernel.toString());
                    compared++;
                }
            }
        }
        assertEquals(16 + 6 + 3, compared);
    }

    @Test
    void shouldJoinWhatTheKernelFragmented() throws IOException
    {
        verdicts("mtu.pcap", Map.of(DropReason.NONE, 12, DropReason.FRAGMENT, 6));
        verdicts("tx.pcap", Map.of(DropReason.NONE, 167, DropReason.NO_SOCKET, 1));
    }

    private static void verdicts(final String file, final Map<DropReason, Integer> expected) throws IOException
    {
        final Map<DropReason, Integer> counts = new TreeMap<>();
        try (CaptureReader reader = CaptureReader.open(Channels.newChannel(KernelCases.open(file)), file))
        {
            final OuterStack stack = new OuterStack(4789);
            while (reader.next())
            {
                counts.merge(receive(reader, stack), 1, Integer::sum);
            }
            assertEquals(0, stack.partialChecksums());
        }
        assertEquals(expected, counts, file);
    }

    private static List<KernelCase> received()
    {
        return KernelCases.all().stream()
            .filter(kernel -> kernel.capture() != null && kernel.all("sent").isEmpty() &&
                Set.of("rx", "ecn-decap", "learn", "v6").contains(kernel.section()))
            .toList();
    }

    /** The verdict on the last of the case's packets; those before it are fragments. */
    private static DropReason replay(final CaptureReader reader, final OuterStack stack, final KernelCase kernel)
        throws IOException
    {
        DropReason verdict = DropReason.FRAGMENT;
        while (reader.recordNumber() < kernel.lastPacket())
        {
            assertTrue(reader.next());
            if (reader.recordNumber() >= kernel.firstPacket())
            {
                assertEquals(DropReason.FRAGMENT, verdict, kernel.toString());
                verdict = receive(reader, stack);
            }
        }
        return verdict;
    }

    private static DropReason receive(final CaptureReader reader, final OuterStack stack)
    {
        return stack.receive(reader);
    }

    private static String payload(final OuterStack stack)
    {
        final OuterDatagram datagram = stack.datagram();
        final byte[] payload = new byte[datagram.length()];
        datagram.buffer().getBytes(datagram.offset(), payload);
        return Hex.of(payload);
    }
}
