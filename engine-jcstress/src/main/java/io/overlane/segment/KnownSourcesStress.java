// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** What readers of {@link KnownSources} may see while its writer changes it. An outcome that is not listed fails. */
public final class KnownSourcesStress
{
    /** More than a new array has room for, so that another takes its place. */
    private static final int MANY = 12;

    private KnownSourcesStress()
    {
    }

    private static KnownSources sourcesOf(final long source)
    {
        final KnownSources sources = new KnownSources();
        sources.add(source, -source);
        return sources;
    }

    /** One source is named all the time; one that mixes the words of two is never. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "named all the time, never named")
    @State
    public static class Grow
    {
        private final KnownSources sources = sourcesOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            sources.add(1, -1);
            for (int i = 2; i < MANY; i++)
            {
                sources.add(i, -i);
            }
            sources.remove(1, -1);
        }

        /** Reader. */
        @Actor
        public void read(final ZZ_Result r)
        {
            r.r1 = true;
            for (int i = 0; i < MANY; i++)
            {
                r.r1 &= sources.contains(1, -1);
                r.r2 |= sources.contains(i, -i - 1) || sources.contains(0, 0);
            }
        }
    }

    /** A reader that finds the later source does not find the one that was removed before it. */
    @JCStressTest
    @Outcome(id = {"false, true", "false, false", "true, false"}, expect = Expect.ACCEPTABLE, desc = "removed before")
    @State
    public static class RemovedStaysRemoved
    {
        private final KnownSources sources = sourcesOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            sources.remove(1, -1);
            sources.add(2, -2);
        }

        /** Reader. */
        @Actor
        public void read(final ZZ_Result r)
        {
            r.r1 = sources.contains(2, -2);
            r.r2 = sources.contains(1, -1);
        }
    }

    /** A new array leaves out what was let go, and nothing else. */
    @JCStressTest
    @Outcome(id = {"true, true", "true, false"}, expect = Expect.ACCEPTABLE, desc = "the first stays")
    @State
    public static class LetGo
    {
        private final KnownSources sources = sourcesOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            for (int i = 2; i < MANY; i++)
            {
                sources.add(i, -i);
                sources.remove(i, -i);
            }
        }

        /** Reader. */
        @Actor
        public void read(final ZZ_Result r)
        {
            r.r1 = sources.contains(1, -1);
            r.r2 = sources.contains(2, -2);
        }
    }
}
