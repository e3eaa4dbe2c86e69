package io.overlane.status;

import org.agrona.ErrorHandler;

/**
 * Calls the application's error handler and survives whatever it does: a handler that throws costs a line on standard
 * error, never the thread that reports.
 */
public final class GuardedErrorHandler implements ErrorHandler
{
    private final ErrorHandler handler;

    private GuardedErrorHandler(final ErrorHandler handler)
    {
        this.handler = handler;
    }

    /**
     * Guard a handler.
     *
     * @param handler of the application; null for one that writes a line to standard error.
     * @return a handler that never throws.
     */
    public static GuardedErrorHandler of(final ErrorHandler handler)
    {
        return handler instanceof GuardedErrorHandler guarded ? guarded :
            new GuardedErrorHandler(handler == null ? GuardedErrorHandler::print : handler);
    }

    @Override
    public void onError(final Throwable error)
    {
        try
        {
            handler.onError(error);
        }
        catch (final Throwable ex)
        {
            print(ex, error);
        }
    }

    /**
     * Close all of them; what one of them throws is reported and does not keep the others open.
     *
     * @param closeables to close; those that are null are passed over.
     */
    public void closeAll(final Iterable<? extends AutoCloseable> closeables)
    {
        for (final AutoCloseable closeable : closeables)
        {
            if (closeable != null)
            {
                try
                {
                    closeable.close();
                }
                catch (final Throwable ex)
                {
                    onError(ex);
                }
            }
        }
    }

    /**
     * Run foreign code; what it throws is reported.
     *
     * @param code to run.
     */
    public void run(final Runnable code)
    {
        try
        {
            code.run();
        }
        catch (final Throwable ex)
        {
            onError(ex);
        }
    }

    private static void print(final Throwable error)
    {
        System.err.println("overlane: " + error);
    }

    private static void print(final Throwable thrown, final Throwable error)
    {
        try
        {
            System.err.println("overlane: " + error + " (the error handler itself threw " + thrown + ")");
        }
        catch (final Throwable ex)
        {
            // Not even a line can be written, out of memory for example: there is nobody left to tell.
        }
    }
}
