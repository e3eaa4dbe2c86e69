// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.pcap.CaptureReader;
import io.overlane.replay.OuterStack;
import io.overlane.testdata.kernel.KernelCase;
import io.overlane.testdata.kernel.KernelCases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;

/** The packets of recorded cases. */
public final class Recordings
{
    private static final int ETHERNET_HEADER = 14;

    private Recordings()
    {
    }

    /**
     * @param kernel a case with packets.
     * @return the capture they are in, from its beginning; the caller closes it.
     */
    public static CaptureReader open(final KernelCase kernel) throws IOException
    {
        return CaptureReader.open(Channels.newChannel(KernelCases.open(kernel.capture())), kernel.capture());
    }

    /**
     * @param kernel any case.
     * @return its outer packets, without their Ethernet headers; none if it has none.
     */
    public static List<byte[]> packets(final KernelCase kernel)
    {
        if (kernel.capture() == null)
        {
            return List.of();
        }
        final List<byte[]> packets = new ArrayList<>();
        try (CaptureReader reader = open(kernel))
        {
            for (int i = 1; i <= kernel.lastPacket() && reader.next(); i++)
            {
                if (i >= kernel.firstPacket())
                {
                    final byte[] packet = new byte[reader.length() - ETHERNET_HEADER];
                    reader.buffer().getBytes(reader.offset() + ETHERNET_HEADER, packet);
                    packets.add(packet);
                }
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        if (packets.size() != 1 + kernel.lastPacket() - kernel.firstPacket())
        {
            throw new IllegalStateException("packets are missing: " + kernel);
        }
        return packets;
    }

    /**
     * @param kernel a case.
     * @return the layers below the device: a socket of the family of its address, and none while it is down.
     */
    public static OuterStack outerStack(final KernelCase kernel)
    {
        final boolean isUp = !kernel.all("before").contains("link down");
        final boolean isV6 = kernel.option("local").contains(":");
        return new OuterStack(kernel.number("dstport", -1))
            .families(isUp && !isV6, isUp && isV6)
            .acceptZeroChecksumV6(kernel.has("udp6zerocsumrx"));
    }
}
