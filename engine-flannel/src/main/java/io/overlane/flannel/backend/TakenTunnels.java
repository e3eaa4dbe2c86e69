// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.tun.DescriptorMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices and sockets that a node left to its successor on this host, with the packets that wait in them. Each is
 * used once, by the first tunnel of its name, which reads it from {@link #begin} on. One thread at a time uses this.
 */
public final class TakenTunnels implements AutoCloseable
{
    /** For each tunnel the descriptor of its device, then that of its socket. */
    private static final int DESCRIPTORS = 2;

    /**
     * Half a minute of 150 packets a second. It must be set when the device is made: the kernel drops packets while it
     * changes the length.
     */
    private static final int QUEUE_LENGTH = 5_000;

    private final Gate gate = new Gate();
    private final boolean isLeft;
    private List<String> names = List.of();
    private final List<String> left = new ArrayList<>();
    private @Nullable DescriptorMessage message;

    /** @param isLeft whether this node will leave its tunnels to another one. */
    public TakenTunnels(final boolean isLeft)
    {
        this.isLeft = isLeft;
    }

    /**
     * @param tunnels text that names the devices, one in each line, with the descriptors of device and socket for each.
     *                It is closed with this.
     * @throws IllegalArgumentException if the descriptors do not fit the names.
     */
    public void put(final DescriptorMessage tunnels)
    {
        message = tunnels;
        names = tunnels.text().lines().filter(name -> !name.isBlank()).toList();
        if (tunnels.size() != DESCRIPTORS * names.size())
        {
            throw new IllegalArgumentException(
                "two descriptors for each of " + names + " were expected, not " + tunnels.size());
        }
        left.addAll(names);
    }

    /** @return the names of the devices that were left. */
    public List<String> names()
    {
        return names;
    }

    /** @return packets that wait in a new device while no node reads it; 0 for the kernel's usual number. */
    int queueLength()
    {
        return isLeft ? QUEUE_LENGTH : 0;
    }

    /** @return descriptors that the caller has to close; null if no tunnel of this name was left. */
    @Nullable TunnelDescriptors take(final String device)
    {
        final int index = DESCRIPTORS * names.indexOf(device);
        return message == null || !left.remove(device) ? null :
            new TunnelDescriptors(device, message.take(index), message.take(index + 1));
    }

    Gate gate()
    {
        return gate;
    }

    /** Read the devices and sockets from now on: the tables are filled. Those that no tunnel has taken are closed. */
    public void begin()
    {
        gate.open();
        close();
    }

    /** Close the devices and sockets that no tunnel has taken. */
    @Override
    public void close()
    {
        left.clear();
        if (message != null)
        {
            message.close();
        }
    }
}
