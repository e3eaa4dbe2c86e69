// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.DataPathThread.SCHED_ATTR_LENGTH;
import static io.overlane.tun.DataPathThread.SCHED_RUNTIME_OFFSET;
import static io.overlane.tun.DataPathThread.SYS_SCHED_GETATTR;
import static io.overlane.tun.DataPathThread.SYS_SCHED_SETATTR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.FailingLibC;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a thread of the data path asks of the scheduler, and that its work is done whatever the answer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DataPathThreadTest
{
    private static final int PR_GET_TIMERSLACK = 30;
    private static final int POLICY_OFFSET = 4;
    private static final int NICE_OFFSET = 16;
    private static final long NS_PER_US = 1_000;

    @Test
    void shouldRunItsWorkOnTheNewThread() throws InterruptedException
    {
        final AtomicReference<Thread> worker = new AtomicReference<>();
        final Thread thread = new DataPathThread().newThread(() -> worker.set(Thread.currentThread()));
        assertSame(Thread.State.NEW, thread.getState());
        thread.start();
        thread.join();
        assertSame(thread, worker.get());
        assertNotSame(Thread.currentThread(), worker.get());
    }

    @Test
    void shouldHaveALongSliceWhereTheKernelSetsOne() throws InterruptedException
    {
        final MemoryBuffer ordinary = attributes();
        assumeTrue(ordinary.getInt(POLICY_OFFSET) == 0, "the tests run under a policy that has no slice");
        assumeTrue(ordinary.getLong(SCHED_RUNTIME_OFFSET) != 0, "this kernel shows no slice (Linux 6.12)");
        final AtomicReference<MemoryBuffer> ours = new AtomicReference<>();
        final Thread thread = new DataPathThread().newThread(() -> ours.set(attributes()));
        thread.start();
        thread.join();

        assertEquals(DataPathThread.SLICE_NS, ours.get().getLong(SCHED_RUNTIME_OFFSET));
        assertEquals(0, ours.get().getInt(POLICY_OFFSET));
        assertEquals(ordinary.getInt(NICE_OFFSET), ours.get().getInt(NICE_OFFSET), "no higher priority");
        assertNotEquals(DataPathThread.SLICE_NS, attributes().getLong(SCHED_RUNTIME_OFFSET), "and no other thread's");
    }

    @Test
    void shouldHaveTimersThatFireOnTime() throws InterruptedException
    {
        final int ordinaryNs = LibC.get().prctl(PR_GET_TIMERSLACK, 0);
        assumeTrue(ordinaryNs > NS_PER_US, "timers are exact already, or nobody says");
        final AtomicReference<Integer> slackNs = new AtomicReference<>();
        final Thread thread = new DataPathThread().newThread(
            () -> slackNs.set(LibC.get().prctl(PR_GET_TIMERSLACK, 0)));
        thread.start();
        thread.join();
        assertEquals(NS_PER_US, slackNs.get().longValue());
    }

    @Test
    void shouldRunItsWorkWhenEveryCallFails() throws InterruptedException
    {
        final List<Long> asked = new CopyOnWriteArrayList<>();
        run(new FailingLibC()
        {
            @Override
            public int prctl(final int option, final long value)
            {
                asked.add((long)option);
                return fail(Linux.EINVAL);
            }

            @Override
            public long schedAttr(final long number, final MemoryBuffer attribute, final int length)
            {
                asked.add(number);
                return fail(Linux.EPERM);
            }
        });
        assertEquals(List.of((long)DataPathThread.PR_SET_TIMERSLACK, SYS_SCHED_GETATTR), asked,
            "nothing is set that could not be read");
    }

    @Test
    void shouldRunItsWorkWhenTheSliceIsRefused() throws InterruptedException
    {
        final List<Long> asked = new CopyOnWriteArrayList<>();
        run(new FailingLibC()
        {
            @Override
            public long schedAttr(final long number, final MemoryBuffer attribute, final int length)
            {
                asked.add(number);
                // What the kernel reads and writes is all zeros: SCHED_OTHER.
                return number == SYS_SCHED_GETATTR ? 0 : fail(Linux.EPERM);
            }
        });
        assertEquals(List.of(SYS_SCHED_GETATTR, SYS_SCHED_SETATTR), asked);
    }

    @Test
    void shouldLeaveAnotherPolicyAlone() throws InterruptedException
    {
        final List<Long> asked = new CopyOnWriteArrayList<>();
        run(new FailingLibC()
        {
            @Override
            public long schedAttr(final long number, final MemoryBuffer attribute, final int length)
            {
                asked.add(number);
                final int fifo = 1;
                attribute.putInt(POLICY_OFFSET, fifo);
                return 0;
            }
        });
        assertEquals(List.of(SYS_SCHED_GETATTR), asked);
    }

    @Test
    void shouldRunItsWorkWhereThereAreNoNativeCalls() throws InterruptedException
    {
        run(null);
    }

    private static void run(final LibC libc) throws InterruptedException
    {
        final AtomicReference<Thread> worker = new AtomicReference<>();
        final Thread thread = new DataPathThread(libc).newThread(() -> worker.set(Thread.currentThread()));
        thread.start();
        thread.join();
        assertSame(thread, worker.get());
    }

    /** {@code struct sched_attr} of the calling thread. */
    private static MemoryBuffer attributes()
    {
        final MemoryBuffer attr = MemoryBuffer.allocate(SCHED_ATTR_LENGTH, Long.BYTES);
        final long result = LibC.get().schedAttr(SYS_SCHED_GETATTR, attr, SCHED_ATTR_LENGTH);
        assumeTrue(result == 0, "sched_getattr is not allowed here");
        return attr;
    }
}
