// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A failing device is told of, and not for every frame. */
class ErrnoReporterTest
{
    private final List<String> told = new ArrayList<>();
    private long nowNs = 1;
    private final ErrnoReporter reporter = new ErrnoReporter(ex -> told.add(ex.getMessage()), "tap7", () -> nowNs);

    @Test
    void shouldTellEachKindOnce()
    {
        for (int i = 0; i < 1000; i++)
        {
            reporter.report("write", Linux.EIO);
            reporter.report("write", Linux.EINVAL);
            reporter.report("write", 4242);
            reporter.report("odd frame");
        }
        assertEquals(4, told.size());
        assertTrue(told.get(0).startsWith("tap7: cannot write: EIO ("), told.get(0));
        assertEquals("tap7: cannot write: errno 4242", told.get(2));
        assertEquals("tap7: odd frame", told.get(3));
    }

    @Test
    void shouldSayAfterAMinuteHowOftenItFailed()
    {
        for (int i = 0; i < 1000; i++)
        {
            reporter.reportSend(0, 0xFFFF_C000_0201L, 8472, Linux.EPERM);
        }
        assertEquals(1, told.size());
        assertTrue(told.get(0).startsWith("tap7: cannot send to 192.0.2.1:8472: EPERM ("), told.get(0));

        nowNs += ErrnoReporter.INTERVAL_NS;
        reporter.report("write", Linux.EPERM);
        assertEquals(2, told.size());
        assertTrue(told.get(1).startsWith("tap7: cannot write: EPERM ("), told.get(1));
        assertTrue(told.get(1).endsWith(" (1000 times since the last such line)"), told.get(1));
    }
}
