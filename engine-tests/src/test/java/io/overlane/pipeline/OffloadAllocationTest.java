// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.control.FdbContext;
import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.decap.VxlanDecapPath;
import io.overlane.policy.SegmentContext;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.underlay.ReceiveBatch;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Cutting, joining and feeding make no garbage once they are warm. */
class OffloadAllocationTest
{
    private static final byte[] HEADER = Hex.parse("0800000000000100");
    private static final int CALLS = 3_000;

    /** The counter moves by what was taken from the allocation buffer; 16 bytes in one call of ten is more. */
    private static final long TOLERANCE = CALLS * 16 / 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    private final SuperFrameSpec spec = new SuperFrameSpec(FrameSpec.ipv4Tcp().ipId(7), new byte[20 * 1400], 1400);

    @Test
    void shouldCutWithoutGarbage()
    {
        final byte[] bytes = spec.bytes();
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        buffer.putBytes(FrameSlab.HEADROOM, bytes);
        final Frame frame = new Frame(buffer).wrap(FrameSlab.HEADROOM, bytes.length).offload(
            Frame.NEEDS_CHECKSUM, spec.gsoType(), 54, 1400, spec.checksumStart(), spec.checksumOffset());
        final MemoryBuffer target = new MemoryBuffer(new byte[65_507]);
        final GsoSplitter splitter = new GsoSplitter();
        assertNone(() ->
        {
            assertEquals(DropReason.NONE, splitter.open(frame, Layer3.of(frame, true)));
            assertTrue(splitter.cut(target, 0, 65_507, 64, 0) > 0);
        });
    }

    @Test
    void shouldFeedAndJoinWithoutGarbage()
    {
        final HeadroomPort port = new HeadroomPort();
        port.takes = true;
        port.keeps = false;
        final EngineCounters counters = new EngineCounters(4, 16, 64, 1, SystemNanoClock.INSTANCE);
        final Fates fates = new Fates(counters.decap());
        final SegmentContext settings = new SegmentContext(1).port(port).portMtu(port.mtu());
        final SegmentTable segments = new SegmentTable();
        segments.add(new Segment(settings, counters.newTraffic("encap", 0, "1"), counters.newTraffic("decap", 0, "1")));
        final Fdb fdb = new Fdb(new FdbContext().maxEntries(16), destination -> {}, new TableCounters());
        final OfferQueue toPorts = new OfferQueue(64, true, fates, Guards.port());
        final DatagramFeed feed = new DatagramFeed(new VxlanDecapPath(
            segments,
            fdb,
            new RemoteTable(16), 8472, () -> 0,
            toPorts, fates, Guards.stages(), Guards.transit(fates),
            Guards.gateway(fdb, toPorts, fates), null, null));

        final byte[] bytes = datagrams();
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + bytes.length]);
        final Frame frame = new Frame(buffer);
        final ReceiveBatch batch = new ReceiveBatch(1);
        final int segmentSize = bytes.length / spec.segments().size();
        assertNone(() ->
        {
            buffer.putBytes(FrameSlab.HEADROOM, bytes);
            batch.clear();
            batch.add(frame.wrap(FrameSlab.HEADROOM, bytes.length), 0, 0xFFFF_0A00_0001L, 9, 0, segmentSize);
            feed.feed(batch);
        });
        assertEquals(2L * CALLS * spec.segments().size(), counters.decap().delivered());
    }

    private byte[] datagrams()
    {
        final StringBuilder hex = new StringBuilder();
        spec.segments().forEach(segment -> hex.append(Hex.of(HEADER)).append(Hex.of(segment)));
        return Hex.parse(hex.toString());
    }

    private static void assertNone(final Runnable step)
    {
        run(step);
        final long thread = Thread.currentThread().getId();
        THREADS.getThreadAllocatedBytes(thread);
        final long before = THREADS.getThreadAllocatedBytes(thread);
        run(step);
        final long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertTrue(allocated < TOLERANCE, () -> allocated + " B in " + CALLS + " calls");
    }

    private static void run(final Runnable step)
    {
        for (int i = 0; i < CALLS; i++)
        {
            step.run();
        }
    }
}
