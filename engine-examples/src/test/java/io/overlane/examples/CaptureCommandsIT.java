// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Bridge;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.EngineCapture;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Poll;
import io.overlane.examples.lab.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code --pcapng} and {@code ctl capture -} of a bridge whose peer is the kernel, read by tshark. */
@Timeout(300)
@Tag("tunnel")
class CaptureCommandsIT extends TwoHosts
{
    private static final int WAIT_S = 120;

    /** Both the request and the answer of a ping have a record inside and one outside. */
    private static final int RECORDS_OF_PING = 4;
    private static final int PINGS = 10;

    private Path file;

    @BeforeEach
    void prepare()
    {
        lab.requireKernelVxlan();
        left.requireTshark();
        file = directory.resolve("left.pcapng");
        KernelVxlan.create(right, left, false).addPeer();
    }

    @Test
    void shouldWriteBothSidesOfEachPacketUntilTheBridgeIsStopped()
    {
        final Bridge bridge = startLeft("--pcapng", file.toString());
        Traffic.ping(left, Overlay.v4(right));
        Traffic.stream(left, right, Overlay.v4(right), 1);
        final String shown = String.join("", ctl("-j", "capture", "show").orFail().stdout());
        bridge.stop("TERM");

        final EngineCapture capture = new EngineCapture(file);
        assertEquals(number(shown, "lost"), capture.lost());
        final List<EngineCapture.Line> lines = capture.lines();
        assertTrue(lines.size() >= number(shown, "records"), shown);
        final Map<String, List<EngineCapture.Line>> packets = EngineCapture.delivered(lines);
        int pings = 0;
        for (final List<EngineCapture.Line> packet : packets.values())
        {
            assertEquals(2, packet.size(), packet::toString);
            final boolean isFirstOutside = EngineCapture.UNDERLAY.equals(packet.get(0).interfaceName());
            final EngineCapture.Line outside = packet.get(isFirstOutside ? 0 : 1);
            final EngineCapture.Line inside = packet.get(isFirstOutside ? 1 : 0);
            assertEquals(EngineCapture.UNDERLAY, outside.interfaceName());
            assertEquals(DEVICE, inside.interfaceName());
            assertTrue(outside.protocols().startsWith("raw:ip:udp:vxlan:eth:"), packet::toString);
            assertEquals(inside.inner(), outside.inner());
            assertFalse(inside.isInbound() == outside.isInbound(), packet::toString);
            assertTrue(outside.comment().startsWith("vni=1 remote=" + right.underlayV4() + " "), packet::toString);
            pings += inside.inner().get(1).isEmpty() ? 0 : 1;
        }
        assertEquals(2 * PINGS, pings);
        assertTrue(packets.values().stream().anyMatch(packet -> packet.get(0).protocols().contains("tcp")));
    }

    @Test
    void shouldRefuseAFileThatItCannotBegin() throws IOException
    {
        Files.writeString(file, "an earlier capture");
        assertRefused(file, file + " exists; remove it or name another file");
        assertEquals("an earlier capture", Files.readString(file));
        final Path nowhere = directory.resolve("no-folder").resolve("left.pcapng");
        assertRefused(nowhere, nowhere + ": there is no such folder");
        // Nobody may make files here, not even root.
        final Path forbidden = Path.of("/sys/left.pcapng");
        assertRefused(forbidden, forbidden + " cannot be written: permission denied");
    }

    @Test
    void shouldEndWhenItsReaderEnds()
    {
        final Bridge bridge = startLeft();
        try (LabProcess reader = startReader(" -c " + RECORDS_OF_PING);
            LabProcess ping = left.start(List.of("ping", "-n", "-i", "0.05", Overlay.v4(right))))
        {
            final CommandResult result = reader.await(WAIT_S);
            assertEquals(List.of(), result.stderr());
            assertEquals(RECORDS_OF_PING + 1, result.stdout().size(), result::toString);
            assertEquals("exit codes 0 0", result.stdout().get(RECORDS_OF_PING));
            assertTrue(ping.isAlive());
        }
        Traffic.ping(left, Overlay.v4(right));
        Poll.until(
            "the capture has ended", WAIT_S,
            () -> ctl("capture", "show").orFail().output().contains("the reader has gone"));
        bridge.stop("TERM");
    }

    @Test
    void shouldShowPacketsWhileTheyPassUntilTheBridgeEnds()
    {
        final Bridge bridge = startLeft();
        try (LabProcess reader = startReader("");
            LabProcess ping = left.start(List.of("ping", "-n", "-i", "0.05", Overlay.v4(right))))
        {
            final String first = reader.awaitLine(DEVICE + "|", WAIT_S);
            assertTrue(first.contains("vni=1 remote=192.0.2.2 verdict=delivered"), first);
            assertTrue(ping.isAlive() && reader.isAlive() && bridge.process().isAlive());
            bridge.stop("TERM");
            final CommandResult result = reader.await(WAIT_S);
            assertEquals(List.of(), result.stderr());
            final int records = result.stdout().size() - 1;
            assertEquals("exit codes 0 0", result.stdout().get(records));
            final Map<String, List<EngineCapture.Line>> packets = EngineCapture.delivered(
                result.stdout().subList(0, records).stream().map(EngineCapture::line).toList());
            packets.values().forEach(packet -> assertEquals(2, packet.size(), packet::toString));
        }
    }

    private void assertRefused(final Path where, final String message)
    {
        final List<String> arguments = with(
            Bridge.vxlan(left, right, "libc", false), "--admin", "off", "--pcapng", where.toString());
        final CommandResult result =
            left.start(Bridge.command(List.of("-XX:TieredStopAtLevel=1"), "tun-bridge", arguments)).await(WAIT_S);
        assertEquals(1, result.status(), result::toString);
        assertEquals(List.of("overlane: --pcapng: " + message), result.stderr());
        assertEquals(List.of(), result.stdout());
        assertFalse(left.hasDevice(DEVICE));
    }

    /** {@code ctl capture - | tshark -i -}; prints both exit codes at the end. */
    private LabProcess startReader(final String options)
    {
        final List<String> ctl = Bridge.command(
            List.of("-XX:TieredStopAtLevel=1"), "ctl",
            List.of("--admin", socket.toString(), "capture", "-", "ip", Overlay.v4(right)));
        final List<String> command = new ArrayList<>(List.of(
            "bash", "-c",
            "\"$@\" | " + String.join(" ", EngineCapture.reader(true)).replace("|", "'|'") + options +
                " 2> /dev/null; echo exit codes ${PIPESTATUS[*]}",
            "bash"));
        command.addAll(ctl);
        return left.start(command);
    }
}
