// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.signal.IdleWait;

/**
 * Where one thread waits for many ports at once and learns which of them have frames, so that it polls only those.
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
     * @param port that shall be waited for.
     * @return true if {@link #add} can take it.
     */
    boolean takes(Port port);

    /**
     * Wait for one more port.
     *
     * @param port    that this selector takes; it stays the caller's.
     * @param onReady runs in {@link #await} or {@link #select} when the port may have frames.
     * @throws IllegalStateException if the system refuses.
     */
    void add(Port port, Runnable onReady);

    /**
     * Wait for a port no more. A port that was closed may be removed too.
     *
     * @param port that was added; any other is passed over.
     */
    void remove(Port port);

    /**
     * Report the ports that have frames now, without blocking; does nothing directly after {@link #await}, which has
     * reported them. A {@link #wake()} stays for the next {@code await}.
     */
    void select();
}
