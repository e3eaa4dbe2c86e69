// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.status.GuardedErrorHandler;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * Commands from any thread to one, which runs them between two batches in the order they came. Every future completes:
 * with the answer, with whatever the command threw, or exceptionally when the queue is closed.
 */
final class CommandQueue
{
    /** Maximum number of commands that wait. */
    private static final int CAPACITY = 4096;

    private final ManyToOneConcurrentLinkedQueue<Command<?>> commands = new ManyToOneConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Runnable wake;
    private final Runnable afterEach;
    private final GuardedErrorHandler errorHandler;
    private volatile boolean isClosed;

    /**
     * @param wake         wakes the thread that runs them.
     * @param errorHandler gets what {@code wake} throws: the command waits in the queue all the same.
     */
    CommandQueue(final Runnable wake, final GuardedErrorHandler errorHandler)
    {
        this(wake, () -> {}, errorHandler);
    }

    /**
     * @param wake         wakes the thread that runs them.
     * @param afterEach    runs after each command, before its future completes.
     * @param errorHandler gets what {@code wake} and {@code afterEach} throw.
     */
    CommandQueue(final Runnable wake, final Runnable afterEach, final GuardedErrorHandler errorHandler)
    {
        this.wake = wake;
        this.afterEach = afterEach;
        this.errorHandler = errorHandler;
    }

    /**
     * @param command what to do.
     * @param <T>     what it answers.
     * @return completes with the answer; exceptionally with what the command threw, when too many are waiting, or when
     *         the engine is closed.
     */
    public <T> CompletableFuture<T> ask(final Supplier<T> command)
    {
        return ask(command, CAPACITY);
    }

    /**
     * The same for what has to follow something that has been done: there is always room for it.
     *
     * @param command what to do.
     * @param <T>     what it answers.
     * @return completes with the answer; exceptionally with what the command threw, or when the engine is closed.
     */
    public <T> CompletableFuture<T> follow(final Supplier<T> command)
    {
        return ask(command, Integer.MAX_VALUE);
    }

    /**
     * On the one thread.
     *
     * @param limit commands to run at most.
     * @return commands that ran.
     */
    public int run(final int limit)
    {
        int count = 0;
        while (count < limit)
        {
            final Command<?> command = commands.poll();
            if (command == null)
            {
                break;
            }
            waiting.decrementAndGet();
            command.run(this::finish);
            count++;
        }
        if (count > 0)
        {
            // What a callback did to its thread must not reach a socket: NIO closes it on an interrupted thread.
            Thread.interrupted();
        }
        return count;
    }

    /**
     * Fail what still waits and whatever is asked from now on. On the one thread as it ends, or once it has ended;
     * closing twice does no harm.
     */
    public void close()
    {
        isClosed = true;
        failWaiting();
    }

    private void finish()
    {
        errorHandler.run(afterEach);
    }

    private <T> CompletableFuture<T> ask(final Supplier<T> command, final int capacity)
    {
        final Command<T> asked = new Command<>(command, new CompletableFuture<>());
        if (isClosed)
        {
            asked.fail("the engine is closed");
            return asked.answer();
        }
        if (waiting.incrementAndGet() > capacity)
        {
            waiting.decrementAndGet();
            asked.fail("too many commands are waiting");
            return asked.answer();
        }
        commands.offer(asked);
        errorHandler.run(wake);
        // The queue publishes with a release only. Without the fence this read could come before it, and close() could
        // look at the queue too early as well: the future would never complete.
        VarHandle.fullFence();
        if (isClosed)
        {
            // It was closed while we asked, and may have looked at the queue before our command was in it.
            failWaiting();
        }
        return asked.answer();
    }

    private void failWaiting()
    {
        final List<Command<?>> failed = new ArrayList<>();
        synchronized (commands)
        {
            for (Command<?> command = commands.poll(); command != null; command = commands.poll())
            {
                failed.add(command);
            }
        }
        // Outside of the lock: callbacks run here.
        failed.forEach(command -> command.fail("the engine is closed"));
    }

    /** One command and the answer to it. */
    private record Command<T>(Supplier<T> command, CompletableFuture<T> answer)
    {
        private void run(final Runnable finish)
        {
            final T result;
            try
            {
                result = command.get();
            }
            catch (final Throwable ex)
            {
                finish.run();
                answer.completeExceptionally(ex);
                return;
            }
            finish.run();
            answer.complete(result);
        }

        private void fail(final String reason)
        {
            answer.completeExceptionally(new IllegalStateException(reason));
        }
    }
}
