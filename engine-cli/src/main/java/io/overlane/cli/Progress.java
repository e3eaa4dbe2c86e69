// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Says on standard error what a command is doing if that takes longer than two seconds: on a terminal in one line that
 * is drawn again and erased at the end, otherwise in one plain line.
 */
public final class Progress implements AutoCloseable
{
    private static final long PATIENCE_MS = 2000;
    private static final long REDRAW_MS = 250;
    private static final long CLOSE_LIMIT_MS = 1000;
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter err;
    private final Supplier<String> state;
    private final BooleanSupplier isTerminal;
    private final long patienceMs;
    private final long startNs = System.nanoTime();
    private final Thread thread = new Thread(this::run, "progress");
    private boolean isOver;
    private boolean isDrawn;

    Progress(
        final PrintWriter err,
        final Supplier<String> state,
        final BooleanSupplier isTerminal,
        final long patienceMs)
    {
        this.err = err;
        this.state = state;
        this.isTerminal = isTerminal;
        this.patienceMs = patienceMs;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * @param err   for the line.
     * @param state answers what the command is doing, with numbers if it has any; empty if it does nothing that takes
     *              long now. Called on another thread.
     * @return to be closed when it is done, before anything else is printed.
     */
    public static Progress begin(final PrintWriter err, final Supplier<String> state)
    {
        return new Progress(err, state, () -> TerminalCheck.isTerminal(2), PATIENCE_MS);
    }

    /** Erase the line, because something else will be printed; it is drawn again later. */
    public synchronized void erase()
    {
        if (isDrawn)
        {
            err.print(ERASE);
            err.flush();
            isDrawn = false;
        }
    }

    /** Erase the line for good. */
    @Override
    public void close()
    {
        synchronized (this)
        {
            isOver = true;
            notifyAll();
            erase();
        }
        try
        {
            thread.join(CLOSE_LIMIT_MS);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void run()
    {
        try
        {
            pause(patienceMs);
            final boolean isDrawing = !isOver && isTerminal.getAsBoolean();
            boolean isSaid = false;
            while (!isOver)
            {
                final String now = state.get();
                if (isDrawing)
                {
                    draw(now);
                }
                else if (!isSaid && !now.isEmpty())
                {
                    err.println("progress: " + now);
                    err.flush();
                    isSaid = true;
                }
                pause(REDRAW_MS);
            }
        }
        catch (final InterruptedException ex)
        {
            // Nobody interrupts this thread; if somebody does, there is no line any more.
            isOver = true;
        }
    }

    private void draw(final String now)
    {
        if (now.isEmpty())
        {
            erase();
            return;
        }
        err.print(ERASE + now + ", " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs) + " s");
        err.flush();
        isDrawn = true;
    }

    private void pause(final long ms) throws InterruptedException
    {
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long leftMs = ms; !isOver && leftMs > 0; )
        {
            wait(leftMs);
            leftMs = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
        }
    }
}
