// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.PcapException;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads a capture in advance to find the VNIs in it. */
final class CaptureSurvey
{
    private static final int MOST_VNIS = 1024;

    private CaptureSurvey()
    {
    }

    static SortedSet<Integer> vnis(final CaptureReader reader, final OuterStack stack) throws IOException
    {
        final SortedSet<Integer> vnis = new TreeSet<>();
        final VxlanHeader vxlan = new VxlanHeader();
        final CapturedPacket packet = new CapturedPacket(reader);
        while (vnis.size() < MOST_VNIS && next(reader))
        {
            final int vni = packet.isOfEngine() ? said(packet) :
                stack.receive(reader) == DropReason.NONE ? vni(vxlan, stack.datagram()) : ReplayedPacket.NO_VNI;
            if (vni != ReplayedPacket.NO_VNI)
            {
                vnis.add(vni);
            }
        }
        return vnis;
    }

    /** The VNI in the header of a datagram, or {@link ReplayedPacket#NO_VNI}. */
    static int vni(final VxlanHeader vxlan, final OuterDatagram datagram)
    {
        final boolean hasHeader =
            vxlan.wrap(datagram.buffer(), datagram.offset(), datagram.length()).check() == DropReason.NONE;
        return hasHeader && (vxlan.flags() & VxlanHeader.I_FLAG) != 0 ? vxlan.vni() : ReplayedPacket.NO_VNI;
    }

    private static int said(final CapturedPacket packet)
    {
        final String vni = packet.said("vni");
        return vni != null && vni.matches("\\d{1,8}") ? Integer.parseInt(vni) : ReplayedPacket.NO_VNI;
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
