// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.Direction;
import io.overlane.pcap.LinkType;
import io.overlane.wire.EtherType;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The packet at which a reader is, as a replay sees it. A capture of an engine has records of the inner and of the
 * outer side of each packet: those that came in are replayed, and bytes that the snap length cut off are zeros.
 */
final class CapturedPacket
{
    /** Longer than a super-frame with its outer headers. */
    static final int MAX_LENGTH = 1 << 17;

    /** The programs that write such captures have names that start so. */
    private static final String APPLICATION = "Overlane";

    /** Interfaces of such a capture whose descriptions start so are underlays; all others are ports. */
    private static final String UNDERLAY = "underlay";

    private static final int TCP_CHECKSUM_OFFSET = 16;

    private final CaptureReader reader;
    private final MemoryBuffer whole = new MemoryBuffer(ByteBuffer.allocateDirect(MAX_LENGTH));

    CapturedPacket(final CaptureReader reader)
    {
        this.reader = reader;
    }

    boolean isOfEngine()
    {
        return reader.application().startsWith(APPLICATION);
    }

    /** True for the record of a packet on its way out, which the replay makes anew. */
    boolean isOutcome()
    {
        return isOfEngine() && reader.direction() != Direction.IN;
    }

    boolean isFromPort()
    {
        return isOfEngine() && !reader.interfaceDescription().startsWith(UNDERLAY);
    }

    /** A value in the comment, such as 42 for {@code vni} in {@code vni=42 verdict=delivered}; null if it has none. */
    @Nullable String said(final String key)
    {
        return said(reader.comment(), key);
    }

    static @Nullable String said(final @Nullable String comment, final String key)
    {
        if (comment != null)
        {
            for (final String word : comment.split("\\s"))
            {
                if (word.startsWith(key + "="))
                {
                    return word.substring(key.length() + 1);
                }
            }
        }
        return null;
    }

    int length()
    {
        return (int)Math.min(MAX_LENGTH - FrameSlab.HEADROOM, Math.max(reader.length(), reader.originalLength()));
    }

    /** The bytes, with zeros for those that were cut off; from index 0, valid until the next call. */
    MutableDirectBuffer bytes()
    {
        final int length = length();
        final int held = Math.min(length, reader.length());
        whole.putBytes(0, reader.buffer(), reader.offset(), held);
        whole.setMemory(held, length - held, (byte)0);
        return whole;
    }

    Frame copyTo(final Frame frame)
    {
        final int length = length();
        frame.wrap(FrameSlab.HEADROOM, length);
        frame.buffer().putBytes(FrameSlab.HEADROOM, bytes(), 0, length);
        final String gsoSize = said("gso-size");
        if (gsoSize != null && gsoSize.matches("[1-9]\\d{0,4}"))
        {
            superFrame(frame, Integer.parseInt(gsoSize));
        }
        return frame;
    }

    /** A super-frame of TCP, as a device gives it: its checksum is not complete. */
    private void superFrame(final Frame frame, final int gsoSize)
    {
        final boolean isEthernet = reader.linkType() == LinkType.ETHERNET;
        final int layer3 = isEthernet ?
            Layer3.ofEthernet(frame.buffer(), frame.offset(), frame.length()) :
            Layer3.ofIp(frame.buffer(), frame.offset(), frame.length());
        if (layer3 != Layer3.NONE)
        {
            final boolean isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
            final int tcp = Layer3.offset(layer3) + (isV4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
            frame.offload(
                Frame.NEEDS_CHECKSUM,
                isV4 ? Frame.GSO_TCPV4 : Frame.GSO_TCPV6,
                0,
                gsoSize,
                tcp,
                TCP_CHECKSUM_OFFSET);
        }
    }
}
