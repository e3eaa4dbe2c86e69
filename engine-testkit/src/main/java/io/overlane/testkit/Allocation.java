// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Asserts that code allocates nothing on the heap. */
public final class Allocation
{
    /**
     * The counter moves in steps of the thread's allocation buffer and includes the compiler's rare deoptimisations.
     * One object of the smallest size (16 bytes) in each tenth call would be ten times more than this.
     */
    private static final long TOLERANCE = 3_200;

    private static final ThreadMXBean THREADS = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    private Allocation()
    {
    }

    /**
     * Run {@code calls} times to warm up, then as many times while allocation is counted.
     *
     * @param calls of {@code step}.
     * @param step  must allocate nothing when warm.
     */
    public static void assertNone(final String what, final int calls, final Runnable step)
    {
        run(calls, step);
        final long thread = Thread.currentThread().getId();
        THREADS.getThreadAllocatedBytes(thread);
        final long before = THREADS.getThreadAllocatedBytes(thread);
        run(calls, step);
        final long allocated = THREADS.getThreadAllocatedBytes(thread) - before;
        assertTrue(allocated < TOLERANCE, () -> what + ": " + allocated + " B in " + calls + " calls");
    }

    private static void run(final int calls, final Runnable step)
    {
        for (int i = 0; i < calls; i++)
        {
            step.run();
        }
    }
}
