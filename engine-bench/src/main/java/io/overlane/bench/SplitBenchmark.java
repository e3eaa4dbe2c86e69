// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.wire.VxlanHeader;
import java.util.Random;
import org.agrona.MutableDirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** How long does it take to cut a TCP super-frame of 64 KiB into VXLAN datagrams, checksums included? */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class SplitBenchmark extends PathBenchmark
{
    /** Largest payload of one send with UDP_SEGMENT. */
    private static final int ROOM = 65_507;

    private static final int OPTIONS_LENGTH = 12;

    /** Payload bytes per segment. */
    @Param({"1348", "1400", "1448", "1460"})
    private int mss;

    /** Inner IP version. */
    @Param({"4", "6"})
    private int ip;

    private final GsoSplitter splitter = new GsoSplitter();
    private final Frame target = new FrameSlab(1, ROOM).frame(0);
    private Frame frame;

    /** As many whole segments as fit an IP packet, like those that TCP sends. */
    @Setup
    public void makeSuperFrame()
    {
        final FrameSpec base = ip == 4 ? FrameSpec.ipv4Tcp() : FrameSpec.ipv6Tcp();
        final int most = 0xFFFF - 40 - 20 - OPTIONS_LENGTH;
        final byte[] payload = new byte[most / mss * mss];
        new Random(1).nextBytes(payload);
        final SuperFrameSpec spec =
            new SuperFrameSpec(base.tcpOptions(Hex.parse("0101080a0000000100000002")), payload, mss);
        final byte[] bytes = spec.bytes();
        frame = new FrameSlab(1, bytes.length).frame(0).wrap(FrameSlab.HEADROOM, bytes.length);
        frame.buffer().putBytes(frame.offset(), bytes);
        frame.offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), spec.headersLength(), mss, spec.checksumStart(),
            spec.checksumOffset());
    }

    /** @return bytes of all datagrams together. */
    @Benchmark
    public int split()
    {
        if (splitter.open(frame, Layer3.of(frame, true)) != DropReason.NONE)
        {
            throw new IllegalStateException();
        }
        int sum = 0;
        while (splitter.hasNext())
        {
            sum += splitter.cut(target.buffer(), target.offset(), ROOM, Frame.MAX_UDP_SEGMENTS, VxlanHeader.LENGTH);
        }
        return sum;
    }

    /** Only copies the same bytes; cutting cannot be faster than this. */
    @Benchmark
    public MutableDirectBuffer copy()
    {
        target.buffer().putBytes(target.offset(), frame.buffer(), frame.offset(), Math.min(ROOM, frame.length()));
        return target.buffer();
    }
}
