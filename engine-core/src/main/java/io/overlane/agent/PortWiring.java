package io.overlane.agent;

import io.overlane.port.Port;

/** How the thread that polls ports hears of frames in them. */
public interface PortWiring
{
    /** Nobody has to do with it any more already. */
    Runnable DONE = () -> {};

    /** Nobody waits: all ports are polled again and again. */
    PortWiring NONE = new PortWiring()
    {
        @Override
        public void check(final Port port)
        {
        }

        @Override
        public Port wire(final Port port)
        {
            return port;
        }

        @Override
        public Runnable unwire(final Port polled)
        {
            return DONE;
        }
    };

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
     * @param port that was checked.
     * @return what to poll.
     */
    Port wire(Port port);

    /**
     * Undo that. Polling thread.
     *
     * @param polled what {@link #wire(Port)} returned; not polled any more.
     * @return waits, on a thread that may, until nobody has to do with the port any more.
     */
    Runnable unwire(Port polled);
}
