package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Refused datagrams are one line a minute, for each reason. */
class SendFailuresTest
{
    private static final InetSocketAddress REMOTE = new InetSocketAddress("192.0.2.1", 8472);

    private final List<String> lines = new ArrayList<>();
    private final SendFailures failures = new SendFailures(error -> lines.add(error.getMessage()));

    @Test
    void shouldReportAReasonOnceAMinuteWithTheNumberOfDatagrams()
    {
        final long startNs = Long.MAX_VALUE - 5;
        for (int i = 0; i < 1000; i++)
        {
            failures.report(REMOTE, new IOException("Operation not permitted"), startNs + i);
        }
        assertEquals(1, lines.size());
        assertEquals("cannot send to 192.0.2.1:8472: Operation not permitted", lines.get(0));

        failures.report(REMOTE, new IOException("Operation not permitted"), startNs + SendFailures.INTERVAL_NS);
        assertEquals(2, lines.size());
        assertEquals("cannot send to 192.0.2.1:8472: Operation not permitted (1000 times since the last such line)",
            lines.get(1));
    }

    @Test
    void shouldReportAnotherReasonAtOnce()
    {
        failures.report(REMOTE, new IOException("Operation not permitted"), 0);
        failures.report(REMOTE, new IOException("Permission denied"), 1);
        failures.report(REMOTE, new IOException((String)null), 2);

        assertEquals(3, lines.size());
    }
}
