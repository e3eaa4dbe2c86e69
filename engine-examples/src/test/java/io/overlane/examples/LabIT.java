// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.examples.lab.Capture;
import io.overlane.examples.lab.CommandResult;
import io.overlane.examples.lab.KernelVxlan;
import io.overlane.examples.lab.Lab;
import io.overlane.examples.lab.LabProcess;
import io.overlane.examples.lab.Overlay;
import io.overlane.examples.lab.Traffic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The lab itself, proved with the kernel at both ends: what fails elsewhere is then not the lab. */
@Timeout(300)
class LabIT
{
    @TempDir
    private Path directory;

    @Test
    void shouldCarryTrafficBetweenTwoKernels()
    {
        try (Lab lab = Lab.openOrSkip().requireKernelVxlan())
        {
            KernelVxlan.create(lab.left(), lab.right(), false).addPeer();
            KernelVxlan.create(lab.right(), lab.left(), false).addPeer();
            assertTraffic(lab);
        }
    }

    @Test
    void shouldCarryTrafficBetweenTwoKernelsOverIpv6()
    {
        try (Lab lab = Lab.openOrSkip().requireKernelVxlan())
        {
            KernelVxlan.create(lab.left(), lab.right(), true).addPeerToResolve();
            KernelVxlan.create(lab.right(), lab.left(), true).addPeerToResolve();
            assertTraffic(lab);
        }
    }

    @Test
    void shouldSeeWhatIsOnTheWire()
    {
        try (Lab lab = Lab.openOrSkip().requireKernelVxlan())
        {
            KernelVxlan.create(lab.left(), lab.right(), false).addPeer();
            KernelVxlan.create(lab.right(), lab.left(), false).addPeer();
            lab.left().switchOffloadOff("u1");
            lab.left().switchOffloadOff("flannel.1");
            lab.right().switchOffloadOff("u2");

            final Capture capture = Capture.start(lab.right(), directory.resolve("wire.pcap"));
            Traffic.ping(lab.left(), Overlay.v4(lab.left()), lab.right(), Overlay.v4(lab.right()));
            Traffic.stream(lab.left(), lab.right(), Overlay.v4(lab.right()), 1);
            capture.stop();
            capture.assertSawGood("192.0.2.1", "icmp");
            capture.assertSawGood("192.0.2.1", "tcp");
            capture.assertNothingWrong();
            assertFalse(capture.matching("vxlan && ip.src == 192.0.2.1").isEmpty());
        }
    }

    @Test
    void shouldFindWrongChecksumsOnTheWire()
    {
        try (Lab lab = Lab.openOrSkip().requireKernelVxlan())
        {
            KernelVxlan.create(lab.left(), lab.right(), false).addPeer();
            KernelVxlan.create(lab.right(), lab.left(), false).addPeer();
            lab.left().set("ethtool -K flannel.1 tx-checksum-ip-generic on");

            final Capture capture = Capture.start(lab.right(), directory.resolve("wire.pcap"));
            Traffic.stream(lab.left(), lab.right(), Overlay.v4(lab.right()), 1);
            capture.stop();
            assertThrows(AssertionError.class, capture::assertNothingWrong);
        }
    }

    @Test
    void shouldLeaveNothingBehind()
    {
        final LabProcess sleeper;
        final List<String> before = namespaces();
        try (Lab lab = Lab.openOrSkip())
        {
            assertEquals(before.size() + 2, namespaces().size());
            sleeper = lab.left().start(List.of("sleep", "1000"));
            assertTrue(lab.left().hasDevice("u1"));
            assertFalse(lab.left().hasDevice("u2"));
        }
        assertFalse(sleeper.isAlive());
        assertEquals(before, namespaces());
    }

    @Test
    void shouldReportHowProcessesEnd()
    {
        try (Lab lab = Lab.openOrSkip())
        {
            final CommandResult failed = lab.left().run("sh", "-c", "echo out; echo err >&2; exit 7");
            assertEquals(7, failed.status());
            assertEquals(List.of("out"), failed.stdout());
            assertEquals(List.of("err"), failed.stderr());
            assertThrows(AssertionError.class, failed::orFail);

            final LabProcess process = lab.left().start(List.of("sh", "-c", "echo ready; exec sleep 1000"));
            assertEquals("ready", process.awaitLine("rea", 120));
            assertThrows(AssertionError.class, () -> process.awaitLine("never", 0));
            process.signal("TERM");
            assertEquals(LabProcess.statusOfSignal(15), process.await(120).status());
            assertThrows(AssertionError.class, () -> process.awaitLine("never", 120));
        }
    }

    private static void assertTraffic(final Lab lab)
    {
        Traffic.ping(lab.left(), Overlay.v4(lab.left()), lab.right(), Overlay.v4(lab.right()));
        Traffic.ping(lab.left(), Overlay.v6(lab.left()), lab.right(), Overlay.v6(lab.right()));
        Traffic.stream(lab.left(), Overlay.v4(lab.left()), lab.right(), Overlay.v4(lab.right()));
    }

    private static List<String> namespaces()
    {
        return LabProcess.start(List.of("ip", "netns", "list")).await(120).orFail().stdout().stream()
            .filter(line -> line.startsWith("overlane-" + ProcessHandle.current().pid()))
            .sorted()
            .toList();
    }
}
