// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.PortSelector;
import io.overlane.signal.Doorbell;
import org.agrona.CloseHelper;

/**
 * Where a thread that only polls ports waits: in a selector once it polls a device, until then for somebody to ring.
 */
final class PortWait
{
    private final Doorbell doorbell = new Doorbell();

    /** Null: in the doorbell. */
    private volatile PortSelector selector;

    /**
     * Wait in a selector from now on. Polling thread, or before it starts.
     *
     * @param place closed with this.
     */
    void selector(final PortSelector place)
    {
        selector = place;
        // Whoever has just rung where we waited before did it for something that the next cycle finds.
        place.wake();
    }

    /** @return null as long as there is none. */
    PortSelector selector()
    {
        return selector;
    }

    /**
     * Polling thread.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    public void await(final long timeoutNs)
    {
        final PortSelector place = selector;
        if (place == null)
        {
            doorbell.await(timeoutNs);
        }
        else
        {
            place.await(timeoutNs);
        }
    }

    /** End a current or the next wait. Any thread; cheap when nobody waits. */
    public void wake()
    {
        PortSelector place = selector;
        if (place == null)
        {
            doorbell.ring();
            // The thread may have moved meanwhile.
            place = selector;
        }
        if (place != null)
        {
            place.wake();
        }
    }

    /** When nobody waits any more. */
    void close()
    {
        CloseHelper.quietClose(selector);
    }
}
