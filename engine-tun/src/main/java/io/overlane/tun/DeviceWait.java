package io.overlane.tun;

import io.overlane.signal.IdleWait;
import java.io.IOException;
import java.util.List;

/** Lets one thread wait for devices and the socket together: one {@code ppoll} over all their descriptors. */
public final class DeviceWait implements IdleWait
{
    private final TunPort[] ports;
    private final Waiter waiter;

    /**
     * @param underlay whose datagrams to wait for; stays the caller's.
     * @param ports    whose frames to wait for; they stay the caller's too.
     * @throws IOException if there is no eventfd to be had.
     */
    public DeviceWait(final LibcUnderlay underlay, final TunPort... ports) throws IOException
    {
        this(List.of(underlay), ports);
    }

    /**
     * @param underlays whose datagrams to wait for, those of a {@link DualStack} for one; they stay the caller's.
     * @param ports     whose frames to wait for; they stay the caller's too.
     * @throws IOException if there is no eventfd to be had.
     */
    public DeviceWait(final List<LibcUnderlay> underlays, final TunPort... ports) throws IOException
    {
        this.ports = ports.clone();
        final Descriptor[] descriptors = new Descriptor[ports.length + underlays.size()];
        for (int i = 0; i < ports.length; i++)
        {
            descriptors[i] = ports[i].descriptor();
        }
        for (int i = 0; i < underlays.size(); i++)
        {
            descriptors[ports.length + i] = underlays.get(i).descriptor();
        }
        waiter = new Waiter(descriptors);
    }

    @Override
    public void await(final long timeoutNs)
    {
        for (int i = 0; i < ports.length; i++)
        {
            if (ports[i].isGone())
            {
                waiter.ignore(i);
            }
        }
        waiter.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        waiter.wake();
    }

    @Override
    public void close()
    {
        waiter.close();
    }
}
