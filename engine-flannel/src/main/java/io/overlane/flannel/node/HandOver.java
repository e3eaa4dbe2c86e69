// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.backend.TakenTunnels;
import io.overlane.flannel.backend.TunnelDescriptors;
import io.overlane.tun.DescriptorChannel;
import io.overlane.tun.DescriptorMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * Hands the tunnels of one node over to the next one on this host, so that a restart loses no packet: the next node
 * asks, the node ends and gives it the descriptors of its devices and sockets, and packets wait in the kernel until the
 * next node's tables are filled.
 */
final class HandOver implements AutoCloseable
{
    private static final String REQUEST = "take over";

    /** A node needs some hundred milliseconds to end; a check of the firewall may wait for seconds. */
    private static final long LONGEST_END_NS = TimeUnit.SECONDS.toNanos(30);

    /** It may wait for its registry first. */
    private static final long LONGEST_START_NS = TimeUnit.HOURS.toNanos(1);
    private static final long ACCEPT_NS = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable Path path;
    private final Runnable stop;
    private final Consumer<String> events;
    private final TakenTunnels taken;
    private @Nullable DescriptorChannel predecessor;
    private boolean hasFound;
    private List<TunnelDescriptors> left = List.of();
    private volatile @Nullable DescriptorChannel listener;
    private volatile @Nullable DescriptorChannel successor;

    /**
     * @param path of the socket; null for no hand-over.
     * @param stop ends this node because another one asks for its tunnels; called on another thread.
     */
    HandOver(final @Nullable Path path, final Runnable stop, final Consumer<String> events)
    {
        this.path = path;
        this.taken = new TakenTunnels(path != null);
        this.stop = stop;
        this.events = events;
    }

    /**
     * Look for a node that runs here; it goes on to run.
     *
     * @return true if one answers.
     * @throws IOException if the socket cannot be used; one line.
     */
    boolean find() throws IOException
    {
        predecessor = path == null ? null : DescriptorChannel.connect(path);
        hasFound = predecessor != null;
        return hasFound;
    }

    /**
     * Ask the node that was found to end and leave its tunnels; does nothing if none was found.
     *
     * @throws IOException if it does not end; one line.
     */
    void take() throws IOException
    {
        try (DescriptorChannel channel = predecessor)
        {
            if (channel != null)
            {
                channel.send(REQUEST, List.of());
                final DescriptorMessage message = channel.receive(LONGEST_END_NS);
                if (message != null)
                {
                    taken.put(message);
                }
                events.accept("the node that ran here has ended and left " +
                    (taken.names().isEmpty() ? "no device" : String.join(", ", taken.names())));
            }
        }
        predecessor = null;
    }

    /** @return the tunnels that another node left to this one; empty before {@link #take}. */
    TakenTunnels taken()
    {
        return taken;
    }

    /**
     * The tables of this node are filled: packets that waited may come, and the next node may ask. Only the first call
     * does something.
     *
     * @return true if another node ended for this one, so that its ports are free now.
     * @throws IOException if the socket cannot be made; one line.
     */
    boolean begin() throws IOException
    {
        taken.begin();
        if (path == null || listener != null)
        {
            return false;
        }
        listener = DescriptorChannel.listen(path);
        final Thread thread = new Thread(this::run, "flannel-hand-over");
        thread.setDaemon(true);
        thread.start();
        return hasFound;
    }

    private void run()
    {
        final DescriptorChannel open = Objects.requireNonNull(listener);
        while (!open.isClosed() && successor == null)
        {
            try
            {
                final DescriptorChannel channel = open.accept(ACCEPT_NS);
                if (channel != null)
                {
                    answer(channel);
                }
            }
            catch (final IOException ex)
            {
                events.accept("hand-over: " + ex.getMessage());
            }
        }
    }

    /** The other node asks when it is about to open its tunnels, or closes the connection if it fails before. */
    private void answer(final DescriptorChannel channel) throws IOException
    {
        try (DescriptorMessage request = channel.receive(LONGEST_START_NS))
        {
            if (request != null && request.text().equals(REQUEST))
            {
                events.accept("another node takes over");
                successor = channel;
                stop.run();
            }
        }
        finally
        {
            if (successor == null)
            {
                channel.close();
            }
        }
    }

    /** @return true if another node waits for the tunnels. */
    boolean isAsked()
    {
        return successor != null;
    }

    /** Close the network of this node; its tunnels go on to exist if another node waits for them. */
    void close(final NodeNetwork network) throws IOException
    {
        if (isAsked())
        {
            left = network.leave();
        }
        else
        {
            network.close();
        }
    }

    /**
     * Give the tunnels to the node that waits for them, if one does; nothing of this node may be open any more.
     *
     * @throws IOException if the other node is gone; one line.
     */
    void give() throws IOException
    {
        try (DescriptorChannel channel = successor)
        {
            if (channel != null)
            {
                channel.send(
                    // A line for each device; an empty text is not a message.
                    left.stream().map(tunnel -> tunnel.name() + '\n').collect(Collectors.joining("", "", "\n")),
                    left.stream().flatMap(tunnel -> Stream.of(tunnel.device(), tunnel.socket())).toList());
            }
        }
    }

    /** Stop waiting for another node. One that has asked is still waiting for {@link #give}. */
    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(listener, predecessor, taken);
    }
}
