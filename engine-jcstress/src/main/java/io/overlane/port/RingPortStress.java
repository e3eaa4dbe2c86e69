// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;

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

    /** Room ends the wait of a thread that claims. */
    @JCStressTest(Mode.Termination)
    @Outcome(id = "TERMINATED", expect = Expect.ACCEPTABLE, desc = "the application got room")
    @Outcome(id = "STALE", expect = Expect.FORBIDDEN, desc = "the application slept through it")
    @State
    public static class Claim
    {
        private final RingPort port = full();

        /** The application. */
        @Actor
        public void application()
        {
            port.abort(port.claim(MTU, FOREVER_NS));
        }

        /** The engine. */
        @Signal
        public void engine()
        {
            port.poll(new FrameBatch(1), 1);
        }
    }

    /** Room after an answer of FULL runs the task, once. */
    @JCStressTest
    @Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "there was room in time")
    @Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "there was room at the second look")
    @Outcome(id = "false, 1", expect = Expect.ACCEPTABLE, desc = "there is room now")
    @Outcome(id = "false, 0", expect = Expect.FORBIDDEN, desc = "the application waits for ever")
    @State
    public static class OnRoom
    {
        private final RingPort port = full();
        private final AtomicInteger calls = new AtomicInteger();

        /** The application. */
        @Actor
        public void application(final ZI_Result r)
        {
            port.onRoom(calls::incrementAndGet);
            r.r1 = port.tryClaim(MTU) >= 0;
        }

        /** The engine. */
        @Actor
        public void engine()
        {
            port.poll(new FrameBatch(1), 1);
        }

        /** When both are done. */
        @Arbiter
        public void calls(final ZI_Result r)
        {
            r.r2 = calls.get();
        }
    }

    /** A frame that is offered while the application reads the ring to its end is read, or runs the task. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "it came later")
    @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "it was read")
    @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "it was read before its offer came to the task")
    @Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "the application waits for ever")
    @State
    public static class OnFrames
    {
        private final RingPort port = new RingPort("stress", MTU, 2);
        private final FrameBatch batch = new FrameBatch(1);
        private final AtomicInteger calls = new AtomicInteger();

        /** A frame has run the task. */
        public OnFrames()
        {
            batch.add(new Frame(new MemoryBuffer(new byte[MTU])).wrap(0, MTU));
            port.offer(batch);
            port.onFrames(calls::incrementAndGet);
        }

        /** The application. */
        @Actor
        public void application(final II_Result r)
        {
            r.r1 = port.poll((buffer, offset, length) -> {}, 8);
        }

        /** The engine. */
        @Actor
        public void engine()
        {
            port.offer(batch);
        }

        /** When both are done. */
        @Arbiter
        public void calls(final II_Result r)
        {
            r.r2 = calls.get() - 1;
        }
    }

    /** A port whose ring to the engine is lent to the engine as a whole. */
    private static RingPort full()
    {
        final RingPort port = new RingPort("stress", MTU, 1);
        int frames = 0;
        for (int index = port.tryClaim(MTU); index >= 0; index = port.tryClaim(MTU))
        {
            port.commit(index);
            frames++;
        }
        port.poll(new FrameBatch(frames), frames);
        return port;
    }
}
