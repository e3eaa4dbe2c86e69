// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;

/** How the thread that polls ports learns of frames in them. */
interface PortWiring
{
    /** Nothing is left to wait for: the port is detached. */
    Runnable DONE = () -> {};

    /** Nobody waits: all ports are polled again and again. */
    PortWiring NONE = new PortWiring()
    {
        @Override
        public void check(final Port port)
        {
        }

        @Override
        public Wired wire(final Port port, final Runnable onReady)
        {
            return new Wired(port, false);
        }

        @Override
        public void select()
        {
        }

        @Override
        public Runnable unwire(final Port polled)
        {
            return DONE;
        }

        @Override
        public void close()
        {
        }
    };

    /**
     * A port that is waited for.
     *
     * @param port       to poll in its place; mostly itself.
     * @param isSelected true if it need be polled only from an {@code onReady} to a poll that returns nothing; else it
     *                   is polled in every cycle.
     */
    record Wired(Port port, boolean isSelected)
    {
    }

    /**
     * Before anything is done with a port. Any thread.
     *
     * @param port to be polled.
     * @throws IllegalArgumentException if it could not be waited for.
     */
    void check(Port port);

    /**
     * Have the polling thread wake for a port. Polling thread, or before it starts.
     *
     * @param port    that was checked.
     * @param onReady runs on the polling thread when a selected port may have frames.
     * @return what to poll, and when.
     */
    Wired wire(Port port, Runnable onReady);

    /** Report selected ports that have frames now, without blocking. Polling thread, before it looks for other work. */
    void select();

    /**
     * Undo {@link #wire}. Polling thread, or when it has stopped.
     *
     * @param polled the port that was polled; not any more.
     * @return a task that blocks until the port is no longer in use; run it on a thread that may block.
     */
    Runnable unwire(Port polled);

    /** When nobody waits any more, and no port is wired. */
    void close();
}
