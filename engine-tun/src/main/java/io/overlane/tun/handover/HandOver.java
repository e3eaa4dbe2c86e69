// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import io.overlane.tun.DescriptorChannel;
import io.overlane.tun.DescriptorMessage;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * Hands the devices and sockets of one process over to the next one on this host, so that a restart loses no packet:
 * the next process asks, the process ends and gives it the descriptors, and packets wait in the kernel until the next
 * process's tables are filled.
 */
public final class HandOver implements AutoCloseable
{
    private static final String REQUEST = "take over";

    /** A process needs some hundred milliseconds to end; a check of the firewall may wait for seconds. */
    private static final long LONGEST_END_NS = TimeUnit.SECONDS.toNanos(30);

    /** A process asks as soon as it is connected. If it hangs, another one that asks is still served in time. */
    private static final long LONGEST_REQUEST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long ACCEPT_NS = TimeUnit.SECONDS.toNanos(1);

    /** In a message. */
    private static final int MOST_DESCRIPTORS = 16;
    private static final int MOST_BYTES = 4096;

    private final String who;
    private final @Nullable Path path;
    private final Runnable stop;
    private final Consumer<String> events;
    private final TakenDescriptors taken;
    private final long longestEndNs;
    private boolean hasFound;
    private boolean hasAsked;
    private Map<String, Integer> left = Map.of();
    private List<String> notes = List.of();
    private volatile @Nullable DescriptorChannel listener;
    private volatile @Nullable DescriptorChannel successor;

    /**
     * @param who    the process is, for people, such as {@code node}.
     * @param path   of the socket; null for no hand-over.
     * @param stop   ends this process because another one asks for its devices; called on another thread.
     * @param events takes lines for people.
     */
    public HandOver(
        final String who, final @Nullable Path path, final Runnable stop, final Consumer<String> events)
    {
        this(who, path, stop, events, LONGEST_END_NS);
    }

    HandOver(
        final String who,
        final @Nullable Path path,
        final Runnable stop,
        final Consumer<String> events,
        final long longestEndNs)
    {
        this.who = who;
        this.longestEndNs = longestEndNs;
        this.path = path;
        this.taken = new TakenDescriptors(path != null);
        this.stop = stop;
        this.events = events;
    }

    /**
     * Look for a process that runs here; it goes on to run, and learns nothing of this one.
     *
     * @return true if one answers.
     * @throws IOException if the socket cannot be used; one line.
     */
    public boolean find() throws IOException
    {
        try (DescriptorChannel channel = path == null ? null : DescriptorChannel.connect(path))
        {
            hasFound = channel != null;
        }
        return hasFound;
    }

    /**
     * Ask the process that was found to end and leave its devices. It may have ended since, and has left nothing then.
     * Only the first call asks, and only if a process was found.
     *
     * @throws IOException if it does not end; one line.
     */
    public void take() throws IOException
    {
        if (path == null || !hasFound || hasAsked)
        {
            return;
        }
        hasAsked = true;
        boolean hasEnded = false;
        try (DescriptorChannel channel = DescriptorChannel.connect(path))
        {
            hasEnded = channel != null && ask(channel);
        }
        catch (final SocketTimeoutException ex)
        {
            throw new IOException("the " + who + " that answers at " + path + " has not ended within " +
                TimeUnit.NANOSECONDS.toSeconds(longestEndNs) + " s: another process takes over from it, or it hangs;" +
                " wait until it has ended, or end it, then start this " + who + " again", ex);
        }
        events.accept(hasEnded ?
            "the " + who + " that ran here has ended and left " +
                (taken.names().isEmpty() ? "no device" : String.join(", ", taken.names())) :
            "the " + who + " that ran here ended before it was asked, and left no device");
    }

    /** False if the other process ended before it read the request. */
    private boolean ask(final DescriptorChannel channel) throws IOException
    {
        try
        {
            channel.send(REQUEST, List.of());
            for (DescriptorMessage message = channel.receive(longestEndNs);
                message != null;
                message = channel.receive(longestEndNs))
            {
                taken.put(message);
            }
            return true;
        }
        catch (final SocketException ex)
        {
            return false;
        }
    }

    /** @return what another process left to this one; empty before {@link #take}. */
    public TakenDescriptors taken()
    {
        return taken;
    }

    /**
     * The tables of this process are filled: packets that waited may come, and the next process may ask. Only the first
     * call does something.
     *
     * @return true if another process ended for this one, so that its ports are free now.
     * @throws IOException if the socket cannot be made; one line.
     */
    public boolean begin() throws IOException
    {
        taken.begin();
        if (path == null || listener != null)
        {
            return false;
        }
        listener = DescriptorChannel.listen(path);
        final Thread thread = new Thread(this::run, "hand-over");
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

    /** A process that only wants to know whether one runs here closes the connection. */
    private void answer(final DescriptorChannel channel) throws IOException
    {
        try (DescriptorMessage request = channel.receive(LONGEST_REQUEST_NS))
        {
            if (request != null && request.text().equals(REQUEST))
            {
                events.accept("another " + who + " takes over");
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

    /** @return true if another process waits for the devices. */
    public boolean isAsked()
    {
        return successor != null;
    }

    /**
     * Say what the other process gets.
     *
     * @param descriptors by name; {@link #give} closes them.
     * @param lines       about the tables, one in each line, below 4 KiB.
     */
    public void leave(final Map<String, Integer> descriptors, final List<String> lines)
    {
        left = descriptors;
        notes = lines;
    }

    /**
     * Give the descriptors to the process that waits for them, if one does; nothing of this one may be open any more.
     *
     * @throws IOException if the other process is gone; one line.
     */
    public void give() throws IOException
    {
        try (DescriptorChannel channel = successor)
        {
            if (channel != null)
            {
                final List<Map.Entry<String, Integer>> all = List.copyOf(left.entrySet());
                for (int i = 0; i < all.size(); i += MOST_DESCRIPTORS)
                {
                    final var some = all.subList(i, Math.min(all.size(), i + MOST_DESCRIPTORS));
                    channel.send(
                        some.stream().map(Map.Entry::getKey).collect(Collectors.joining("\n")),
                        some.stream().map(Map.Entry::getValue).toList());
                }
                giveNotes(channel);
            }
        }
    }

    private void giveNotes(final DescriptorChannel channel) throws IOException
    {
        final StringBuilder text = new StringBuilder();
        for (final String line : notes)
        {
            if (text.length() + line.length() >= MOST_BYTES)
            {
                channel.send(text.toString(), List.of());
                text.setLength(0);
            }
            text.append(line).append('\n');
        }
        if (text.length() > 0)
        {
            channel.send(text.toString(), List.of());
        }
    }

    /** Stop waiting for another process. One that has asked is still waiting for {@link #give}. */
    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(listener, taken);
    }
}
