// SPDX-License-Identifier: Apache-2.0
package io.overlane.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** What readers of a {@link CompactTable} may see while its writer changes it. An outcome that is not listed fails. */
public final class CompactTableStress
{
    private static final int SEED = 11;
    private static final int ENTRIES = 6;
    /** A torn read needs a reader that is late at one place: both threads go there often. */
    private static final int ROUNDS = 64;

    /** Keys with the same home line in a table of this seed, whose first parts differ in the low bits alone. */
    private static final Key[] KEYS = keysOfOneLine(CompactTable.LINE_SLOTS + 2, 1);
    /** The same where the bits differ that lie in the entry word. */
    private static final Key[] FAR_KEYS = keysOfOneLine(3, 0x01_0001);
    private static final Key A = KEYS[0];
    private static final Key B = KEYS[1];
    private static final Key LAST = KEYS[CompactTable.LINE_SLOTS];
    private static final Key NEW = KEYS[CompactTable.LINE_SLOTS + 1];

    private CompactTableStress()
    {
    }

    private record Key(int k0, long k1)
    {
    }

    private static Key[] keysOfOneLine(final int count, final int step)
    {
        final CompactTable table = new CompactTable(ENTRIES, SEED);
        final Key[] keys = new Key[count];
        int found = 0;
        for (int i = 1; found < count; i++)
        {
            if (table.hash(i * step, i) == 0)
            {
                keys[found++] = new Key(i * step, i);
            }
        }
        return keys;
    }

    private static CompactTable tableOf(final Key... keys)
    {
        final CompactTable table = new CompactTable(ENTRIES, SEED);
        for (int i = 0; i < keys.length; i++)
        {
            table.put(keys[i].k0, keys[i].k1, i + 1);
        }
        return table;
    }

    private static long get(final CompactTable table, final Key key)
    {
        return table.get(key.k0, key.k1);
    }

    private static void remove(final CompactTable table, final Key key)
    {
        table.removeAt(table.find(key.k0, key.k1));
    }

    /** An entry comes and changes its value: a reader never sees it go back. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"}, expect = Expect.ACCEPTABLE, desc = "never back")
    @State
    public static class Change
    {
        private final CompactTable table = tableOf();

        /** Writer. */
        @Actor
        public void write()
        {
            table.put(A.k0, A.k1, 1);
            table.put(A.k0, A.k1, 2);
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            r.r1 = get(table, A);
            r.r2 = get(table, A);
        }
    }

    /** Two keys have one slot by turns: no reader takes the value of one for that of the other. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "no value but its own")
    @State
    public static class SlotChangesHands
    {
        private final CompactTable table = tableOf(A);

        /** Writer. */
        @Actor
        public void write()
        {
            for (int i = 0; i < ROUNDS; i++)
            {
                remove(table, A);
                table.put(B.k0, B.k1, 5);
                remove(table, B);
                table.put(A.k0, A.k1, 1);
            }
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            for (int i = 0; i < ROUNDS; i++)
            {
                r.r1 |= other(get(table, A), 1);
                r.r2 |= other(get(table, B), 5);
            }
        }

        private static long other(final long value, final long own)
        {
            return value == own ? CompactTable.MISSING : value;
        }
    }

    /** A reader that has seen B sees no more of A, which was removed before. */
    @JCStressTest
    @Outcome(id = {"0, 1", "0, 0", "5, 0"}, expect = Expect.ACCEPTABLE, desc = "removed before the other came")
    @State
    public static class RemovedStaysRemoved
    {
        private final CompactTable table = tableOf(A);

        /** Writer. */
        @Actor
        public void write()
        {
            remove(table, A);
            table.put(B.k0, B.k1, 5);
        }

        /** Reader. */
        @Actor
        public void read(final JJ_Result r)
        {
            r.r1 = get(table, B);
            r.r2 = get(table, A);
        }
    }

    /** An entry outside its full home line is found while others pass that line over and come back. */
    @JCStressTest
    @Outcome(id = "5", expect = Expect.ACCEPTABLE, desc = "there all the time")
    @State
    public static class OutsideItsLine
    {
        private final CompactTable table = tableOf(KEYS[0], KEYS[1], KEYS[2], KEYS[3], LAST);

        /** Writer. */
        @Actor
        public void write()
        {
            table.put(NEW.k0, NEW.k1, 6);
            remove(table, A);
            remove(table, NEW);
            table.put(NEW.k0, NEW.k1, 7);
        }

        /** Reader. */
        @Actor
        public void read(final J_Result r)
        {
            r.r1 = get(table, LAST);
        }
    }

    /** A walk meets a key that stays exactly once, and none that never had an entry. */
    @JCStressTest
    @Outcome(id = ROUNDS + ", 0", expect = Expect.ACCEPTABLE, desc = "the one that stays in each walk, nothing made up")
    @State
    public static class Walk
    {
        private static final Key STAYS = FAR_KEYS[0];
        private static final Key FIRST = FAR_KEYS[1];
        private static final Key SECOND = FAR_KEYS[2];

        private final CompactTable table = tableOf(STAYS);

        /** Writer. */
        @Actor
        public void write()
        {
            for (int i = 0; i < ROUNDS; i++)
            {
                table.put(FIRST.k0, FIRST.k1, 6);
                remove(table, FIRST);
                table.put(SECOND.k0, SECOND.k1, 7);
                remove(table, SECOND);
            }
        }

        /** Reader. */
        @Actor
        public void walk(final II_Result r)
        {
            for (int i = 0; i < ROUNDS; i++)
            {
                table.forEachKey((k0, k1) ->
                {
                    r.r1 += is(STAYS, k0, k1) ? 1 : 0;
                    r.r2 += is(STAYS, k0, k1) || is(FIRST, k0, k1) || is(SECOND, k0, k1) ? 0 : 1;
                });
            }
        }

        private static boolean is(final Key key, final int k0, final long k1)
        {
            return key.k0 == k0 && key.k1 == k1;
        }
    }
}
