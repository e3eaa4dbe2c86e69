// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.error.GuardedErrorHandler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thread rests only after waits that do not block. */
class BoundedWaitTest
{
    private final List<Throwable> errors = new ArrayList<>();
    private final List<Long> rests = new ArrayList<>();
    private long nowNs;
    private long blockedNs;
    private boolean isClosed;
    private final BoundedWait wait = new BoundedWait(
        "tested",
        timeoutNs -> nowNs += blockedNs,
        () -> isClosed,
        GuardedErrorHandler.of(errors::add),
        () -> nowNs,
        rests::add);

    @Test
    void shouldRestAndReportOnceWhereWaitDoesNotBlock()
    {
        await(BoundedWait.BUDGET);
        assertEquals(List.of(), rests);
        await(3);

        assertEquals(List.of(BoundedWait.REST_NS, BoundedWait.REST_NS, BoundedWait.REST_NS), rests);
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).getMessage().startsWith("tested: 1000 waits in a row ended at once"),
            errors.get(0)::getMessage);
    }

    @Test
    void shouldNeverRestWhereWaitBlocks()
    {
        blockedNs = BoundedWait.REFILL_NS;
        await(10 * BoundedWait.BUDGET);

        assertEquals(List.of(), rests);
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldRestThoughSomeWaitsBlock()
    {
        for (int i = 0; i < BoundedWait.BUDGET; i++)
        {
            blockedNs = 0;
            await(9);
            blockedNs = BoundedWait.REFILL_NS;
            await(1);
        }

        assertTrue(rests.size() > 5 * BoundedWait.BUDGET, () -> rests.size() + " rests");
    }

    @Test
    void shouldNotWaitInClosedUnderlay()
    {
        blockedNs = 1;
        isClosed = true;
        await(3);

        assertEquals(0, nowNs, "no wait");
        assertEquals(3, rests.size());
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).getMessage().contains("the underlay was closed"), errors.get(0)::getMessage);
    }

    @Test
    void shouldNotRestWhileThereIsWork()
    {
        for (int i = 0; i < 10; i++)
        {
            await(BoundedWait.BUDGET);
            wait.onWork();
        }

        assertEquals(List.of(), rests);
    }

    private void await(final int times)
    {
        for (int i = 0; i < times; i++)
        {
            wait.await();
        }
    }
}
