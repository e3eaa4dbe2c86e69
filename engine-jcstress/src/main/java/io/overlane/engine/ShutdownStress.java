// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZZ_Result;

/** A {@link Shutdown} closes everything once, when it is out of use, and then completes its future. */
public final class ShutdownStress
{
    private ShutdownStress()
    {
    }

    /** A shutdown with its counters. */
    public static class Engine
    {
        private final Shutdown shutdown = new Shutdown(() -> {}, () -> {}, () -> {}, this::closeAll);
        private volatile boolean isClosed;
        private int closed;
        private boolean wasClosedInUse;

        private void closeAll()
        {
            closed++;
            isClosed = true;
        }

        void use()
        {
            if (shutdown.enter())
            {
                wasClosedInUse = isClosed;
                shutdown.leave();
            }
        }

        void close()
        {
            shutdown.begin(null);
        }

        void result(final IZZ_Result r)
        {
            r.r1 = closed;
            r.r2 = wasClosedInUse;
            r.r3 = shutdown.terminated().isDone();
        }
    }

    /** A thread uses the engine while another closes it. */
    @JCStressTest
    @Outcome(id = "1, false, true", expect = Expect.ACCEPTABLE, desc = "closed once, not while in use, completed")
    @State
    public static class InUse
    {
        private final Engine engine = new Engine();

        /** A user. */
        @Actor
        public void use()
        {
            engine.use();
        }

        /** Begins the shutdown. */
        @Actor
        public void close()
        {
            engine.close();
        }

        /** The result. */
        @Arbiter
        public void result(final IZZ_Result r)
        {
            engine.result(r);
        }
    }

    /** Two threads close it. */
    @JCStressTest
    @Outcome(id = "1, false, true", expect = Expect.ACCEPTABLE, desc = "closed once, completed")
    @State
    public static class Twice
    {
        private final Engine engine = new Engine();

        /** Begins the shutdown. */
        @Actor
        public void close()
        {
            engine.close();
        }

        /** Also begins the shutdown. */
        @Actor
        public void closeAgain()
        {
            engine.close();
        }

        /** The result. */
        @Arbiter
        public void result(final IZZ_Result r)
        {
            engine.result(r);
        }
    }
}
