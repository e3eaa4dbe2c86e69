// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The line about something that takes long. */
@Timeout(60)
class ProgressTest
{
    private static final long NEVER_MS = 3_600_000;

    private final StringWriter err = new StringWriter();
    private final CountDownLatch asked = new CountDownLatch(3);

    private Progress begin(final boolean isTerminal, final long patienceMs)
    {
        return new Progress(new PrintWriter(err), () ->
        {
            asked.countDown();
            return "reading, packet " + (4 - asked.getCount());
        }, () -> isTerminal, patienceMs);
    }

    @Test
    void shouldDrawOneLineOnATerminalAndEraseIt() throws InterruptedException
    {
        try (Progress progress = begin(true, 1))
        {
            asked.await();
            progress.erase();
        }
        final String[] drawn = err.toString().split("\r\u001b\\[K", -1);
        assertTrue(drawn[1].matches("reading, packet \\d, \\d+ s"), err.toString());
        assertEquals("", drawn[drawn.length - 1]);
        assertTrue(err.toString().indexOf('\n') < 0, err.toString());
    }

    @Test
    void shouldPrintOnePlainLineElsewhere() throws InterruptedException
    {
        final Progress progress = begin(false, 1);
        asked.await();
        progress.close();
        assertEquals("progress: reading, packet 2" + System.lineSeparator(), err.toString());
    }

    @Test
    void shouldPrintNothingForWhatIsShort()
    {
        begin(true, NEVER_MS).close();
        begin(false, NEVER_MS).close();
        assertEquals("", err.toString());
    }
}
