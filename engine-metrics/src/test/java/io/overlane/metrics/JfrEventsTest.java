// SPDX-License-Identifier: Apache-2.0
package io.overlane.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of an engine in a recording of Java Flight Recorder, as its own reader finds them. */
@SuppressWarnings("try") // Some resources only have to be there.
class JfrEventsTest
{
    private static final int VNI = 7;
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress N = MacAddress.parse("02:00:00:00:00:0b");

    @TempDir
    private Path directory;

    @Test
    void shouldRecordWhatHappensInTheEngine() throws Exception
    {
        final Path file = directory.resolve("events.jfr");
        try (EngineHarness harness = EngineHarness.create(); Recording recording = new Recording())
        {
            harness.launch(new SegmentContext(VNI).flood(EngineHarness.A)
                .policy(p -> p.learning(true).maxLearned(1).floodBudget(new FloodBudget(0, 1, 0))));
            harness.attach(EngineHarness.A);
            try (JfrEvents events = JfrEvents.connect(harness.engine(), "edge"))
            {
                receive(harness, EngineHarness.A, N);
                recording.start();
                harness.run();
                receive(harness, EngineHarness.A, M);
                receive(harness, EngineHarness.B, M);
                for (int i = 0; i < 5; i++)
                {
                    harness.transmit(FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes());
                }
                harness.clock().step(1, TimeUnit.SECONDS);
                harness.run();
                harness.close();
            }
            recording.stop();
            recording.dump(file);
        }
        final List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("io.overlane."))
            .toList();
        assertEquals(
            List.of("MacEvicted", "MacMoved", "FloodStorm", "EngineEnded"),
            events.stream().map(event -> event.getEventType().getName().substring("io.overlane.".length())).toList());
        final RecordedEvent moved = events.get(1);
        assertEquals("edge", moved.getString("engine"));
        assertEquals(VNI, moved.getInt("vni"));
        assertEquals(M.toString(), moved.getString("mac"));
        assertEquals(EngineHarness.B.toString(), moved.getString("place"));
        assertEquals(EngineHarness.A.toString(), moved.getString("other"));
        assertEquals("segment-flood-limit", events.get(2).getString("limit"));
        assertEquals(4, events.get(2).getLong("frames"));
        assertEquals(List.of("Overlane"), moved.getEventType().getCategoryNames());
    }

    @Test
    void shouldSubscribeOnlyWhileSomethingIsRecorded() throws Exception
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
            try (JfrEvents events = JfrEvents.connect(harness.engine(), "edge"))
            {
                final long idle = clockReads(harness);
                try (Recording recording = new Recording())
                {
                    recording.start();
                    assertTrue(clockReads(harness) > idle, "the engine has a subscriber");
                }
                assertEquals(idle, clockReads(harness), "it has none any more");
            }
        }
    }

    /** A duty cycle reads the clock once more while somebody subscribes. */
    private static long clockReads(final EngineHarness harness)
    {
        final long before = harness.clock().reads();
        harness.engine().doWork();
        return harness.clock().reads() - before;
    }

    private static void receive(final EngineHarness harness, final Vtep from, final MacAddress source)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source.value())).vni(VNI).datagram());
    }
}
