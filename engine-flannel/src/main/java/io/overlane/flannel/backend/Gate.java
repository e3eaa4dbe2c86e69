// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps packets waiting in the kernel until the tables of an engine are filled. Without it an engine that takes over a
 * device would drop the packets that wait there, as it knows no peer yet.
 */
final class Gate
{
    /** Longest pause of a thread that finds the gate closed: short enough to begin at once. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private volatile boolean isOpen;

    boolean isOpen()
    {
        return isOpen;
    }

    /** Let the packets through; for good. */
    void open()
    {
        isOpen = true;
    }

    void pause(final long timeoutNs)
    {
        LockSupport.parkNanos(this, Math.min(timeoutNs, PAUSE_NS));
    }
}
