// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.OptimizingCompiler;
import io.overlane.parse.Layer3;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Cuts and joins super-frames of each kind in memory, before an engine has traffic.
 *
 * <p>The optimizing compiler leaves out what it has never seen. An engine that has carried only TCP over IPv4 so far
 * voids its compiled code with the first IPv6 packet, and again with the first UDP super-frame, and the compiler then
 * takes seconds of a core. After this, the counts that the compiler looks at include each kind.
 */
public final class Rehearsal
{
    /** The first rounds are interpreted; the next ones run code that counts. All take some hundredths of a second. */
    private static final int ROUNDS = 300;
    private static final int SEGMENT = 600;
    /** Two whole segments, and a shorter one of odd length. */
    private static final int PAYLOAD = 2 * SEGMENT + 399;
    private static final int SEGMENTS = 3;
    private static final int GAP = 8;

    /** Without lengths, which are 0. */
    private static final String ETHERNET = "020000000001020000000002";
    private static final String IPV4 = ETHERNET + "0800450000000001400040%s00000a0000010a000002";
    private static final String IPV6 = ETHERNET + "86dd600000000000%s4020010db8000000000000000000000001" +
        "20010db8000000000000000000000002";
    private static final String TCP = "138913ba00000001000000018010ffff000000000101080a0000000100000002";
    private static final String UDP = "138913ba00000000";
    private static final int MOST_HEADERS = 86;

    private static final AtomicBoolean HAS_RUN = new AtomicBoolean();

    private final GsoSplitter splitter = new GsoSplitter();
    private final GroCoalescer coalescer = new GroCoalescer(8, 16, true);
    private final Frame[] superFrames = {
        ipv4("06", TCP, Frame.GSO_TCPV4),
        ipv6("06", TCP, Frame.GSO_TCPV6),
        ipv4("11", UDP, Frame.GSO_UDP_L4),
        ipv6("11", UDP, Frame.GSO_UDP_L4)
    };
    private final FrameSlab segments =
        new FrameSlab(SEGMENTS * superFrames.length, GAP + MOST_HEADERS + SEGMENT);
    private final Frame[] joined = new Frame[superFrames.length];

    private Rehearsal()
    {
    }

    /** Rehearse, if this JVM has an optimizing compiler and has not done it yet. */
    public static void once()
    {
        if (OptimizingCompiler.IS_THERE && HAS_RUN.compareAndSet(false, true))
        {
            run(ROUNDS);
        }
    }

    /** @return super-frames that were cut, joined, and cut again. */
    static int run(final int rounds)
    {
        final Rehearsal rehearsal = new Rehearsal();
        int count = 0;
        for (int i = 0; i < rounds; i++)
        {
            count += rehearsal.round();
        }
        return count;
    }

    private static Frame ipv4(final String protocol, final String transport, final int gsoType)
    {
        return superFrame(String.format(IPV4, protocol) + transport, gsoType, Ipv4Header.TOTAL_LENGTH_OFFSET, 0);
    }

    private static Frame ipv6(final String protocol, final String transport, final int gsoType)
    {
        final String headers = String.format(IPV6, protocol) + transport;
        return superFrame(headers, gsoType, Ipv6Header.PAYLOAD_LENGTH_OFFSET, Ipv6Header.LENGTH);
    }

    private static Frame superFrame(
        final String headers, final int gsoType, final int lengthField, final int notCounted)
    {
        final byte[] bytes = HexFormat.of().parseHex(headers);
        final int length = bytes.length + PAYLOAD;
        final Frame frame = new FrameSlab(1, length).frame(0).wrap(FrameSlab.HEADROOM, length);
        frame.buffer().putBytes(frame.offset(), bytes);
        frame.buffer().putShort(
            frame.offset() + EthernetHeader.LENGTH + lengthField,
            (short)(length - EthernetHeader.LENGTH - notCounted),
            ByteOrder.BIG_ENDIAN);
        return frame.offload(0, gsoType, 0, SEGMENT, 0, 0);
    }

    private int round()
    {
        for (int i = 0; i < superFrames.length; i++)
        {
            cut(superFrames[i], i);
        }
        int places = 0;
        for (int i = 0; i < segments.count(); i++)
        {
            if (coalescer.add(segments.frame(i), 0, 1, places) == GroCoalescer.Verdict.JOINED)
            {
                joined[i % joined.length] = coalescer.superFrame();
            }
            else
            {
                places++;
            }
        }
        coalescer.finish();
        int count = 0;
        for (int i = 0; i < joined.length; i++)
        {
            // These have a partial checksum, as those that a device delivers.
            count += cut(joined[i], i) == SEGMENTS ? 1 : 0;
        }
        return count;
    }

    /** Segments of all kinds follow each other in turns. Returns the number of segments. */
    private int cut(final Frame superFrame, final int kind)
    {
        splitter.open(superFrame, Layer3.of(superFrame, true));
        int count = 0;
        while (splitter.hasNext() && count < SEGMENTS)
        {
            final Frame segment = segments.frame(count * superFrames.length + kind).wrap(FrameSlab.HEADROOM, 0);
            final int room = segment.buffer().capacity() - segment.offset();
            segment.length(splitter.cut(segment.buffer(), segment.offset(), room, 1, GAP)).strip(GAP);
            count++;
        }
        return splitter.hasNext() ? 0 : count;
    }
}
