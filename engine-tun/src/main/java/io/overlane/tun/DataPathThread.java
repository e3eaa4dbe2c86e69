// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes threads that carry frames. Each asks the Linux scheduler for a slice of 10 ms (6.12 and newer), so that a
 * flooding sender on the same core does not cut every batch short, and for timers that fire on time. It never asks for
 * a higher priority, and goes on without what the kernel does not support.
 */
public final class DataPathThread implements ThreadFactory
{
    static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long TIMER_SLACK_NS = TimeUnit.MICROSECONDS.toNanos(1);

    static final int PR_SET_TIMERSLACK = 29;

    static final long SYS_SCHED_GETATTR = "aarch64".equals(System.getProperty("os.arch")) ? 275 : 315;
    static final long SYS_SCHED_SETATTR = SYS_SCHED_GETATTR - 1;

    /** {@code struct sched_attr}: size 0, policy 4, flags 8, nice 16, priority 20, runtime 24, deadline, period. */
    static final int SCHED_ATTR_LENGTH = 48;
    static final int SCHED_RUNTIME_OFFSET = 24;

    private final @Nullable LibC libc;

    /** Also works without native calls; the threads then ask for nothing. */
    public DataPathThread()
    {
        this(LibC.whyUnavailable() == null ? LibC.get() : null);
    }

    /** @param libc the C library, or a stand-in for tests; null if there is none. */
    DataPathThread(final @Nullable LibC libc)
    {
        this.libc = libc;
    }

    @Override
    public Thread newThread(final Runnable work)
    {
        return new Thread(() ->
        {
            askScheduler();
            work.run();
        });
    }

    /** Applies to the calling thread. */
    private void askScheduler()
    {
        if (libc == null)
        {
            return;
        }
        libc.prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
        final MemoryBuffer attr = MemoryBuffer.allocate(SCHED_ATTR_LENGTH, Long.BYTES);
        if (libc.schedAttr(SYS_SCHED_GETATTR, attr, SCHED_ATTR_LENGTH) == 0 && attr.getInt(4) == 0)
        {
            attr.putInt(0, SCHED_ATTR_LENGTH);
            attr.putLong(SCHED_RUNTIME_OFFSET, SLICE_NS);
            libc.schedAttr(SYS_SCHED_SETATTR, attr, 0);
        }
    }
}
