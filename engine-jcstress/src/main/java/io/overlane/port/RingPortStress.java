// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;

/** A {@link RingPort} wakes whoever waits in it. The waits have no end of their own. */
public final class RingPortStress
{
    private static final long FOREVER_NS = Long.MAX_VALUE;
    private static final int MTU = 64;

    private RingPortStress()
    {
    }

    /** The commit of a frame ends the engine's wait. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the engine got the frame")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the engine slept through it")
    @State
    public static class Commit
    {
        private final RingPort port = new RingPort("stress", MTU, 1);

        /** The engine. */
        @Actor
        public void engine()
        {
            final FrameBatch batch = new FrameBatch(1);
            while (port.poll(batch, 1) == 0)
            {
                port.await(FOREVER_NS);
            }
        }

        /** The application. */
        @Signal
        public void application()
        {
            port.commit(port.tryClaim(MTU));
        }
    }

    /** The end of the port ends the application's wait. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the application saw the end")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the application slept through it")
    @State
    public static class Close
    {
        private final RingPort port = new RingPort("stress", MTU, 1);

        /** The application. */
        @Actor
        public void application()
        {
            while (port.awaitFrames(FOREVER_NS))
            {
                port.poll((buffer, offset, length) -> {}, 1);
            }
        }

        /** The engine. */
        @Signal
        public void engine()
        {
            port.close();
        }
    }
}
