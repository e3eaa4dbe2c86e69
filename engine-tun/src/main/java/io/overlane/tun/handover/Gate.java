// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps packets waiting in the kernel while an engine must not read them: until its tables are filled, as it would drop
 * them before, and from the time when it leaves its devices to the next process.
 */
public final class Gate
{
    /** Longest pause of a thread that finds the gate closed: short enough to begin at once. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private volatile boolean isOpen;

    boolean isOpen()
    {
        return isOpen;
    }

    /** Let the packets through. Any thread. */
    public void open()
    {
        isOpen = true;
    }

    /** Keep the packets waiting from now on; a batch that is read at the moment is still carried. Any thread. */
    public void close()
    {
        isOpen = false;
    }

    void pause(final long timeoutNs)
    {
        LockSupport.parkNanos(this, Math.min(timeoutNs, PAUSE_NS));
    }
}
