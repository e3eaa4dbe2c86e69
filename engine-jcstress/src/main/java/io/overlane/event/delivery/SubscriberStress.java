// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.event.EngineEvent;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A {@link Subscriber} forgets no event while its executor ends one task and the next event comes. */
public final class SubscriberStress
{
    private SubscriberStress()
    {
    }

    /** One thread delivers two events while another runs the tasks of the first. */
    @JCStressTest
    @Outcome(id = "2, 12", expect = Expect.ACCEPTABLE, desc = "both events came, in order")
    @State
    public static class DeliverWhileRunning
    {
        private final EventQueue queue = new EventQueue(2, (vni, high, low) -> -1, () -> 0);
        private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private int count;
        private int order;
        private final Subscriber subscriber = new Subscriber(
            tasks::add, this::onEvent, queue, GuardedErrorHandler.of(null), closed -> {});

        private void onEvent(final EngineEvent event)
        {
            count++;
            order = 10 * order + ((EngineEvent.SegmentAdded)event).vni();
        }

        /** Delivers. */
        @Actor
        public void deliver()
        {
            subscriber.deliver(new EngineEvent.SegmentAdded(0, 1));
            subscriber.deliver(new EngineEvent.SegmentAdded(0, 2));
        }

        /** Runs what there is. */
        @Actor
        public void run()
        {
            runAll();
        }

        /** Runs the rest. */
        @Arbiter
        public void end(final II_Result r)
        {
            runAll();
            r.r1 = count;
            r.r2 = order;
        }

        private void runAll()
        {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll())
            {
                task.run();
            }
        }
    }
}
