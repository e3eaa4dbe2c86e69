// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * No ring of a {@link Doorbell} is lost. Only a ring ends the waits: a lost ring leaves a thread that does not return
 * ({@code STALE}), or a test that does not end.
 */
public final class DoorbellStress
{
    private static final long FOREVER_NS = Long.MAX_VALUE;

    private DoorbellStress()
    {
    }

    /** A ring ends a wait that has begun, or the next one. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the ring ended the wait")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the ring was lost")
    @State
    public static class Ring
    {
        private final Doorbell bell = new Doorbell();
        private boolean hasWork;

        /** Waits for work. */
        @Actor
        public void waiter()
        {
            while (!hasWork)
            {
                bell.await(FOREVER_NS);
            }
        }

        /** Publishes work, then rings. */
        @Signal
        public void ring()
        {
            hasWork = true;
            bell.ring();
        }
    }

    /** The same for a thread that is interrupted before it waits: clearing the interrupt loses no ring. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the ring ended the wait")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the ring was lost")
    @State
    public static class Interrupted
    {
        private final Doorbell bell = new Doorbell();
        private boolean hasWork;

        /** Waits for work. */
        @Actor
        public void waiter()
        {
            Thread.currentThread().interrupt();
            while (!hasWork)
            {
                bell.await(FOREVER_NS);
            }
            Thread.interrupted();
        }

        /** Publishes work, then rings. */
        @Signal
        public void ring()
        {
            hasWork = true;
            bell.ring();
        }
    }

    /** Two threads publish and ring: the waiting thread also sees the work of the second ring. */
    @JCStressTest
    @Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "both were seen")
    @State
    public static class TwoRingers
    {
        private final Doorbell bell = new Doorbell();
        private int first;
        private int second;

        /** One ringer. */
        @Actor
        public void first()
        {
            first = 1;
            bell.ring();
        }

        /** The other, which then waits for the work of both. */
        @Actor
        public void second(final I_Result r)
        {
            second = 2;
            bell.ring();
            while (first + second != 3)
            {
                bell.await(FOREVER_NS);
            }
            r.r1 = first + second;
        }
    }
}
