// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** What a {@link FrameRing} promises to its writers and its reader. An outcome that is not listed fails. */
public final class FrameRingStress
{
    private static final int FOUR_RECORDS = 4 * FrameRing.ALIGNMENT;
    private static final int LENGTH = 8;
    private static final int TRIES = 8;

    private FrameRingStress()
    {
    }

    private static boolean write(final FrameRing ring, final long value)
    {
        final int index = ring.tryClaim(LENGTH);
        if (index < 0)
        {
            return false;
        }
        ring.buffer().putLong(index, value);
        return ring.commit(index);
    }

    /** The values of all records that can be read now. */
    private static String read(final FrameRing ring)
    {
        String values = "";
        while (ring.advance())
        {
            values += ring.length() == LENGTH ? ring.buffer().getLong(ring.offset()) : "?";
        }
        ring.release();
        return values;
    }

    /** Every record of two writers is read once, and whole. */
    @JCStressTest
    @Outcome(id = {"12", "21"}, expect = Expect.ACCEPTABLE, desc = "both, in the order of their claims")
    @State
    public static class TwoWriters
    {
        private final FrameRing ring = new FrameRing(FOUR_RECORDS);
        private String values = "";

        /** One writer. */
        @Actor
        public void first()
        {
            write(ring, 1);
        }

        /** The other, which is the reader too: tests of three threads do not run on two processors. */
        @Actor
        public void second()
        {
            write(ring, 2);
            values += read(ring);
        }

        /** The same reader, when the writers are done. */
        @Arbiter
        public void rest(final L_Result r)
        {
            r.r1 = values + read(ring);
        }
    }

    /** A ring that is too small for all records, again and again: what was committed is read once, in order. */
    @JCStressTest
    @Outcome(id = "in order, all", expect = Expect.ACCEPTABLE, desc = "nothing lost, doubled or torn")
    @State
    public static class Full
    {
        private final FrameRing ring = new FrameRing(2 * FrameRing.ALIGNMENT);
        private String values = "";
        private int committed;

        /** Writer. */
        @Actor
        public void writer()
        {
            for (int i = 0; i < TRIES; i++)
            {
                committed += write(ring, committed + 1) ? 1 : 0;
            }
        }

        /** Reader. */
        @Actor
        public void reader()
        {
            for (int i = 0; i < TRIES; i++)
            {
                values += read(ring);
            }
        }

        /** The same reader, when the writer is done. */
        @Arbiter
        public void rest(final LL_Result r)
        {
            values += read(ring);
            r.r1 = "12345678".startsWith(values) ? "in order" : values;
            r.r2 = values.length() == committed ? "all" : values.length() + " of " + committed;
        }
    }

    /** The records of a run are read together. */
    @JCStressTest
    @Outcome(id = {"312", "123"}, expect = Expect.ACCEPTABLE, desc = "in the order of their claims")
    @State
    public static class Run
    {
        private final FrameRing ring = new FrameRing(FOUR_RECORDS);
        private String values = "";
        private String atOnce = "";

        /** Writer of a run of two records with room for three. */
        @Actor
        public void run()
        {
            final long run = ring.tryClaimRun(FrameRing.ALIGNMENT, 3 * FrameRing.ALIGNMENT);
            final int index = FrameRing.runIndex(run);
            ring.buffer().putLong(index, 1);
            ring.buffer().putLong(index + FrameRing.ALIGNMENT, 2);
            ring.put(index + FrameRing.ALIGNMENT, LENGTH);
            ring.commitRun(run, LENGTH, index + 2 * FrameRing.ALIGNMENT);
        }

        /** Another writer, which is the reader too. */
        @Actor
        public void reader()
        {
            write(ring, 3);
            atOnce = read(ring);
            values += atOnce;
        }

        /** The same reader, when the writers are done. */
        @Arbiter
        public void rest(final L_Result r)
        {
            values += read(ring);
            r.r1 = atOnce.endsWith("1") ? "1 without 2" : values;
        }
    }

    /** A commit and the reader's giving up agree on who was first. */
    @JCStressTest
    @Outcome(id = "true, false, 1", expect = Expect.ACCEPTABLE, desc = "committed in time, and read")
    @Outcome(id = "false, true, 0", expect = Expect.ACCEPTABLE, desc = "given up, and not read")
    @State
    public static class GiveUp
    {
        private final FrameRing ring = new FrameRing(FOUR_RECORDS);
        private final int index = ring.tryClaim(LENGTH);

        /** Slow writer. */
        @Actor
        public void writer(final ZZI_Result r)
        {
            r.r1 = ring.commit(index);
        }

        /** Reader. */
        @Actor
        public void reader(final ZZI_Result r)
        {
            r.r2 = ring.giveUp();
        }

        /** The same reader, when the writer is done. */
        @Arbiter
        public void rest(final ZZI_Result r)
        {
            r.r3 = read(ring).length();
        }
    }

    /** A given up claim is its writer's until that commits: nobody else is given the memory before. */
    @JCStressTest
    @Outcome(id = {"own, false"}, expect = Expect.ACCEPTABLE, desc = "nobody wrote there, and the commit came too late")
    @State
    public static class GivenUpIsKept
    {
        private static final long OWN = 77;

        private final FrameRing ring = new FrameRing(FOUR_RECORDS);
        private final int index = ring.tryClaim(LENGTH);

        /** The reader has given the claim up. */
        public GivenUpIsKept()
        {
            ring.giveUp();
            ring.release();
        }

        /** Slow writer. */
        @Actor
        public void slow(final LL_Result r)
        {
            ring.buffer().putLongVolatile(index, OWN);
            final long value = ring.buffer().getLongVolatile(index);
            r.r1 = value == OWN ? "own" : value;
            r.r2 = ring.commit(index);
        }

        /** Another writer, and the reader, who go round the ring. */
        @Actor
        public void others()
        {
            for (int i = 0; i < TRIES; i++)
            {
                write(ring, 5);
                read(ring);
            }
        }
    }

    /** After the end a record is read if its commit answered true, and only then. */
    @JCStressTest
    @Outcome(id = "true, true, 1", expect = Expect.ACCEPTABLE, desc = "committed before the end, and read")
    @Outcome(id = "false, true, 0", expect = Expect.ACCEPTABLE, desc = "too late")
    @State
    public static class End
    {
        private final FrameRing ring = new FrameRing(FOUR_RECORDS);

        /** Writer. */
        @Actor
        public void writer(final ZZI_Result r)
        {
            r.r1 = write(ring, 1);
        }

        /** Reader. */
        @Actor
        public void reader(final ZZI_Result r)
        {
            ring.close();
            ring.giveUpAll();
            r.r3 = read(ring).length();
        }

        /** The reader has come to the end: nothing can follow. */
        @Arbiter
        public void rest(final ZZI_Result r)
        {
            r.r3 += read(ring).length();
            r.r2 = ring.position() == ring.tail();
        }
    }
}
