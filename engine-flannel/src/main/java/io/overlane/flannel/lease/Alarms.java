// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.time.Duration;

/**
 * Runs tasks later, one at a time. Delays are measured by a clock that cannot be set. Callers do not depend on whether
 * it runs while the machine is suspended.
 */
public interface Alarms extends AutoCloseable
{
    /**
     * @param delay from now.
     * @param task  to run then.
     * @return an alarm that can be cancelled.
     */
    Alarm after(Duration delay, Runnable task);

    /** When this returns, no task runs any more, except the one that called it. */
    @Override
    void close();

    /** A scheduled task. */
    @FunctionalInterface
    interface Alarm
    {
        /** Do not run the task; no effect if it is running already. */
        void cancel();
    }
}
