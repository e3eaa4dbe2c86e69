// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A running command whose output is collected line by line; killed when closed. One thread uses it.
 */
public final class LabProcess implements AutoCloseable
{
    private static final int SIGNAL_BASE = 128;

    private static final String PROGRESS = "progress: ";

    private final List<String> command;
    private final Process process;
    private final Lines stdout;
    private final Lines stderr;

    private LabProcess(final List<String> command, final Process process)
    {
        this.command = command;
        this.process = process;
        stdout = new Lines(process.getInputStream());
        stderr = new Lines(process.getErrorStream());
    }

    /**
     * @param command program and arguments, no shell.
     * @return the running process.
     */
    public static LabProcess start(final List<String> command)
    {
        try
        {
            final ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
            builder.environment().put("LC_ALL", "C");
            return new LabProcess(List.copyOf(command), builder.start());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * As {@link #start}, for a process that reads lines.
     *
     * @param command program and arguments, no shell.
     * @return the running process.
     */
    static LabProcess startReader(final List<String> command)
    {
        try
        {
            return new LabProcess(List.copyOf(command), new ProcessBuilder(command).start());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Write a line to standard input. */
    void write(final String line)
    {
        try
        {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(describe(), ex);
        }
    }

    /**
     * Wait for the end.
     *
     * @param seconds at most; the process is killed then.
     * @return what it left behind, without lines about its progress; a status above 128 is a signal.
     */
    public CommandResult await(final int seconds)
    {
        try
        {
            final boolean inTime = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!inTime)
            {
                process.destroyForcibly();
            }
            stdout.await();
            stderr.await();
            if (!inTime)
            {
                throw new AssertionError("still running after " + seconds + " s: " + describe());
            }
            // On a busy machine anything may take so long that a command says what it is doing.
            final List<String> complaints =
                stderr.copy().stream().filter(line -> !line.startsWith(PROGRESS)).toList();
            return new CommandResult(command, process.exitValue(), stdout.copy(), complaints);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", ex);
        }
    }

    /**
     * Wait until a line of standard output starts with a text.
     *
     * @param start   how the line starts.
     * @param seconds at most.
     * @return the line.
     * @throws AssertionError if the process ends first or the time is over.
     */
    public String awaitLine(final String start, final int seconds)
    {
        final int index = stdout.await(line -> line.startsWith(start), seconds);
        if (index < 0)
        {
            throw new AssertionError("no line '" + start + "…' from " + describe());
        }
        return stdout.line(index);
    }

    /**
     * Wait until a line of standard output holds a text.
     *
     * @param text    in the line.
     * @param seconds at most.
     * @return when the line came, as {@link System#nanoTime} has it.
     * @throws AssertionError if the process ends first or the time is over.
     */
    public long awaitArrivalNs(final String text, final int seconds)
    {
        final int index = stdout.await(line -> line.contains(text), seconds);
        if (index < 0)
        {
            throw new AssertionError("no line with '" + text + "' from " + describe());
        }
        return stdout.arrivalNs(index);
    }

    /**
     * Wait until it has said what it is doing, as commands do that take longer than two seconds.
     *
     * @param what    it is doing.
     * @param seconds at most.
     */
    public void awaitProgress(final String what, final int seconds)
    {
        if (stderr.await(line -> line.equals(PROGRESS + what), seconds) < 0)
        {
            throw new AssertionError("no line '" + PROGRESS + what + "' from " + describe());
        }
    }

    /** @return the latest line of standard output, or null. */
    String lastLine()
    {
        return stdout.last();
    }

    /**
     * Send a signal.
     *
     * @param name without {@code SIG}, as kill(1) takes it.
     */
    public void signal(final String name)
    {
        start(List.of("kill", "-" + name, Long.toString(pid()))).await(120).orFail();
    }

    /** Send SIGKILL. If the process has ended already, nothing happens. */
    public void kill()
    {
        process.destroyForcibly();
    }

    /** @return what would be an exit status after this signal number. */
    public static int statusOfSignal(final int number)
    {
        return SIGNAL_BASE + number;
    }

    /** @return lines of standard output so far. */
    public List<String> stdout()
    {
        return stdout.copy();
    }

    /** @return lines of standard error so far. */
    public List<String> stderr()
    {
        return stderr.copy();
    }

    /** @return the process id, the same inside the namespace. */
    public long pid()
    {
        return process.pid();
    }

    /** @return true while it runs. */
    public boolean isAlive()
    {
        return process.isAlive();
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }

    private String describe()
    {
        return String.join(" ", command) + "\nstdout: " + stdout.copy() + "\nstderr: " + stderr.copy();
    }

    /** One stream, read by a thread of its own so that the process never waits for us. */
    private static final class Lines implements Runnable
    {
        private final List<String> lines = new ArrayList<>();
        private final List<Long> arrivalsNs = new ArrayList<>();
        private final InputStream stream;
        private final Thread reader;
        private boolean ended;

        Lines(final InputStream stream)
        {
            this.stream = stream;
            reader = new Thread(this, "lab-output");
            reader.setDaemon(true);
            reader.start();
        }

        @Override
        public void run()
        {
            try (BufferedReader input = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)))
            {
                for (String line = input.readLine(); line != null; line = input.readLine())
                {
                    add(line);
                }
            }
            catch (final IOException ex)
            {
                add("(output lost: " + ex.getMessage() + ")");
            }
            finally
            {
                end();
            }
        }

        synchronized List<String> copy()
        {
            return List.copyOf(lines);
        }

        /** The stream may outlive the process in a grandchild; do not wait for that one. */
        void await() throws InterruptedException
        {
            reader.join(TimeUnit.SECONDS.toMillis(5));
        }

        synchronized String line(final int index)
        {
            return lines.get(index);
        }

        synchronized long arrivalNs(final int index)
        {
            return arrivalsNs.get(index);
        }

        synchronized String last()
        {
            return lines.isEmpty() ? null : lines.get(lines.size() - 1);
        }

        /** @return index of the first such line; negative if the stream ends first or the time is over. */
        synchronized int await(final Predicate<String> wanted, final int seconds)
        {
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            for (int seen = 0;; seen++)
            {
                while (seen == lines.size())
                {
                    final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                    if (ended || leftMs <= 0 || !waitMs(leftMs))
                    {
                        return -1;
                    }
                }
                if (wanted.test(lines.get(seen)))
                {
                    return seen;
                }
            }
        }

        @SuppressWarnings("WaitNotInLoop")
        private boolean waitMs(final long ms)
        {
            try
            {
                wait(ms);
                return true;
            }
            catch (final InterruptedException ex)
            {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private synchronized void add(final String line)
        {
            lines.add(line);
            arrivalsNs.add(System.nanoTime());
            notifyAll();
        }

        private synchronized void end()
        {
            ended = true;
            notifyAll();
        }
    }
}
