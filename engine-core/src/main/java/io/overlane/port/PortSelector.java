// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.signal.IdleWait;

/**
 * Where one thread waits for many ports together and learns which of them have frames, so that it polls only those.
 *
 * <p>A port is reported when it is added with frames waiting, and when a frame arrives after a poll that returned
 * nothing; it may be reported again before such a poll. The thread polls a reported port until a poll returns nothing.
 * {@link #wake()} may be called by any thread, everything else by the thread that waits, or before it starts.
 */
public interface PortSelector extends IdleWait
{
    /**
     * Any thread.
     *
     * @param port to wait for.
     * @return true if {@link #add} can take it.
     */
    boolean takes(Port port);

    /**
     * Add a port to wait for.
     *
     * @param port    that this selector takes; the caller keeps it.
     * @param onReady runs in {@link #await} or {@link #select} when the port may have frames.
     * @throws IllegalStateException if the system refuses.
     */
    void add(Port port, Runnable onReady);

    /**
     * Stop waiting for a port. A port that was closed may be removed too.
     *
     * @param port that was added; any other is ignored.
     */
    void remove(Port port);

    /**
     * Report the ports that have frames now, without blocking. Does nothing directly after {@link #await}, which has
     * reported them. A {@link #wake()} stays for the next {@code await}.
     */
    void select();
}
