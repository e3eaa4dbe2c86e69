// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reports follow the engine. */
@Timeout(60)
class WatchdogTest
{
    private static final long TIMEOUT_S = 50;

    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

    private SystemdNotifier notifier(final Map<String, String> environment)
    {
        return new SystemdNotifier(environment, (address, text) -> sent.add(text), error ->
        {
            throw new AssertionError(error);
        });
    }

    private void awaitReport() throws InterruptedException
    {
        assertEquals("WATCHDOG=1", sent.poll(TIMEOUT_S, TimeUnit.SECONDS));
    }

    @Test
    void shouldReportOnlyWhileTheEngineAnswers() throws Exception
    {
        final SystemdNotifier notifier = notifier(Map.of("NOTIFY_SOCKET", "@n", "WATCHDOG_USEC", "20000"));
        try (OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0)))
            .segment(new SegmentContext(1).port(new RingPort("port", 1450, 16))));
            Watchdog watchdog = Watchdog.start(notifier, () -> List.of(engine)))
        {
            assertNotNull(watchdog);
            awaitReport();
            awaitReport();

            final CountDownLatch isStuck = new CountDownLatch(1);
            final CountDownLatch mayGoOn = new CountDownLatch(1);
            engine.control().operate(tables ->
            {
                isStuck.countDown();
                return awaitQuietly(mayGoOn);
            });
            isStuck.await();
            // An answer from before may still be reported.
            sent.poll(100, TimeUnit.MILLISECONDS);
            sent.clear();
            assertNull(sent.poll(200, TimeUnit.MILLISECONDS));

            mayGoOn.countDown();
            awaitReport();
        }
    }

    private static boolean awaitQuietly(final CountDownLatch latch)
    {
        try
        {
            return latch.await(TIMEOUT_S, TimeUnit.SECONDS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void shouldNotRunWithoutAWatchdog()
    {
        assertNull(Watchdog.start(notifier(Map.of("NOTIFY_SOCKET", "@n")), List::of));
    }
}
