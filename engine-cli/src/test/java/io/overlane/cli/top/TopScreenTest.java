// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates and the lines made of them. */
class TopScreenTest
{
    private final TopScreen screen = new TopScreen(TopScreen.BLOCKS);

    private static TopSample.Line line(final TopSample.Kind kind, final String name, final long bytes)
    {
        return new TopSample.Line(kind, name, bytes / 100, bytes, 0, 0);
    }

    private static TopSample sample(final long seconds, final long... bytes)
    {
        final List<TopSample.Line> lines = new ArrayList<>();
        lines.add(line(TopSample.Kind.PATH, "all", IntStream.range(0, bytes.length).mapToLong(i -> bytes[i]).sum()));
        for (int i = 0; i < bytes.length; i++)
        {
            lines.add(line(TopSample.Kind.SEGMENT, "VNI " + i, bytes[i]));
            lines.add(line(TopSample.Kind.REMOTE, "192.0.2." + i + ":8472", bytes[i]));
            lines.add(line(TopSample.Kind.DROP, "no-destination encap VNI " + i, bytes[i]));
        }
        return new TopSample(seconds * 1_000_000_000L, "192.0.2.1:8472", lines);
    }

    @Test
    void shouldWorkOutRatesAndTheirCourse()
    {
        final TopRates rates = new TopRates();
        rates.rows(sample(10, 0));
        rates.rows(sample(11, 1000));
        final TopRates.Row row = rates.rows(sample(13, 5000)).get(1);
        assertEquals(16_000, row.bits());
        assertEquals(20, row.frames());
        assertEquals(List.of(8000.0, 16_000.0), row.history());
    }

    @Test
    void shouldBeginAnewWithAProgramThatWasRestarted()
    {
        final TopRates rates = new TopRates();
        rates.rows(sample(10, 5000));
        rates.rows(sample(11, 9000));
        assertEquals(List.of(), rates.rows(sample(12, 100)).get(1).history());
        assertEquals(800, rates.rows(sample(13, 200)).get(1).bits());
    }

    @Test
    void shouldKeepOneMinute()
    {
        final TopRates rates = new TopRates();
        for (int i = 0; i < 100; i++)
        {
            rates.rows(sample(i, i));
        }
        assertEquals(TopRates.HISTORY, rates.rows(sample(100, 100)).get(1).history().size());
    }

    @Test
    void shouldDrawTheMostFirst()
    {
        final TopRates rates = new TopRates();
        rates.rows(sample(0, 0, 0, 0));
        rates.rows(sample(1, 10, 500, 200));
        final List<TopRates.Row> rows = rates.rows(sample(2, 20, 250_500, 400));
        final List<String> lines = screen.draw("title", rows, TopOrder.TRAFFIC, 100, 40);
        assertEquals("title", lines.get(0));
        final List<String> segments = lines.stream().filter(one -> one.startsWith("VNI")).toList();
        assertEquals("VNI 1                      2.0 Mb/s      0 b/s      2.5 k          0  ▁█", segments.get(0));
        assertTrue(segments.get(1).startsWith("VNI 2 "), segments.get(1));
        assertTrue(segments.get(2).startsWith("VNI 0 "), segments.get(2));
    }

    @ParameterizedTest
    @CsvSource({"80, 24", "200, 60", "40, 10", "20, 5", "1, 1", "132, 3"})
    void shouldFitAnyTerminal(final int width, final int height)
    {
        final long[] bytes = IntStream.range(0, 500).mapToLong(i -> i * 1_000_000_000L).toArray();
        final TopRates rates = new TopRates();
        rates.rows(sample(0, bytes));
        final List<TopRates.Row> rows = rates.rows(sample(1, bytes));
        final List<String> lines = screen.draw("a title that is long", rows, TopOrder.NAME, width, height);
        assertTrue(lines.size() <= height, lines::toString);
        lines.forEach(line -> assertTrue(line.length() <= width, line));
        if (height > 20)
        {
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("segments (")), lines::toString);
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("remotes (")), lines::toString);
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("drops (")), lines::toString);
        }
    }
}
