// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import java.util.concurrent.ThreadFactory;

/**
 * Makes the threads of engines with the application's factory, and recognises them: code that an engine calls on them
 * must not wait for an engine to end.
 */
final class EngineThreads
{
    private static final ThreadLocal<Boolean> IS_ENGINE = ThreadLocal.withInitial(() -> Boolean.FALSE);

    private EngineThreads()
    {
    }

    /**
     * Make a thread, which the caller has to start.
     *
     * @throws IllegalStateException with one line if the factory fails.
     */
    public static Thread make(final ThreadFactory factory, final String name, final Runnable body)
    {
        final Thread thread;
        try
        {
            thread = factory.newThread(() ->
            {
                IS_ENGINE.set(Boolean.TRUE);
                body.run();
            });
        }
        catch (final RuntimeException ex)
        {
            throw new IllegalStateException("the thread factory threw " + ex + " for the thread " + name, ex);
        }
        if (thread == null)
        {
            throw new IllegalStateException("the thread factory returned null for the thread " + name);
        }
        if (thread.getState() != Thread.State.NEW)
        {
            throw new IllegalStateException(
                "the thread factory returned a thread that had been started before, for the thread " + name);
        }
        thread.setName(name);
        return thread;
    }

    /** True on a thread that an engine made, and on a thread that runs a duty cycle of an engine now. */
    public static boolean isCurrent()
    {
        return IS_ENGINE.get();
    }

    /** Set the result of {@link #isCurrent()} on this thread, which begins or ends a duty cycle of an engine. */
    public static void mark(final boolean isEngine)
    {
        IS_ENGINE.set(isEngine);
    }
}
