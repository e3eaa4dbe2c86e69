// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.QueueContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.testkit.InNamespace;
import io.overlane.testkit.LoopbackPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Launches that fail, each for a reason of its own: one clear exception, and every descriptor is given back. */
@Tag("tunnel")
@InNamespace(jvmOptions = "-Xmx128m")
class LaunchFailureIT extends Scenario
{
    private static final int ROUNDS = 20;
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    @BeforeEach
    void open() throws IOException
    {
        // Skips where there are no devices.
        create(new TunOptions(TunKind.TAP, "probe")).close();
    }

    /** What no engine can work with, and no setter could refuse by itself. */
    @Test
    void shouldGiveEverythingBackAfterBadValues() throws Exception
    {
        assertFails("segment 2 has no port", context -> context.segment(new SegmentContext(2)));
        assertFails("either VXLAN segments or an IP network", context -> context.ipNetwork(new IpNetworkContext()));
        assertFails("portMtu=67", context -> context.segment(
            new SegmentContext(2).port(new LoopbackPort("b", 67, 1))));
    }

    /** What does not fit to each other. */
    @Test
    void shouldGiveEverythingBackAfterRefusedPorts() throws Exception
    {
        assertFails("cannot wake a thread that waits elsewhere", context ->
            context.threadingMode(ThreadingMode.SHARED));
        assertFails("is given twice", context ->
            context.segment(new SegmentContext(2).port(context.segments().get(0).port())));
        assertFails("is given twice", context -> context.queue(
            new QueueContext(context.underlay(), context.segments().get(0).port(), null)));
        assertFails("is closed", context -> context.segments().get(0).port().close());
        assertFails("is closed", context -> context.underlay().close());
        assertFails("threadingMode=SPLIT cannot use an idleWait", context -> context.idleWait(wait(context)));
    }

    /** What the application's own code does. */
    @Test
    void shouldGiveEverythingBackAfterFailedThreads() throws Exception
    {
        assertFails("the thread factory returned null", context -> context.threadFactory(task -> null));
        assertFails("does not run the given Runnable", context ->
            context.threadFactory(task -> new Thread(() -> {})));
        assertFails("no thread today", context -> context.threadFactory(task ->
        {
            throw new IllegalStateException("no thread today");
        }));
        assertFails("no second thread", context ->
        {
            final AtomicInteger made = new AtomicInteger();
            context.threadFactory(task ->
            {
                if (made.getAndIncrement() > 0)
                {
                    throw new IllegalStateException("no second thread");
                }
                return new Thread(task);
            });
        });
        assertFails("no time", context -> context.clock(() ->
        {
            throw new IllegalStateException("no time");
        }));
        assertFails("not enough memory to launch the engine", context -> context.fdb(fdb -> fdb.maxEntries(1 << 24)));
    }

    private void assertFails(final String message, final Consumer<EngineContext> change) throws IOException
    {
        // What is loaded and opened once and for all comes with the first.
        fail(message, change);
        final int before = descriptors();
        for (int i = 0; i < ROUNDS; i++)
        {
            fail(message, change);
        }
        assertEquals(before, descriptors(), message);
        assertFalse(Files.exists(Path.of("/sys/class/net/vx0")), message + ": its device is gone");
        assertEquals(List.of(), List.copyOf(errors), message);
    }

    private void fail(final String message, final Consumer<EngineContext> change) throws IOException
    {
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, "vx0"));
        device.mtu(1450);
        final EngineContext context = new EngineContext()
            .underlay(LibcUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(errors::add)))
            .segment(new SegmentContext(1).port(new TunPort(device, errors::add)))
            .threadingMode(ThreadingMode.SPLIT)
            .errorHandler(errors::add);
        change.accept(context);
        final RuntimeException refusal =
            assertThrows(RuntimeException.class, () -> OverlayEngine.launch(context), message);
        assertTrue(refusal.getMessage() != null && refusal.getMessage().contains(message), refusal::toString);
        assertFalse(refusal.getMessage().contains("\n"), refusal::toString);
    }

    private static DeviceWait wait(final EngineContext context)
    {
        final Underlay underlay = context.underlay();
        final Port port = context.segments().get(0).port();
        try
        {
            return new DeviceWait((LibcUnderlay)underlay, (TunPort)port);
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private static int descriptors() throws IOException
    {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd")))
        {
            return (int)open.count();
        }
    }
}
