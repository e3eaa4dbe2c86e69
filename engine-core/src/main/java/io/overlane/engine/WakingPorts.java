// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.port.PortSelector;

/** For a thread that waits elsewhere: ports wake it, or are waited for in a selector where it waits in one. */
final class WakingPorts implements PortWiring
{
    private final Runnable wake;
    private final PortSelector selector;
    private final boolean isWaitedFor;

    /**
     * @param wake        wakes the polling thread.
     * @param selector    in which it waits, the caller's to close; null if it waits in something else.
     * @param isWaitedFor true as long as ports that neither can wake it nor can be selected are those it waits for.
     */
    WakingPorts(final Runnable wake, final PortSelector selector, final boolean isWaitedFor)
    {
        this.wake = wake;
        this.selector = selector;
        this.isWaitedFor = isWaitedFor;
    }

    @Override
    public void check(final Port port)
    {
        if (!isSelected(port) && !port.wakes(wake) && !isWaitedFor)
        {
            throw new IllegalArgumentException("port " + port.name() + " cannot wake a thread that waits elsewhere:" +
                " threadingMode=SHARED needs it to (a device wants SPLIT, or a DeviceWait as idleWait)");
        }
    }

    @Override
    public Wired wire(final Port port, final Runnable onReady)
    {
        final boolean isSelected = isSelected(port);
        if (isSelected)
        {
            selector.add(port, onReady);
        }
        return new Wired(port, isSelected);
    }

    @Override
    public void select()
    {
        if (selector != null)
        {
            selector.select();
        }
    }

    @Override
    public Runnable unwire(final Port polled)
    {
        if (selector != null)
        {
            selector.remove(polled);
        }
        return DONE;
    }

    @Override
    public void close()
    {
    }

    private boolean isSelected(final Port port)
    {
        return selector != null && selector.takes(port);
    }
}
