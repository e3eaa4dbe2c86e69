// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random counting against an array that is searched. */
class RankingTest
{
    @Test
    void shouldKnowTheHighestWhateverIsCounted()
    {
        final SplittableRandom random = new SplittableRandom(5);
        final Ranking ranking = new Ranking();
        final int[] counts = new int[100];
        assertEquals(Ranking.NONE, ranking.first());
        for (int i = 0; i < 100_000; i++)
        {
            // Up in one half of each period and down in the other, so that it fills and empties.
            final int number = Math.min(random.nextInt(counts.length), random.nextInt(counts.length));
            if (random.nextInt(10) < ((i / 5_000 & 1) == 0 ? 7 : 3))
            {
                counts[number]++;
                ranking.increment(number);
            }
            else if (counts[number] > 0)
            {
                counts[number]--;
                ranking.decrement(number);
            }
            assertEquals(counts[number], ranking.count(number));
            int most = 0;
            int counted = 0;
            for (final int count : counts)
            {
                most = Math.max(most, count);
                counted += count > 0 ? 1 : 0;
            }
            assertEquals(counted, ranking.size());
            assertEquals(most, counted == 0 ? 0 : ranking.count(ranking.first()));
        }
        assertTrue(ranking.size() > 0);
        assertEquals(0, ranking.count(1_000_000));
    }
}
