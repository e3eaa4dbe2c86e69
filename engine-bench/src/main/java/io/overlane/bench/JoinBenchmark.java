// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GroCoalescer;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** How long does it take to join 45 segments and verify each checksum, and how much longer if flows are mixed? */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class JoinBenchmark extends PathBenchmark
{
    private static final int SEGMENTS = 45;
    private static final int MSS = 1400;

    /** Inner traffic. */
    @Param({"tcp4", "tcp6", "udp4"})
    private String traffic;

    /** Flows the segments belong to, in turn. */
    @Param({"1", "3"})
    private int flows;

    private final Frame[] frames = new Frame[SEGMENTS];
    private final GroCoalescer coalescer = new GroCoalescer(8, 16, true);

    /** Segments of one receive batch. */
    @Setup
    public void makeSegments()
    {
        final byte[] payload = new byte[SEGMENTS / flows * MSS];
        new Random(1).nextBytes(payload);
        for (int flow = 0; flow < flows; flow++)
        {
            final List<byte[]> segments = new SuperFrameSpec(base().sourcePort(1000 + flow), payload, MSS).segments();
            for (int i = 0; i < segments.size(); i++)
            {
                final byte[] bytes = segments.get(i);
                final Frame frame = new FrameSlab(1, bytes.length).frame(0).wrap(FrameSlab.HEADROOM, bytes.length);
                frame.buffer().putBytes(frame.offset(), bytes);
                frames[i * flows + flow] = frame;
            }
        }
    }

    private FrameSpec base()
    {
        final byte[] options = Hex.parse("0101080a0000000100000002");
        return switch (traffic)
        {
            case "tcp4" -> FrameSpec.ipv4Tcp().tcpOptions(options);
            case "tcp6" -> FrameSpec.ipv6Tcp().tcpOptions(options);
            default -> FrameSpec.ipv4Udp();
        };
    }

    /** @return frames after joining. */
    @Benchmark
    public int join()
    {
        int places = 0;
        for (final Frame frame : frames)
        {
            if (coalescer.add(frame, 0, 1, places) == GroCoalescer.Verdict.NEW_PLACE)
            {
                places++;
            }
        }
        coalescer.finish();
        if (places != flows)
        {
            throw new IllegalStateException("places=" + places);
        }
        return places;
    }
}
