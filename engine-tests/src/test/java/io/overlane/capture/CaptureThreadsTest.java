// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.MemoryFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A {@link Capture} of an engine whose threads carry frames both ways as fast as they can. */
@Timeout(120)
class CaptureThreadsTest
{
    private static final Vtep LEFT = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep RIGHT = Vtep.parse("192.0.2.2:8472", 0);
    private static final long LEFT_MAC = 0x02_00_00_00_00_11L;
    private static final long RIGHT_MAC = 0x02_00_00_00_00_12L;
    private static final int FRAMES = 40_000;
    private static final int SETTLED_FRAMES = 3;

    @TempDir
    private Path folder;

    private final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE);

    @Test
    void shouldAccountForEveryRecord() throws Exception
    {
        final Path file = folder.resolve("load.pcapng");
        final RingPort leftPort = new RingPort("left", 1_450, 1_024);
        final RingPort rightPort = new RingPort("right", 1_450, 1_024);
        final OverlayEngine left = launch(LEFT, RIGHT, RIGHT_MAC, leftPort);
        final OverlayEngine right = launch(RIGHT, LEFT, LEFT_MAC, rightPort);
        final Capture capture = Capture.start(left, new CaptureContext().file(file).ringLength(1 << 16));
        sendBothWays(leftPort, rightPort);
        left.close(TimeUnit.SECONDS.toNanos(10));
        right.close();
        capture.terminated().get(30, TimeUnit.SECONDS);

        final CaptureStatistics statistics = capture.statistics();
        assertTrue(statistics.records() > 0, statistics.toString());
        assertEquals(recordsOf(left), statistics.records() + statistics.lost());
        assertLostAgree(file, statistics);
    }

    @Test
    void shouldCountLostRecordsAlikeInTheFileAndByTheCounter() throws Exception
    {
        final Path file = folder.resolve("lost.pcapng");
        final RingPort leftPort = new RingPort("left", 1_450, 1_024);
        final RingPort rightPort = new RingPort("right", 1_450, 1_024);
        final OverlayEngine left = launch(LEFT, RIGHT, RIGHT_MAC, leftPort);
        final OverlayEngine right = launch(RIGHT, LEFT, LEFT_MAC, rightPort);
        final GatedFile gate = new GatedFile(file);
        final Capture capture = Capture.start(left, new CaptureContext()
            .channel(gate, "gated")
            .ringLength(CaptureContext.MIN_RING_LENGTH));

        // The reader takes nothing: the ring gets full, and records are lost.
        sendBothWays(leftPort, rightPort);
        final long lostFirst = capture.statistics().lost();
        assertTrue(lostFirst > 0, () -> capture.statistics().toString());
        // The reader takes all: records follow that have the number of the lost ones.
        gate.open();
        for (int i = 0; i < SETTLED_FRAMES; i++)
        {
            final long before = capture.statistics().records();
            while (capture.statistics().records() == before)
            {
                send(leftPort, LEFT_MAC, RIGHT_MAC, 1).join();
            }
        }
        // The reader takes nothing again until the end, so the last records are lost.
        gate.shut();
        sendBothWays(leftPort, rightPort);
        final long lostThen = capture.statistics().lost();
        assertTrue(lostThen > lostFirst, () -> capture.statistics().toString());
        left.close(TimeUnit.SECONDS.toNanos(10));
        right.close();
        gate.open();
        capture.terminated().get(30, TimeUnit.SECONDS);

        final CaptureStatistics statistics = capture.statistics();
        assertEquals(recordsOf(left), statistics.records() + statistics.lost());
        assertLostAgree(file, statistics);
        assertTrue(StatisticsBlocks.lostBehindLastPacket(file) > 0);
    }

    /** Each frame of the engine has a record where it came in and one where it left. */
    private static long recordsOf(final OverlayEngine engine)
    {
        return 2 * (engine.counters().encap().framesIn() + engine.counters().decap().framesIn());
    }

    /** The counter, the statistics of the interfaces, and the drop counts with what is behind the last packets. */
    private static void assertLostAgree(final Path file, final CaptureStatistics statistics) throws Exception
    {
        assertEquals(statistics.lost(), StatisticsBlocks.sum(file, StatisticsBlocks.DROPPED));
        assertEquals(
            statistics.lost() + statistics.records(), StatisticsBlocks.sum(file, StatisticsBlocks.RECEIVED));
        final List<String> lines =
            Tshark.fields(file, "frame.drop_count", "frame.comment", "_ws.malformed", "frame.packet_id");
        assertEquals(statistics.records(), lines.size());
        final Set<String> packetIds = new HashSet<>();
        long lost = 0;
        for (final String line : lines)
        {
            final String[] fields = line.split("\\|", -1);
            lost += fields[0].isEmpty() ? 0 : Long.parseLong(fields[0]);
            assertTrue(fields[1].contains("vni=42 remote=192.0.2.2 verdict="), line);
            assertEquals("", fields[2]);
            packetIds.add(fields[3]);
        }
        assertEquals(statistics.records() / 2, packetIds.size());
        assertEquals(statistics.lost(), lost + StatisticsBlocks.lostBehindLastPacket(file));
    }

    private OverlayEngine launch(final Vtep local, final Vtep remote, final long mac, final RingPort port)
    {
        return OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.SPLIT)
            .underlay(fabric.attach(local))
            .segment(new SegmentContext(42).port(port).fdb(new MacAddress(mac), remote)));
    }

    private static void sendBothWays(final RingPort left, final RingPort right) throws InterruptedException
    {
        final Thread there = send(left, LEFT_MAC, RIGHT_MAC, FRAMES);
        final Thread back = send(right, RIGHT_MAC, LEFT_MAC, FRAMES);
        there.join();
        back.join();
    }

    /** Sends as fast as there is room; nobody reads, so frames are dropped for a full port, too. */
    private static Thread send(final RingPort port, final long source, final long destination, final int frames)
    {
        final byte[] frame = FrameSpec.ipv4Udp().sourceMac(source).destinationMac(destination).payloadLength(300)
            .bytes();
        final Thread thread = new Thread(() ->
        {
            for (int i = 0; i < frames; i++)
            {
                while (port.send(frame) < 0)
                {
                    Thread.onSpinWait();
                }
            }
        });
        thread.start();
        return thread;
    }

    /** A file as a channel; a write waits while it is shut. */
    private static final class GatedFile implements WritableByteChannel
    {
        private final FileChannel file;
        private boolean isOpened;

        GatedFile(final Path file) throws IOException
        {
            this.file = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        synchronized void open()
        {
            isOpened = true;
            notifyAll();
        }

        synchronized void shut()
        {
            isOpened = false;
        }

        @Override
        public synchronized int write(final ByteBuffer source) throws IOException
        {
            while (!isOpened)
            {
                try
                {
                    wait();
                }
                catch (final InterruptedException ex)
                {
                    throw new IOException("interrupted while the gate is shut", ex);
                }
            }
            return file.write(source);
        }

        @Override
        public boolean isOpen()
        {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException
        {
            file.close();
        }
    }
}
