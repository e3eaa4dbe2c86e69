// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.control.FdbContext;
import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.Guards;
import io.overlane.pipeline.HeadroomPort;
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
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Datagrams as the network joined them, through a real decap path, to a port that writes into headroom. */
class DatagramFeedTest
{
    private static final byte[] HEADER = Hex.parse("0800000000000100");

    private final EngineCounters counters = new EngineCounters(4, 16, 64, 1, SystemNanoClock.INSTANCE);
    private final Fates fates = new Fates(counters.decap());
    private final ReceiveBatch batch = new ReceiveBatch(16);
    private final HeadroomPort port = new HeadroomPort();
    private final DatagramFeed feed;

    DatagramFeedTest()
    {
        final SegmentContext settings = new SegmentContext(1).port(port).portMtu(port.mtu());
        final SegmentTable segments = new SegmentTable();
        segments.add(new Segment(settings, counters.newTraffic("encap", 0, "1"), counters.newTraffic("decap", 0, "1")));
        final Fdb fdb = new Fdb(new FdbContext().maxEntries(16), destination -> {}, new TableCounters());
        final OfferQueue toPorts = new OfferQueue(64, true, fates, Guards.port());
        feed = new DatagramFeed(new VxlanDecapPath(
            segments,
            fdb,
            new RemoteTable(16), 8472, () -> 0,
            toPorts, fates, Guards.stages(), Guards.transit(fates),
            Guards.gateway(fdb, toPorts, fates), null, null));
    }

    @Test
    void shouldDeliverEveryPieceOfAJoinedEntry()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 5; i++)
        {
            frames.add(FrameSpec.ipv4Udp().ipId(i).payloadLength(i < 4 ? 500 : 77).bytes());
        }
        add(frames);
        feed.feed(batch);
        assertDelivered(frames);
    }

    @Test
    void shouldDeliverMoreThanItHasViewsFor()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (int entry = 0; entry < 3; entry++)
        {
            final List<byte[]> pieces = new ArrayList<>();
            for (int i = 0; i < 600; i++)
            {
                pieces.add(FrameSpec.ipv4Udp().ipId(frames.size() + i).payload((byte)entry, (byte)i).bytes());
            }
            frames.addAll(pieces);
            add(pieces);
        }
        add(List.of(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2").bytes()));
        frames.add(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2").bytes());
        feed.feed(batch);
        assertDelivered(frames);
    }

    /** The headroom of the second is the end of the first, which waits for others of its flow. */
    @Test
    void shouldLeaveAWaitingSegmentIntact()
    {
        port.takes = true;
        final List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 6; i++)
        {
            final FrameSpec spec = i % 2 == 0 ? FrameSpec.ipv4Udp() : FrameSpec.ethernet(0x88B5);
            frames.add((i % 2 == 0 ? spec.ports(i, 9).payloadLength(58) : spec.payload(new byte[86])).bytes());
        }
        add(frames);
        feed.feed(batch);
        assertDelivered(frames);
    }

    @Test
    void shouldJoinAcrossEntries()
    {
        port.takes = true;
        final SuperFrameSpec superFrame = new SuperFrameSpec(FrameSpec.ipv4Tcp().ipId(3), new byte[9_500], 1000);
        final List<byte[]> segments = superFrame.segments();
        add(segments.subList(0, 4));
        add(segments.subList(4, 5));
        add(segments.subList(5, 10));
        feed.feed(batch);
        assertEquals(1, port.frames.size());
        assertArrayEquals(superFrame.bytes(), port.frames.get(0));
        assertConserved(10, 0);
    }

    @Test
    void shouldDropEverySegmentOfARefusedSuperFrame()
    {
        port.takes = true;
        port.verdict = DropReason.PORT_FULL;
        add(new SuperFrameSpec(FrameSpec.ipv6Tcp(), new byte[9_500], 1000).segments());
        feed.feed(batch);
        assertConserved(0, 10);
        assertEquals(10, counters.decap().dropped(DropReason.PORT_FULL));
    }

    /** Datagrams of one length, a shorter last one, in one entry; one alone as it is. */
    private void add(final List<byte[]> frames)
    {
        final int size = HEADER.length + frames.get(0).length;
        final int length = frames.stream().mapToInt(frame -> HEADER.length + frame.length).sum();
        final MemoryBuffer buffer = new MemoryBuffer(new byte[FrameSlab.HEADROOM + length]);
        int offset = FrameSlab.HEADROOM;
        for (final byte[] frame : frames)
        {
            buffer.putBytes(offset, HEADER);
            buffer.putBytes(offset + HEADER.length, frame);
            offset += HEADER.length + frame.length;
        }
        batch.add(
            new Frame(buffer).wrap(FrameSlab.HEADROOM, length), 0, 0xFFFF_0A00_0001L, 9, 0,
            frames.size() == 1 ? 0 : size);
    }

    private void assertDelivered(final List<byte[]> frames)
    {
        assertEquals(frames.size(), port.frames.size());
        for (int i = 0; i < frames.size(); i++)
        {
            assertEquals(Hex.of(frames.get(i)), Hex.of(port.frames.get(i)), "frame " + i);
        }
        assertConserved(frames.size(), 0);
    }

    private void assertConserved(final long delivered, final long dropped)
    {
        assertEquals(delivered, counters.decap().delivered());
        assertEquals(dropped, counters.decap().dropped());
        assertEquals(delivered + dropped, counters.decap().framesIn());
    }
}
