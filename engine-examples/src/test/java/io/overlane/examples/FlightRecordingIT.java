// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.LabHost;
import io.overlane.examples.lab.Station;
import io.overlane.examples.lab.SwitchLab;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A bridge whose JVM records: the file has the events of the engine. */
@Timeout(300)
class FlightRecordingIT
{
    private static final String DEVICE = "vx1";
    private static final String BRIDGE = "br0";

    @TempDir
    private Path directory;

    @Test
    void shouldRecordAStationThatMoves() throws Exception
    {
        final Path file = directory.resolve("bridge.jfr");
        final Station mobile;
        final LabHost second;
        final LabHost third;
        try (SwitchLab lab = SwitchLab.openOrSkip(3))
        {
            final LabHost engine = lab.host(1);
            second = lab.host(2);
            third = lab.host(3);
            List.of(engine, second, third).forEach(host -> host.addBridge(BRIDGE));
            KernelVxlan.createLearning(second, 1, BRIDGE, engine, third);
            KernelVxlan.createLearning(third, 1, BRIDGE, engine, second);
            final Bridge bridge = Bridge.start(
                engine,
                DEVICE,
                List.of("-XX:StartFlightRecording=filename=" + file),
                List.of(
                    "--device", DEVICE, "--local", engine.underlayV4(), "--learning",
                    "--flood", second.underlayV4(), "--flood", third.underlayV4()));
            engine.addToBridge(DEVICE, BRIDGE);
            final Station one = lab.addStation(engine, BRIDGE, 1);
            mobile = lab.addStation(second, BRIDGE, 4);
            one.pingOnce(mobile);
            mobile.move(third, BRIDGE);
            mobile.pingOnce(one);
            bridge.stop("TERM");
        }
        final List<RecordedEvent> moves = RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.overlane.MacMoved"))
            .filter(event -> event.getString("mac").equals(mobile.mac()))
            .toList();
        assertEquals(1, moves.size(), moves::toString);
        assertEquals(DEVICE, moves.get(0).getString("engine"));
        assertTrue(moves.get(0).getString("place").startsWith(third.underlayV4() + ":"), moves::toString);
        assertTrue(moves.get(0).getString("other").startsWith(second.underlayV4() + ":"), moves::toString);
    }
}
