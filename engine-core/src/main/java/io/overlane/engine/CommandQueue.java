// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Commands from any thread to one thread, which runs them in order between two batches. Every future completes: with
 * the result of the command, with the exception it threw, or exceptionally when the queue is closed.
 */
final class CommandQueue
{
    /** Maximum number of commands that wait. */
    private static final int CAPACITY = 4096;

    private final Queue<Command<?>> commands = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Runnable wake;
    private final Runnable afterEach;
    private final GuardedErrorHandler errorHandler;
    private volatile boolean isClosed;

    /**
     * @param wake         wakes the thread that runs the commands.
     * @param afterEach    runs after each command, before its future completes.
     * @param errorHandler gets exceptions from {@code wake}, which leave the command in the queue, and from
     *                     {@code afterEach}.
     */
    CommandQueue(final Runnable wake, final Runnable afterEach, final GuardedErrorHandler errorHandler)
    {
        this.wake = wake;
        this.afterEach = afterEach;
        this.errorHandler = errorHandler;
    }

    /** Run a command. Its future also fails if too many commands are waiting. Any thread. */
    <T> CompletableFuture<T> ask(final Supplier<T> command)
    {
        return ask(command, CAPACITY);
    }

    /** Run a command that is the next step of an earlier one: there is always room for it. Any thread. */
    <T> CompletableFuture<T> follow(final Supplier<T> command)
    {
        return ask(command, Integer.MAX_VALUE);
    }

    /** Run a command without an answer that is the next step of an earlier one. Any thread. */
    CompletableFuture<Void> perform(final Runnable command)
    {
        return follow(() ->
        {
            command.run();
            return null;
        });
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
            asked.fail("too many commands are waiting; wait until some of them have completed");
            return asked.answer();
        }
        commands.offer(asked);
        errorHandler.run(wake);
        if (isClosed)
        {
            // close() may have looked at the queue before this command was in it.
            failWaiting();
        }
        return asked.answer();
    }

    /** Run at most {@code limit} commands, and return how many ran. On the one thread. */
    int run(final int limit)
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
            command.run(() -> errorHandler.run(afterEach));
            count++;
        }
        if (count > 0)
        {
            // A callback may have interrupted this thread, and NIO would close the socket of an interrupted thread.
            Thread.interrupted();
        }
        return count;
    }

    /**
     * Fail all commands that wait, and all that follow. On the one thread as it ends, or when it has ended. A second
     * call does nothing.
     */
    void close()
    {
        isClosed = true;
        failWaiting();
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
        // Callbacks run here, so this is outside of the lock.
        failed.forEach(command -> command.fail("the engine is closed"));
    }

    private record Command<T>(Supplier<T> command, CompletableFuture<T> answer)
    {
        private void run(final Runnable beforeAnswer)
        {
            final T result;
            try
            {
                result = command.get();
            }
            catch (final Throwable ex)
            {
                beforeAnswer.run();
                answer.completeExceptionally(ex);
                return;
            }
            beforeAnswer.run();
            answer.complete(result);
        }

        private void fail(final String reason)
        {
            answer.completeExceptionally(new IllegalStateException(reason));
        }
    }
}
