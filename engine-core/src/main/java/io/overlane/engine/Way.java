// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fate.Fate;
import io.overlane.pipeline.FateFeed;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.ListenerEntry;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.status.BatchMeter;
import io.overlane.status.EngineCounters;

/** What frames of one queue and direction have in common. Only the thread that carries them uses it. */
record Way(Fates fates, FateFeed feed, ThreadStages stages)
{
    static Way of(
        final Fate.Direction direction, final int queue, final EngineContext context, final EngineCounters counters)
    {
        return new Way(
            new Fates(direction == Fate.Direction.ENCAP ? counters.encap(queue) : counters.decap(queue)),
            new FateFeed(direction, queue, context.clock(), context.errorHandler()),
            new ThreadStages(direction, context.clock(), context.errorHandler()));
    }

    BatchMeter meter()
    {
        return fates.counters().batches();
    }

    /** Report fates to other listeners from now on. */
    void listeners(final ListenerEntry... listeners)
    {
        feed.listeners(listeners);
        fates.feed(listeners.length == 0 ? null : feed);
    }
}
