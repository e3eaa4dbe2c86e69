// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.engine.OverlayEngine;
import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the fates that a listener gets, and compares the sums with the counters of the engine. Any thread. */
public final class FateTally implements FateListener
{
    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable AssertionError> wrong = new AtomicReference<>();

    /** What is counted together. */
    private record Key(Fate.Direction direction, Fate.Kind kind, Fate.Outcome outcome, DropReason reason)
    {
    }

    @Override
    public void onFate(final Fate fate)
    {
        try
        {
            check(fate);
        }
        catch (final AssertionError | RuntimeException ex)
        {
            wrong.compareAndSet(null, new AssertionError("a fate contradicts itself", ex));
        }
        counts.computeIfAbsent(
            new Key(fate.direction(), fate.kind(), fate.outcome(), fate.reason()), key -> new LongAdder())
            .add(fate.frames());
    }

    private static void check(final Fate fate)
    {
        for (int i = 0; i < fate.pieces(); i++)
        {
            fate.buffer().boundsCheck(fate.offset(i), fate.length(i));
        }
        assertEquals(fate.outcome() == Fate.Outcome.DROPPED, fate.reason() != DropReason.NONE);
        assertEquals(fate.direction() == Fate.Direction.ENCAP, fate.from() != null, "from a port");
        assertTrue(fate.pieces() == 1 || fate.pieces() == fate.frames(), "a frame for each piece");
        assertTrue(fate.frames() > 0 && fate.id() > 0);
    }

    /** @return frames of an outcome. */
    public long frames(final Fate.Direction direction, final Fate.Outcome outcome)
    {
        return sum(direction, Fate.Kind.FRAME, outcome, null);
    }

    /** @return copies of flooded frames with an outcome. */
    public long copies(final Fate.Direction direction, final Fate.Outcome outcome)
    {
        return sum(direction, Fate.Kind.FLOOD_COPY, outcome, null);
    }

    private long sum(
        final Fate.Direction direction,
        final Fate.Kind kind,
        final Fate.Outcome outcome,
        final @Nullable DropReason reason)
    {
        long sum = 0;
        for (final Map.Entry<Key, LongAdder> entry : counts.entrySet())
        {
            final Key key = entry.getKey();
            if (key.direction == direction && key.kind == kind && key.outcome == outcome &&
                (reason == null || key.reason == reason))
            {
                sum += entry.getValue().sum();
            }
        }
        return sum;
    }

    /** Assert that the fates of both directions add up to the counters. The listener was there from the beginning. */
    public void assertMatches(final OverlayEngine engine)
    {
        assertMatches(Fate.Direction.ENCAP, engine.counters().encap());
        assertMatches(Fate.Direction.DECAP, engine.counters().decap());
        final AssertionError error = wrong.get();
        if (error != null)
        {
            throw error;
        }
    }

    private void assertMatches(final Fate.Direction direction, final PathCounters counters)
    {
        assertEquals(counters.delivered(), frames(direction, Fate.Outcome.DELIVERED), direction + " delivered");
        assertEquals(counters.answered(), frames(direction, Fate.Outcome.ANSWERED), direction + " answered");
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            assertEquals(
                counters.dropped(reason),
                sum(direction, Fate.Kind.FRAME, Fate.Outcome.DROPPED, reason),
                () -> direction + " " + reason.label());
        }
        assertEquals(
            counters.framesIn() - counters.held(),
            frames(direction, Fate.Outcome.DELIVERED) + frames(direction, Fate.Outcome.ANSWERED) +
            frames(direction, Fate.Outcome.DROPPED), direction + " in");
    }
}
