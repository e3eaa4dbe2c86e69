// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.control.FdbFilter;
import io.overlane.ebpf.kernel.AttachedPrograms;
import io.overlane.fastpath.FastPathHold;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastPathState;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.fate.FateSubscription;
import io.overlane.policy.SegmentContext;
import io.overlane.status.EngineSnapshot;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.EthernetHeader;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fast path carries frames for an engine, and is gone when the engine is. */
@InNamespace(ipv6 = true)
class BpfFastPathTest extends BesideKernel
{
    @BeforeEach
    void addDevice() throws Exception
    {
        addVxlan(FastPathLab.LOCAL, FastPathLab.REMOTE, "noudpcsum");
    }

    @Test
    void shouldCarryKnownUnicastBesideTheEngine() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        // ARP and neighbour discovery go through the engine, and it learns from them.
        Peer.run("ping", "-c", "1", "-W", "5", "192.168.7.2");
        Peer.run("ping", "-c", "1", "-W", "5", "fd07::2");
        final long batches = await(now -> now.tables().learned() == 1).decap().batchSizes().count();

        ping("192.168.7.2");
        ping("fd07::2");

        final EngineSnapshot after = await(now ->
            now.encap().delivered().frames() >= 80 && now.decap().delivered().frames() >= 80);
        assertTrue(after.decap().batchSizes().count() < batches + 20, "the engine itself received few frames");
        assertEquals(after.encap().in(), after.encap().delivered());
        assertEquals(after.decap().in().frames(), after.decap().delivered().frames());
        assertEquals(after.encap().delivered(), after.segments().get(0).encap());
        assertEquals(after.decap().delivered(), after.remotes().get(0).decap());
        assertEquals(after.decap().delivered(), after.ports().get(0).out());
    }

    @Test
    void shouldReportWhatTheKernelHas() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        Peer.run("ping", "-c", "1", "-W", "5", "192.168.7.2");
        await(now -> now.tables().learned() == 1);
        ping("192.168.7.2");
        await(now -> now.fastPath().decap().frames() >= 40);

        final FastPathStatus status = engine.fastPath().status().join();
        assertEquals(FastPathState.ON, status.state());
        assertEquals(1, status.stations());
        assertEquals(List.of(new FastPathStatus.SegmentState(FastPathLab.VNI, null)), status.segments());
        final FastPathReport report = status.report();
        assertEquals(List.of("overlane_encap", "overlane_decap"),
            report.programs().stream().map(FastPathReport.Program::name).toList());
        assertEquals(
            List.of("under0 tcx/ingress " + report.programs().get(1).id(),
                "tap0 tcx/egress " + report.programs().get(0).id()),
            report.links().stream().map(link -> link.device() + " " + link.place() + " " + link.program()).toList());
        assertEquals(NetworkInterface.getByName("tap0").getIndex(), report.links().get(1).ifindex());
        assertTrue(report.programs().get(0).id() > 0);
        assertTrue(report.links().get(0).id() > 0);
        assertEquals(engine.snapshot().fastPath().encap(), report.programs().get(0).carried());
        assertEquals(report.programs().get(0).carried(), report.remotes().get(0).encap());
        assertEquals(report.programs().get(1).carried(), report.remotes().get(0).decap());
        assertEquals(FastPathLab.REMOTE, report.remotes().get(0).vtep());
        assertNull(report.remotes().get(0).whyNot());
        assertEquals(FastPathLab.MTU + EthernetHeader.LENGTH, report.remotes().get(0).longest());
        assertTrue(report.programs().get(0).listing().contains("map stations"), report.programs().get(0).listing());

        engine.control().operate(tables -> tables.flush(FdbFilter.ALL)).join();
        assertEquals(0, engine.fastPath().status().join().stations());
    }

    @Test
    void shouldCarryStreamsBothWays() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        Peer.run("ping", "-c", "1", "-W", "5", "192.168.7.2");
        await(now -> now.tables().learned() == 1);
        streams();
        // The sender ends when its socket has taken 30 MiB, and discards what is still in there.
        final int sent = SENT;
        final EngineSnapshot after = await(now ->
            now.encap().delivered().bytes() >= sent && now.decap().delivered().bytes() >= sent);
        // A segment has 1398 bytes at most, so it can be seen that super-frames count as their segments.
        assertTrue(after.encap().delivered().frames() >= sent / 1_398);
        assertTrue(after.decap().delivered().frames() >= sent / 1_398);
        assertTrue(after.encap().batchSizes().count() < 1_000, "the engine itself carried few frames");
        assertEquals(0, after.encap().allDropped() + after.decap().allDropped());
    }

    @Test
    void shouldLeaveAllFramesToTheEngineWhileAListenerWatches() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        ping("192.168.7.2");
        final AtomicLong frames = new AtomicLong();
        final FateSubscription watching = engine.fates(fate -> frames.addAndGet(fate.frames()));
        ping("192.168.7.2");
        watching.close();
        assertTrue(frames.get() >= 80, "each request and each answer");
        ping("192.168.7.2");
    }

    @Test
    void shouldStayAtItsTapWhileItIsHeld() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        final List<FastPathReport.Link> before = links();
        assertEquals(2, before.size());
        final FastPathHold hold = engine.fastPath().hold("a test");
        assertEquals(before, links());
        hold.close();
        engine.segments().change(FastPathLab.VNI, rules -> rules.outer(new OuterContext().ttl(9))).join();
        assertEquals(before, links());
        engine.segments().remove(FastPathLab.VNI).join();
        assertEquals(before.subList(0, 1), links());
    }

    private List<FastPathReport.Link> links()
    {
        return engine.fastPath().status().join().report().links();
    }

    @Test
    void shouldGoOnWithoutATapThatIsGone() throws Exception
    {
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        engine.segments().add(new SegmentContext(2).port(FastPathLab.tap("tap1", MTU))).join();
        Peer.run("ip", "link", "del", "tap0");
        assertOnlySecondIsCarried();

        engine.fates(fate -> { }).close();
        assertOnlySecondIsCarried();
        engine.segments().change(FastPathLab.VNI, rules -> rules.outer(new OuterContext().ttl(9))).join();
        assertOnlySecondIsCarried();
    }

    private void assertOnlySecondIsCarried()
    {
        FastPathStatus status = engine.fastPath().status().join();
        final long startNs = System.nanoTime();
        while (status.segments().get(0).whyNot() == null)
        {
            assertTrue(System.nanoTime() - startNs < TIMEOUT_NS, "it does not notice that the TAP is gone");
            status = engine.fastPath().status().join();
        }
        assertEquals(FastPathState.ON, status.state(), status::why);
        assertEquals(
            List.of(
                new FastPathStatus.SegmentState(
                    FastPathLab.VNI, "its port is no TAP in this network namespace"),
                new FastPathStatus.SegmentState(2, null)),
            status.segments());
    }

    @Test
    void shouldLeaveNothingBehind() throws Exception
    {
        final int underlay = NetworkInterface.getByName("under0").getIndex();
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        assertEquals(1, AttachedPrograms.atIngress(underlay));
        engine.close();
        assertEquals(0, AttachedPrograms.atIngress(underlay));
        engine = null;

        final Process other = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"), Holder.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        assertEquals('\n', other.getInputStream().read());
        assertEquals(1, AttachedPrograms.atIngress(underlay));
        assertTrue(hasProgramInDriver());

        // SIGKILL: the process cannot do anything about it.
        other.destroyForcibly().waitFor();
        final long startNs = System.nanoTime();
        while (AttachedPrograms.atIngress(underlay) > 0 || hasProgramInDriver())
        {
            assertTrue(System.nanoTime() - startNs < TIMEOUT_NS);
        }
        launch(FastPathLab.LOCAL, FastPathLab.REMOTE);
        ping("192.168.7.2");
    }

    private static boolean hasProgramInDriver() throws Exception
    {
        return Peer.run("ip", "link", "show", "under0").contains("prog/xdp");
    }

    /** Another process, which is killed. */
    static final class Holder
    {
        private Holder()
        {
        }

        /** Opens the fast path, writes a line, and waits. */
        public static void main(final String[] args) throws Exception
        {
            final BpfFastPath path = new BpfFastPath(DecapHook.XDP);
            path.open(FastPathLab.underlay(), 64, 16, 4);
            System.out.println();
            Thread.sleep(TimeUnit.MINUTES.toMillis(1));
            path.close();
        }
    }

    @Test
    void shouldRefuseAnUnderlayThatItCannotUse() throws Exception
    {
        try (NioUnderlay nio = NioUnderlay.open(new UnderlayOptions(FastPathLab.LOCAL)))
        {
            assertRefused("no fast path: it needs a LibcUnderlay, not NioUnderlay", nio);
        }
        try (LibcUnderlay any = LibcUnderlay.open(new UnderlayOptions(IpAddress.ANY_V4, 0)))
        {
            assertRefused(
                "no fast path: the underlay is bound to 0.0.0.0; bind it to one address of this host", any);
        }
        try (LibcUnderlay loopback = LibcUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
        {
            assertRefused("no fast path: interface 'lo' is no Ethernet device and has the address 127.0.0.1; bind " +
                "the underlay to the address of an Ethernet device", loopback);
        }
    }

    private static void assertRefused(final String message, final Underlay underlay)
    {
        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> new BpfFastPath().open(underlay, 64, 16, 4));
        assertEquals(message, refusal.getMessage());
        assertEquals(message, BpfFastPath.whyUnavailable(underlay));
    }
}
