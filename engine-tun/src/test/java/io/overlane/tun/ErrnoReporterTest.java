package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A failing device is told of, and not for every frame. */
class ErrnoReporterTest
{
    private final List<String> told = new ArrayList<>();
    private final ErrnoReporter reporter = new ErrnoReporter(ex -> told.add(ex.getMessage()), "tap7");

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
}
