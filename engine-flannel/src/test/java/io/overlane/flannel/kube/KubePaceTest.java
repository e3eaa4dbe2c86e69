// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.RegistryException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Pauses by a clock that the test sets. */
class KubePaceTest
{
    private final AtomicLong clock = new AtomicLong(-5);
    private final KubePace pace = new KubePace(new Random(1), clock::get);

    /** In milliseconds, rounded up. */
    private long pause()
    {
        final long startNs = clock.get();
        while (true)
        {
            try
            {
                pace.requireOpen();
                return TimeUnit.NANOSECONDS.toMillis(clock.get() - startNs);
            }
            catch (final RegistryException ex)
            {
                clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }
    }

    @Test
    void shouldWaitLongerAfterEachFailure()
    {
        assertEquals(0, pause());
        for (long longest = 200; longest <= 6400; longest *= 2)
        {
            pace.failed("away", 0);
            final long ms = pause();
            assertTrue(ms >= longest / 2 && ms <= longest + 1, ms + " of " + longest);
        }
        pace.failed("away", 0);
        assertTrue(pause() <= 10_001);
        pace.succeeded();
        pace.failed("away", 0);
        assertTrue(pause() <= 201);
    }

    @Test
    void shouldWaitAtLeastAsLongAsTheServerAsks()
    {
        pace.failed("busy", 30);
        assertTrue(assertThrows(RegistryException.class, pace::requireOpen).getMessage().startsWith(
            "busy; not asked again for 30"));
        final long ms = pause();
        assertTrue(ms >= 30_100 && ms <= 30_201, ms + " ms");
        pace.failed("busy", 1_000_000);
        assertTrue(pause() <= 61_000);
        pace.failed("busy", -1_000_000);
        assertTrue(pause() <= 1_000);
    }

    @Test
    void shouldNotBringAllNodesBackAtOnce()
    {
        final Set<Long> pauses = new HashSet<>();
        for (int node = 0; node < 20; node++)
        {
            final KubePace other = new KubePace(new SplittableRandom(node), clock::get);
            other.failed("away", 0);
            pauses.add(Long.parseLong(assertThrows(RegistryException.class, other::requireOpen).getMessage()
                .replaceAll("\\D", "")));
        }
        assertTrue(pauses.size() > 10, pauses.toString());
        assertDoesNotThrow(pace::requireOpen);
    }
}
