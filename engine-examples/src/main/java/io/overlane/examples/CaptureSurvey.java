package io.overlane.examples;

import io.overlane.pcap.PcapException;
import io.overlane.pcap.PcapReader;
import io.overlane.replay.OuterDatagram;
import io.overlane.replay.OuterStack;
import io.overlane.status.DropReason;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A first look at a capture, for what the command line leaves open: on which UDP port VXLAN is, and with which VNIs.
 *
 * @param udpPort of most datagrams.
 * @param vnis    seen on that port, a bounded number.
 */
record CaptureSurvey(int udpPort, SortedSet<Integer> vnis)
{
    private static final int MOST_VNIS = 1024;
    private static final int[] USUAL_PORTS = {8472, 4789};

    /**
     * @param file    a capture.
     * @param udpPort the port to look at; 0: the one of the usual ports that most datagrams are for.
     * @return what was found up to the end, or to where the capture cannot be read further.
     * @throws IOException if it cannot be opened, or is no capture.
     */
    static CaptureSurvey of(final Path file, final int udpPort) throws IOException
    {
        if (udpPort != 0)
        {
            return look(file, udpPort).survey();
        }
        Found most = null;
        for (final int port : USUAL_PORTS)
        {
            final Found found = look(file, port);
            if (most == null || found.datagrams > most.datagrams)
            {
                most = found;
            }
        }
        return most.survey();
    }

    /** What one port got. */
    private record Found(int udpPort, long datagrams, SortedSet<Integer> vnis)
    {
        CaptureSurvey survey()
        {
            return new CaptureSurvey(udpPort, vnis);
        }
    }

    private static Found look(final Path file, final int udpPort) throws IOException
    {
        final SortedSet<Integer> vnis = new TreeSet<>();
        final VxlanHeader vxlan = new VxlanHeader();
        long datagrams = 0;
        try (PcapReader reader = PcapReader.open(file))
        {
            final OuterStack stack = new OuterStack(reader.linkType(), udpPort);
            while (next(reader))
            {
                final DropReason verdict = stack.receive(
                    reader.buffer(), reader.offset(), reader.length(), reader.originalLength(), reader.timestampNs());
                if (verdict == DropReason.NONE)
                {
                    datagrams++;
                    final OuterDatagram datagram = stack.datagram();
                    vxlan.wrap(datagram.buffer(), datagram.offset(), datagram.length());
                    if (vxlan.check() == DropReason.NONE && (vxlan.flags() & VxlanHeader.I_FLAG) != 0 &&
                        vnis.size() < MOST_VNIS)
                    {
                        vnis.add(vxlan.vni());
                    }
                }
            }
        }
        return new Found(udpPort, datagrams, vnis);
    }

    /** The replay itself says where a capture is broken. */
    private static boolean next(final PcapReader reader) throws IOException
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
