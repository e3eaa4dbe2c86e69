// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What makes a soak fail. */
class VerdictTest
{
    private static final Flow.Counts NOTHING_LOST = new Flow.Counts(600, 0, 600, 0, 0, 0, 0, 0);

    @Test
    void shouldPassWhenNothingIsLostAndNothingGrows()
    {
        final Verdict verdict = Verdict.of(minutes(60, minute -> usage(1, 80_000 + minute % 7, 20, 24)));

        assertTrue(verdict.isPassed(), () -> verdict.problems().toString());
        assertEquals(4, verdict.growths().size());
    }

    @Test
    void shouldFailWithoutAMinute()
    {
        assertEquals(List.of("no minute was completed"), Verdict.of(List.of()).problems());
    }

    @Test
    void shouldPassWhenMemoryGrowsInTheFirstThirdOnly()
    {
        final Verdict verdict = Verdict.of(
            minutes(60, minute -> usage(1, 60_000 + 1_000 * Math.min(minute, 20), 20, 24)));

        assertEquals(List.of(), verdict.problems());
    }

    @Test
    void shouldFailWhenMemoryGrowsUntilTheEnd()
    {
        final Verdict verdict = Verdict.of(minutes(60, minute -> usage(1, 60_000 + 100 * minute, 20, 24)));

        assertEquals(1, verdict.problems().size(), () -> verdict.problems().toString());
        assertTrue(verdict.problems().get(0).startsWith("RSS of bridge 1: +3900.0 KiB in the last 40 minutes"),
            () -> verdict.problems().toString());
    }

    @Test
    void shouldFailWhenAnEventLeaksADescriptor()
    {
        final Verdict verdict = Verdict.of(minutes(60, minute -> usage(1, 60_000, 20 + minute / 10, 24)));

        assertEquals(1, verdict.problems().size(), () -> verdict.problems().toString());
        assertTrue(verdict.problems().get(0).startsWith("descriptors of bridge 1: +"), verdict.problems().get(0));
    }

    @Test
    void shouldPassWhenOneThreadComesAndStays()
    {
        final Verdict verdict = Verdict.of(minutes(60, minute -> usage(1, 60_000, 20, minute < 40 ? 24 : 25)));

        assertEquals(List.of(), verdict.problems());
    }

    @Test
    void shouldFailWhenTheBridgeThatStaysWasRestarted()
    {
        final Verdict verdict = Verdict.of(minutes(60, minute -> usage(minute < 30 ? 1 : 2, 60_000, 20, 24)));

        assertEquals(List.of("bridge 1 ended and was started again"), verdict.problems());
    }

    @Test
    void shouldNotJudgeTheGrowthOfAFewMinutes()
    {
        final Verdict verdict = Verdict.of(
            minutes(Verdict.FEWEST_MINUTES - 1, minute -> usage(1, 60_000 + 5_000 * minute, 20 + minute, 24)));

        assertTrue(verdict.isPassed());
        assertEquals(List.of("growth is judged from 15 minutes on"), verdict.growths());
    }

    @Test
    void shouldFailOnALossThatTheKernelDoesNotExplain()
    {
        final Flow.Counts lost = new Flow.Counts(600, 0, 590, 3, 7, 0, 0, 0);

        assertEquals(
            List.of("minute 1: 3 packets were lost outside of faults, of which the kernel dropped 2"),
            Verdict.of(List.of(minute(1, lost, 2, 0, Map.of(), List.of()))).problems());
        assertEquals(List.of(), Verdict.of(List.of(minute(1, lost, 3, 0, Map.of(), List.of()))).problems());
    }

    @Test
    void shouldNotExcuseALossWithTheKernelsDropsOfAnotherMinute()
    {
        final Flow.Counts lost = new Flow.Counts(600, 0, 599, 1, 0, 0, 0, 0);

        assertEquals(1, Verdict.of(List.of(
            minute(1, NOTHING_LOST, 5, 0, Map.of(), List.of()),
            minute(2, lost, 0, 0, Map.of(), List.of()))).problems().size());
    }

    @Test
    void shouldFailOnCopiesDamageUnexpectedDropsAndFailedEvents()
    {
        final Flow.Counts twice = new Flow.Counts(600, 0, 600, 0, 0, 0, 0, 4);

        assertEquals(
            List.of(
                "minute 1: 4 packets came twice outside of faults",
                "minute 1: 2 packets were damaged",
                "minute 1: 9 unexpected drops at host 1 port-error",
                "minute 1: the event failed"),
            Verdict.of(List.of(
                minute(1, twice, 0, 2, Map.of("1 port-error", 9L), List.of("the event failed")))).problems());
    }

    @Test
    void shouldFindTheSlopeOfALineThroughNoise()
    {
        assertEquals(3, Verdict.slope(new double[]{5, 8, 11, 14}), 1e-9);
        assertEquals(0, Verdict.slope(new double[]{7, 5, 5, 7}), 1e-9);
        assertEquals(0, Verdict.slope(new double[]{7}), 1e-9);
    }

    private static List<Minute> minutes(final int count, final IntFunction<Usage> usage)
    {
        final List<Minute> minutes = new ArrayList<>();
        for (int number = 1; number <= count; number++)
        {
            minutes.add(new Minute(number, 60, NOTHING_LOST, 0, 0, 1_000, List.of(usage.apply(number)), Map.of(),
                List.of(), List.of(), List.of()));
        }
        return minutes;
    }

    private static Minute minute(
        final int number,
        final Flow.Counts packets,
        final long kernelDrops,
        final long damaged,
        final Map<String, Long> unexpected,
        final List<String> failures)
    {
        return new Minute(number, 60, packets, kernelDrops, damaged, 1_000, List.of(usage(1, 60_000, 20, 24)),
            unexpected, List.of("an event"), List.of(), failures);
    }

    private static Usage usage(final long pid, final long rssKiB, final int descriptors, final int threads)
    {
        return new Usage(pid, rssKiB, 9_000, 4_000, 30_000, 6_000, descriptors, threads, 12, Map.of());
    }
}
