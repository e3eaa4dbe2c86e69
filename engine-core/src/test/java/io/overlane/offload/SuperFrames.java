// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.SuperFrameSpec;
import java.util.ArrayList;
import java.util.List;

/** Super-frames as frames, and what is cut from them. */
final class SuperFrames
{
    /** Payload of the largest UDP datagram over IPv4. */
    static final int ROOM = 65_507;

    private SuperFrames()
    {
    }

    /** Bytes as a frame that ends with its buffer. */
    static Frame frame(final byte... bytes)
    {
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        buffer.putBytes(FrameSlab.HEADROOM, bytes);
        return new Frame(buffer).wrap(FrameSlab.HEADROOM, bytes.length);
    }

    static Frame ethernet(final SuperFrameSpec spec)
    {
        return frame(spec.bytes()).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(),
            spec.checksumOffset());
    }

    static Frame packet(final SuperFrameSpec spec)
    {
        return frame(spec.packet()).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength() - spec.l2Length(), spec.gsoSize(),
            spec.checksumStart() - spec.l2Length(), spec.checksumOffset());
    }

    static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    /** All segments of an Ethernet super-frame, without gaps, cut 64 at a time. */
    static List<byte[]> cut(final Frame frame)
    {
        final GsoSplitter splitter = new GsoSplitter();
        assertEquals(DropReason.NONE, splitter.open(frame, Layer3.of(frame, true)));
        return cut(splitter, ROOM, 64, 0);
    }

    /** All segments, each with its gap in front. */
    static List<byte[]> cut(final GsoSplitter splitter, final int room, final int most, final int gap)
    {
        final List<byte[]> segments = new ArrayList<>();
        final int count = splitter.segments();
        while (splitter.hasNext())
        {
            final MemoryBuffer target = new MemoryBuffer(new byte[7 + room]);
            final int before = splitter.segments();
            final int written = splitter.cut(target, 7, room, most, gap);
            int parts = 0;
            for (int from = 0; from < written; from += gap + splitter.segmentLength())
            {
                final byte[] segment = new byte[Math.min(gap + splitter.segmentLength(), written - from)];
                target.getBytes(7 + from, segment);
                segments.add(segment);
                parts++;
            }
            assertEquals(before - parts, splitter.segments());
        }
        assertEquals(count, segments.size());
        return segments;
    }
}
