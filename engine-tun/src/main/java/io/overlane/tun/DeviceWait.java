// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.EPOLLET;
import static io.overlane.tun.libc.Linux.EPOLLIN;

import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.tun.udp.DualStack;
import io.overlane.tun.udp.LibcUnderlay;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Lets one thread wait for devices and sockets together, and reports the devices that have frames.
 *
 * <p>An engine adds its devices itself. The constructor takes those that the engine cannot add: devices that are parts
 * of other ports, such as trunks, which are polled in every cycle.
 */
public final class DeviceWait implements PortSelector
{
    private final DescriptorWait wait = new DescriptorWait();
    private final IdentityHashMap<Port, DescriptorWait.Source> ports = new IdentityHashMap<>();

    /**
     * Waits for devices only.
     *
     * @throws IOException if the system refuses.
     */
    public DeviceWait() throws IOException
    {
        this(List.of());
    }

    /**
     * @param underlay whose datagrams end a wait; the caller closes it.
     * @param parts    devices that the engine cannot add; the caller closes them.
     * @throws IOException if the system refuses.
     */
    public DeviceWait(final LibcUnderlay underlay, final TunPort... parts) throws IOException
    {
        this(List.of(underlay), parts);
    }

    /**
     * @param underlays whose datagrams end a wait, for example the two of a {@link DualStack}; the caller closes them.
     * @param parts     devices that the engine cannot add; the caller closes them.
     * @throws IOException if the system refuses.
     */
    public DeviceWait(final List<LibcUnderlay> underlays, final TunPort... parts) throws IOException
    {
        try
        {
            underlays.forEach(underlay -> underlay.addTo(wait));
            for (final TunPort part : parts)
            {
                wait.add(part.descriptor(), EPOLLIN, true, () -> {});
            }
        }
        catch (final IllegalStateException ex)
        {
            close();
            throw new IOException(ex.getMessage(), ex);
        }
    }

    @Override
    public boolean takes(final Port port)
    {
        return port instanceof TunPort;
    }

    @Override
    public void add(final Port port, final Runnable onReady)
    {
        // Edge-triggered: an epoll reports a device once, and again only when a frame arrives after the device was
        // polled empty.
        ports.put(port, wait.add(((TunPort)port).descriptor(), EPOLLIN | EPOLLET, true, onReady));
    }

    @Override
    public void remove(final Port port)
    {
        final DescriptorWait.Source source = ports.remove(port);
        if (source != null)
        {
            wait.remove(source);
        }
    }

    @Override
    public void await(final long timeoutNs)
    {
        wait.await(timeoutNs);
    }

    @Override
    public void select()
    {
        wait.select();
    }

    @Override
    public void wake()
    {
        wait.wake();
    }

    @Override
    public void close()
    {
        wait.close();
    }
}
