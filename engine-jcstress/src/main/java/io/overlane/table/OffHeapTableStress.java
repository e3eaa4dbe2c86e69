// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** What readers of an {@link OffHeapTable} may see while its writer changes and rebuilds it. Other outcomes fail. */
public final class OffHeapTableStress
{
    private static final int SEED = 11;
    /** A table for so few entries is rebuilt after a few removals. */
    private static final int ENTRIES = 2;
    private static final int CHANGES = 64;
    private static final int LOOKS = 64;

    private OffHeapTableStress()
    {
    }

    private static OffHeapTable tableOf(final long key)
    {
        final OffHeapTable table = new OffHeapTable(ENTRIES, SEED);
        table.put(key, -key, key, key);
        return table;
    }

    private static long get(final OffHeapTable table, final long key)
    {
        return table.get(key, -key, key);
    }

    private static void put(final OffHeapTable table, final long key, final long value)
    {
        table.put(key, -key, key, value);
    }

    private static void remove(final OffHeapTable table, final long key)
    {
        table.remove(key, -key, key);
    }

    /** An entry changes, goes and comes again: a reader sees its values in their order. */
    @JCStressTest
    @Outcome(id = {"1, 1", "1, 2", "1, 0", "1, 3", "2, 2", "2, 0", "2, 3", "0, 0", "0, 3", "3, 3"},
        expect = Expect.ACCEPTABLE, desc = "in order")
    @State
    public static class Change
    {
        private final OffHeapTable table = tableOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            put(table, 1, 2);
            remove(table, 1);
            put(table, 1, 3);
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            r.r1 = get(table, 1);
            r.r2 = get(table, 1);
        }
    }

    /** Rebuilds take the buffer away from under a reader: it finds what stays, and never the value of another key. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "own values only")
    @State
    public static class Rebuild
    {
        private final OffHeapTable table = tableOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            for (int i = 0; i < CHANGES; i++)
            {
                put(table, 5 + i, 5 + i);
                remove(table, 5 + i);
            }
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            for (int i = 0; i < LOOKS; i++)
            {
                r.r1 |= get(table, 1) - 1;
                final long other = get(table, 5 + i);
                r.r2 |= other == 5 + i ? OffHeapTable.MISSING : other;
            }
        }
    }

    /** A reader that has seen the later entry sees no more of the one that was removed before it. */
    @JCStressTest
    @Outcome(id = {"0, 1", "0, 0", "5, 0"}, expect = Expect.ACCEPTABLE, desc = "removed before the other came")
    @State
    public static class RemovedStaysRemoved
    {
        private final OffHeapTable table = tableOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            remove(table, 1);
            put(table, 5, 5);
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            r.r1 = get(table, 5);
            r.r2 = get(table, 1);
        }
    }

    /** A visit meets an entry that stays exactly once, and none that never was. */
    @JCStressTest
    @Outcome(id = LOOKS + ", 0", expect = Expect.ACCEPTABLE, desc = "the first in each visit, nothing made up")
    @State
    public static class Visit
    {
        private final OffHeapTable table = tableOf(1);

        /** Writer. */
        @Actor
        public void write()
        {
            for (int i = 0; i < CHANGES; i++)
            {
                put(table, 5 + i, 5 + i);
                remove(table, 5 + i);
            }
        }

        /** Reader. */
        @Actor
        public void visit(final II_Result r)
        {
            for (int i = 0; i < LOOKS; i++)
            {
                table.forEach((k0, k1, k2, value) ->
                {
                    final boolean isWhole = k1 == -k0 && k2 == k0 && value == k0;
                    r.r1 += isWhole && k0 == 1 ? 1 : 0;
                    r.r2 += isWhole && k0 < 5 + CHANGES ? 0 : 1;
                });
            }
        }
    }
}
