// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.time.Duration;

/**
 * Runs things later, one at a time. Delays are measured by a clock that nobody sets; whether it runs while the machine
 * is suspended does not matter to the users of this.
 */
public interface Alarms extends AutoCloseable
{
    /**
     * @param delay from now.
     * @param task  to run then.
     * @return an alarm that can be taken back.
     */
    Alarm after(Duration delay, Runnable task);

    /** Nothing runs any more when this returns, unless it is the task that closes. */
    @Override
    void close();

    /** A task that has not run yet. */
    @FunctionalInterface
    interface Alarm
    {
        /** Do not run it; no effect if it runs already. */
        void cancel();
    }
}
