// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import jnr.ffi.LibraryLoader;

/**
 * A thread inside the network namespace of a host. A socket belongs to the namespace of the thread that opened it, so
 * one JVM can hold the sockets of all hosts, and any thread may use them afterwards.
 */
final class Inside implements AutoCloseable
{
    private static final int NEW_NETWORK = 0x4000_0000;
    private static final Kernel KERNEL = LibraryLoader.create(Kernel.class).failImmediately().load("c");

    private final ExecutorService thread;

    Inside(final String namespace)
    {
        thread = Executors.newSingleThreadExecutor(work ->
        {
            final Thread created = new Thread(() ->
            {
                enter(namespace);
                work.run();
            }, "in-" + namespace);
            created.setDaemon(true);
            return created;
        });
    }

    /** The calls of the C library that move a thread to another namespace. */
    public interface Kernel
    {
        /** See open(2). */
        int open(String path, int flags);

        /** See setns(2). */
        int setns(int descriptor, int type);

        /** See close(2). */
        int close(int descriptor);
    }

    /** Runs a task in the namespace and returns its result; any thread may call this. */
    <T> T call(final Callable<T> task) throws IOException
    {
        try
        {
            return thread.submit(task).get();
        }
        catch (final ExecutionException ex)
        {
            if (ex.getCause() instanceof IOException)
            {
                throw new IOException(ex.getCause().getMessage(), ex.getCause());
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (final RejectedExecutionException ex)
        {
            throw new IOException("the soak has ended", ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ex);
        }
    }

    private static void enter(final String namespace)
    {
        final String path = "/run/netns/" + namespace;
        final int descriptor = KERNEL.open(path, 0);
        if (descriptor < 0 || KERNEL.setns(descriptor, NEW_NETWORK) != 0)
        {
            throw new UncheckedIOException(new IOException("the kernel refused to enter " + path));
        }
        KERNEL.close(descriptor);
    }

    @Override
    public void close()
    {
        thread.shutdownNow();
    }
}
