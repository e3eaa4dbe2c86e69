package io.overlane.agent;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbControl;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * Asks the thread that owns the tables for changes, one method per command, from any thread. Each returns a future
 * that completes with false when there was nothing to change or no room, or exceptionally when the command makes no
 * sense (no such segment), when too many are waiting, or when the engine is closed.
 */
public final class ForwarderProxy
{
    private final Forwarding forwarding;
    private final ManyToOneConcurrentArrayQueue<Runnable> commands;
    private final Runnable wake;
    private volatile boolean isClosed;

    /**
     * @param forwarding what the commands change.
     * @param commands   to the thread that may.
     * @param wake       wakes it.
     */
    public ForwarderProxy(
        final Forwarding forwarding, final ManyToOneConcurrentArrayQueue<Runnable> commands, final Runnable wake)
    {
        this.forwarding = forwarding;
        this.commands = commands;
        this.wake = wake;
    }

    /**
     * @param vni    of a segment.
     * @param mac    of a station.
     * @param remote where it lives.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putFdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        return ask(() -> forwarding.putFdb(vni, mac, remote));
    }

    /**
     * @param vni of a segment.
     * @param mac of a station.
     * @return false if it had no entry.
     */
    public CompletableFuture<Boolean> removeFdb(final int vni, final MacAddress mac)
    {
        return ask(() -> forwarding.removeFdb(vni, mac));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return false if it was in the list already, or there is no room.
     */
    public CompletableFuture<Boolean> addFlood(final int vni, final Vtep remote)
    {
        return ask(() -> forwarding.addFlood(vni, remote));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets no more copies.
     * @return false if it was not in the list.
     */
    public CompletableFuture<Boolean> removeFlood(final int vni, final Vtep remote)
    {
        return ask(() -> forwarding.removeFlood(vni, remote));
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @param mac     its MAC.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        return ask(() -> forwarding.putNeighbor(vni, address, mac));
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @return false if it was not known.
     */
    public CompletableFuture<Boolean> removeNeighbor(final int vni, final IpAddress address)
    {
        return ask(() -> forwarding.removeNeighbor(vni, address));
    }

    /**
     * @param destination inner destinations of the IP network.
     * @param remote      where they live.
     * @return false if there is no room.
     */
    public CompletableFuture<Boolean> putRoute(final IpPrefix destination, final Vtep remote)
    {
        return ask(() -> forwarding.putRoute(destination, remote));
    }

    /**
     * @param destination inner destinations of the IP network.
     * @return false if it had no route.
     */
    public CompletableFuture<Boolean> removeRoute(final IpPrefix destination)
    {
        return ask(() -> forwarding.removeRoute(destination));
    }

    /**
     * @param operation on the FDB and the flood lists, run on the thread that writes them.
     * @param <T>       what it answers.
     * @return completes with the answer.
     */
    public <T> CompletableFuture<T> fdb(final Function<FdbControl, T> operation)
    {
        return ask(() -> operation.apply(forwarding.fdbControl()));
    }

    /** Fail what still waits and whatever is asked from now on. Called once the agents have stopped. */
    public void close()
    {
        isClosed = true;
        failWaiting();
    }

    private <T> CompletableFuture<T> ask(final Supplier<T> command)
    {
        final Command<T> asked = new Command<>(command);
        if (isClosed)
        {
            asked.fail("the engine is closed");
            return asked.answer;
        }
        if (!commands.offer(asked))
        {
            asked.fail("too many commands are waiting");
        }
        wake.run();
        if (isClosed)
        {
            // It was closed while we asked, and may have looked at the queue before our command was in it.
            failWaiting();
        }
        return asked.answer;
    }

    private synchronized void failWaiting()
    {
        commands.drain(command -> ((Command<?>)command).fail("the engine is closed"));
    }

    /** One command and the answer to it. */
    private static final class Command<T> implements Runnable
    {
        private final Supplier<T> command;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        private Command(final Supplier<T> command)
        {
            this.command = command;
        }

        @Override
        public void run()
        {
            try
            {
                answer.complete(command.get());
            }
            catch (final RuntimeException ex)
            {
                answer.completeExceptionally(ex);
            }
        }

        private void fail(final String reason)
        {
            answer.completeExceptionally(new IllegalStateException(reason));
        }
    }
}
