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
import java.nio.file.Path;
import java.util.List;
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
        final Thread there = send(leftPort, LEFT_MAC, RIGHT_MAC);
        final Thread back = send(rightPort, RIGHT_MAC, LEFT_MAC);
        there.join();
        back.join();
        left.close(TimeUnit.SECONDS.toNanos(10));
        right.close();
        capture.terminated().get(30, TimeUnit.SECONDS);

        final CaptureStatistics statistics = capture.statistics();
        assertTrue(statistics.records() > 0, statistics.toString());
        assertEquals(
            2 * (left.counters().encap().framesIn() + left.counters().decap().framesIn()),
            statistics.records() + statistics.lost());
        assertEquals(statistics.lost(), StatisticsBlocks.sum(file, StatisticsBlocks.DROPPED));
        final List<String> lines =
            Tshark.fields(file, "frame.drop_count", "frame.comment", "_ws.malformed", "frame.packet_id");
        assertEquals(statistics.records(), lines.size());
        long lost = 0;
        for (final String line : lines)
        {
            final String[] fields = line.split("\\|", -1);
            lost += fields[0].isEmpty() ? 0 : Long.parseLong(fields[0]);
            assertTrue(fields[1].contains("vni=42 remote=192.0.2.2 verdict="), line);
            assertEquals("", fields[2]);
        }
        // Those that were lost behind the last record of an interface are in the statistics alone.
        assertTrue(lost <= statistics.lost(), lost + " > " + statistics.lost());
        assertEquals(statistics.records() / 2, lines.stream().map(line -> line.split("\\|", -1)[3]).distinct().count());
    }

    private OverlayEngine launch(final Vtep local, final Vtep remote, final long mac, final RingPort port)
    {
        return OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.SPLIT)
            .underlay(fabric.attach(local))
            .segment(new SegmentContext(42).port(port).fdb(new MacAddress(mac), remote)));
    }

    /** Sends as fast as there is room; nobody reads, so frames are dropped for a full port, too. */
    private static Thread send(final RingPort port, final long source, final long destination)
    {
        final byte[] frame = FrameSpec.ipv4Udp().sourceMac(source).destinationMac(destination).payloadLength(300)
            .bytes();
        final Thread thread = new Thread(() ->
        {
            for (int i = 0; i < FRAMES; i++)
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
}
