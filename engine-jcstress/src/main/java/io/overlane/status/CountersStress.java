// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.memory.MemoryBuffer;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * What readers of counters and samples may see while their thread records. Large structures are made once, for all
 * states: the same thread records in all of them.
 */
public final class CountersStress
{
    private CountersStress()
    {
    }

    /** A remote's number is given to another remote: its frames start again at 0 and are never fewer. */
    @JCStressTest
    @Outcome(id = "[0-3], [0-3]", expect = Expect.ACCEPTABLE, desc = "no fewer than none")
    @State
    public static class RemoteReset
    {
        private final RemoteTraffic traffic = new RemoteTraffic(1);

        /** Records, and gives the number to another remote. */
        @Actor
        public void record()
        {
            traffic.record(0, 1, 1);
            traffic.record(0, 1, 1);
            traffic.reset(0);
            traffic.record(0, 1, 1);
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            r.r1 = traffic.frames(0);
            r.r2 = traffic.bytes(0);
        }
    }

    /** Two threads record, each with counters of its own: the sum never goes back. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "never back")
    @State
    public static class PathSum
    {
        private static final EngineCounters COUNTERS = new EngineCounters(1, 1, 1, 2, () -> 0);

        /** One thread. */
        @Actor
        public void first()
        {
            COUNTERS.encap(0).onIn(1, 100);
        }

        /** The other, which reads too. */
        @Actor
        public void second(final Z_Result r)
        {
            COUNTERS.encap(1).onIn(1, 100);
            final long frames = COUNTERS.encap().framesIn();
            final long bytes = COUNTERS.encap().bytesIn();
            r.r1 = COUNTERS.encap().framesIn() >= frames && COUNTERS.encap().bytesIn() >= bytes;
        }
    }

    /** Combinations find a line or none: no frame is counted twice, and none that was counted is missing later. */
    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "never back, and never too many")
    @State
    public static class Ledger
    {
        private final DropLedger ledger = new DropLedger(1);

        /** Records. */
        @Actor
        public void record()
        {
            ledger.record(DropReason.UNKNOWN_VNI, 1, 1, 1, 2);
            ledger.record(DropReason.UNKNOWN_VNI, 2, 2, 2, 3);
            ledger.record(DropReason.UNKNOWN_VNI, 3, 3, 3, 4);
        }

        /** Reader. */
        @Actor
        public void read(final ZZ_Result r)
        {
            final long first = sum();
            final long second = sum();
            r.r1 = first <= second;
            r.r2 = second <= 9;
        }

        private long sum()
        {
            final long[] sum = new long[1];
            ledger.forEach((reason, vni, high, low, count) -> sum[0] += count);
            return sum[0];
        }
    }

    /** A sample is of one frame, however fast the next ones come. */
    @JCStressTest
    @Outcome(id = "whole", expect = Expect.ACCEPTABLE, desc = "all parts of each sample agree")
    @State
    public static class Sample
    {
        private static final DropSamples SAMPLES = new DropSamples(() -> 0);
        private static final MemoryBuffer FRAME = new MemoryBuffer(new byte[DropSamples.MAX_BYTES]);

        /** Records. */
        @Actor
        public void record()
        {
            for (int i = 0; i <= DropSamples.PER_REASON; i++)
            {
                FRAME.setMemory(0, DropSamples.MAX_BYTES, (byte)(i + 1));
                SAMPLES.record(DropReason.UNKNOWN_VNI, i + 1, i + 1, i + 1, FRAME, 0, i + 1, false);
                SAMPLES.onBatchEnd();
            }
        }

        /** Reader. */
        @Actor
        public void read(final L_Result r)
        {
            final List<DropSample> samples = SAMPLES.last(DropReason.UNKNOWN_VNI);
            r.r1 = "whole";
            for (final DropSample sample : samples)
            {
                final int number = sample.vni();
                boolean isWhole = sample.length() == number && sample.remote().high() == number &&
                    sample.remote().low() == number && sample.bytes().length == number;
                for (final byte b : sample.bytes())
                {
                    isWhole &= b == number;
                }
                if (!isWhole)
                {
                    r.r1 = "mixed: " + sample;
                }
            }
        }
    }
}
