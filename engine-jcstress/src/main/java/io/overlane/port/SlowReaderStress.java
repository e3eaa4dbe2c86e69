// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Frames that are offered to a full ring in place of the oldest ones. */
public final class SlowReaderStress
{
    private static final int LENGTH = 16;

    private SlowReaderStress()
    {
    }

    /** A ring for two frames, an engine that offers frames with growing numbers, and its application. */
    private abstract static class Ring
    {
        private final FrameRing ring = new FrameRing(2 * FrameRing.ALIGNMENT);
        private final RingPortContext context = new RingPortContext().slowReader(SlowReader.DROP_OLDEST);
        private final ApplicationReader reader = new ApplicationReader(ring, context);
        private final EngineOutput output =
            new EngineOutput(ring, 0, DropReason.PORT_ERROR, context, reader::overwrite);
        private long last;
        private int read;
        private boolean isTorn;
        private boolean isOutOfOrder;

        /** The number of frames that were taken. */
        final int offer(final long from, final int count)
        {
            final FrameBatch batch = new FrameBatch(count);
            for (int i = 0; i < count; i++)
            {
                final MemoryBuffer bytes = new MemoryBuffer(new byte[LENGTH]);
                bytes.putLong(0, from + i);
                bytes.putLong(8, from + i);
                batch.add(new Frame(bytes).wrap(0, LENGTH));
            }
            output.offer(batch);
            int taken = 0;
            for (int i = 0; i < count; i++)
            {
                taken += batch.get(i).verdict() == DropReason.NONE ? 1 : 0;
            }
            return taken;
        }

        final void read(final int limit)
        {
            reader.poll((buffer, offset, length) ->
            {
                final long number = buffer.getLong(offset);
                Thread.onSpinWait();
                isTorn |= number != buffer.getLong(offset + 8);
                isOutOfOrder |= number <= last;
                last = number;
                read++;
            }, limit);
        }

        final void result(final int taken, final LLL_Result r)
        {
            r.r1 = isTorn ? "torn" : "whole";
            r.r2 = isOutOfOrder ? "out of order" : "in order";
            r.r3 = taken == read + reader.overwritten() ? "all" :
                taken + " taken, " + read + " read, " + reader.overwritten() + " overwritten";
        }
    }

    /** The engine gives up the oldest frames while the application reads them. */
    @JCStressTest
    @Outcome(id = "whole, in order, all", expect = Expect.ACCEPTABLE, desc = "each frame was read or overwritten")
    @State
    public static class Overwrite extends Ring
    {
        private int taken = offer(1, 2);

        /** Engine. */
        @Actor
        public void engine()
        {
            taken += offer(3, 1);
            taken += offer(4, 3);
            taken += offer(7, 2);
        }

        /** Application. */
        @Actor
        public void application()
        {
            read(1);
            read(3);
        }

        /** The application, when the engine is done. */
        @Arbiter
        public void rest(final LLL_Result r)
        {
            read(2);
            result(taken, r);
        }
    }

    /** Two threads of the engine, encap and decap, offer to a full ring, and the second also reads. */
    @JCStressTest
    @Outcome(id = "whole, .*, all", expect = Expect.ACCEPTABLE, desc = "each frame was read or overwritten")
    @State
    public static class TwoOfferers extends Ring
    {
        private final int before = offer(1, 2);
        private int takenByFirst;
        private int takenBySecond;

        /** One thread of the engine. */
        @Actor
        public void first()
        {
            takenByFirst += offer(3, 1);
            takenByFirst += offer(4, 2);
        }

        /** The other, and the application. */
        @Actor
        public void second()
        {
            takenBySecond += offer(10, 2);
            read(1);
            takenBySecond += offer(12, 1);
        }

        /** The application, when the engine is done. */
        @Arbiter
        public void rest(final LLL_Result r)
        {
            read(2);
            result(before + takenByFirst + takenBySecond, r);
        }
    }
}
