// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

import io.overlane.memory.MemoryBuffer;
import io.overlane.testdata.SuperFrameSpec;

/** Frames in memory of their own, with room for headers in front. */
public final class TestFrames
{
    private TestFrames()
    {
    }

    /** Bytes as a frame on the heap, which ends with its buffer. */
    public static Frame frame(final byte... bytes)
    {
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        buffer.putBytes(FrameSlab.HEADROOM, bytes);
        return new Frame(buffer).wrap(FrameSlab.HEADROOM, bytes.length);
    }

    /** Bytes as a frame off the heap, where system calls can read it. */
    public static Frame offHeap(final byte... bytes)
    {
        final Frame frame = new FrameSlab(1, bytes.length).frame(0).wrap(FrameSlab.HEADROOM, bytes.length);
        frame.buffer().putBytes(FrameSlab.HEADROOM, bytes);
        return frame;
    }

    /** A super-frame with what a device says about it. */
    public static Frame superFrame(final SuperFrameSpec spec)
    {
        return frame(spec.bytes()).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), spec.gsoSize(), spec.checksumStart(),
            spec.checksumOffset());
    }
}
