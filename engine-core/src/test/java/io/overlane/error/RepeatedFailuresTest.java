// SPDX-License-Identifier: Apache-2.0
package io.overlane.error;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What fails again and again is one line a minute, for each reason. */
class RepeatedFailuresTest
{
    private final List<String> lines = new ArrayList<>();
    private final RepeatedFailures failures = new RepeatedFailures(error -> lines.add(error.getMessage()));

    @Test
    void shouldReportAReasonOnceAMinuteWithTheNumberOfDatagrams()
    {
        final long startNs = Long.MAX_VALUE - 5;
        for (int i = 0; i < 1000; i++)
        {
            fail("Operation not permitted", startNs + i);
        }
        assertEquals(1, lines.size());
        assertEquals("cannot send to 192.0.2.1:8472: Operation not permitted", lines.get(0));

        fail("Operation not permitted", startNs + RepeatedFailures.INTERVAL_NS);
        assertEquals(2, lines.size());
        assertEquals("cannot send to 192.0.2.1:8472: Operation not permitted (1000 times since the last such line)",
            lines.get(1));
    }

    @Test
    void shouldReportAnotherReasonAtOnce()
    {
        fail("Operation not permitted", 0);
        fail("Permission denied", 1);
        fail(null, 2);

        assertEquals(3, lines.size());
    }

    private void fail(final String reason, final long nowNs)
    {
        failures.report("send to", "192.0.2.1:8472", new IOException(reason), nowNs);
    }
}
