// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.replay;

import io.overlane.pcap.PcapException;
import io.overlane.pcap.CaptureReader;
import io.overlane.replay.OuterDatagram;
import io.overlane.replay.OuterStack;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads a capture in advance to find the VNIs in it, for a command line that names none. */
final class CaptureSurvey
{
    private static final int MOST_VNIS = 1024;

    private CaptureSurvey()
    {
    }

    /**
     * @param file     a capture.
     * @param udpPorts ports of VXLAN.
     * @return the VNIs in it, up to the place where it cannot be read; at most {@value #MOST_VNIS}.
     * @throws IOException if it cannot be opened, or is not a capture.
     */
    static SortedSet<Integer> vnis(final Path file, final int... udpPorts) throws IOException
    {
        final SortedSet<Integer> vnis = new TreeSet<>();
        final VxlanHeader vxlan = new VxlanHeader();
        try (CaptureReader reader = CaptureReader.open(file))
        {
            final OuterStack stack = new OuterStack(udpPorts);
            while (vnis.size() < MOST_VNIS && next(reader))
            {
                final DropReason verdict = stack.receive(reader);
                final OuterDatagram datagram = stack.datagram();
                if (verdict == DropReason.NONE &&
                    vxlan.wrap(datagram.buffer(), datagram.offset(), datagram.length()).check() == DropReason.NONE &&
                    (vxlan.flags() & VxlanHeader.I_FLAG) != 0)
                {
                    vnis.add(vxlan.vni());
                }
            }
        }
        return vnis;
    }

    /** A broken capture ends the survey; the replay then reports where it is broken. */
    private static boolean next(final CaptureReader reader) throws IOException
    {
        try
        {
            return reader.next();
        }
        catch (final PcapException ex)
        {
            return false;
        }
    }
}
