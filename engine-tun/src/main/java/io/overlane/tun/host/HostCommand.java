// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A program of this host, run without a shell: every argument arrives as it was given, messages come in English. */
public final class HostCommand
{
    /** Where distributions keep it when {@code PATH} of a service or a user leaves the system directories out. */
    static final List<Path> SYSTEM_DIRECTORIES = List.of(Path.of("/usr/sbin"), Path.of("/sbin"));

    private final String name;
    private final List<String> prefix;

    /** @param prefix the program and the arguments that come first, e.g. {@code ip -n NAMESPACE}. */
    public HostCommand(final String name, final List<String> prefix)
    {
        this.name = name;
        this.prefix = List.copyOf(prefix);
    }

    /**
     * Look on {@code PATH}, then in {@code /usr/sbin} and {@code /sbin}.
     *
     * @return the command, or empty if this host has none.
     */
    public static Optional<HostCommand> find(final String program)
    {
        return find(program, System.getenv("PATH"), SYSTEM_DIRECTORIES);
    }

    static Optional<HostCommand> find(
        final String program, final String searchPath, final List<Path> systemDirectories)
    {
        final List<Path> directories = new ArrayList<>();
        if (searchPath != null)
        {
            Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of)
                .forEach(directories::add);
        }
        directories.addAll(systemDirectories);
        return directories.stream()
            .map(directory -> directory.resolve(program))
            .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
            .findFirst()
            .map(file -> new HostCommand(program, List.of(file.toString())));
    }

    /**
     * Run it and wait for its end.
     *
     * @param input     what it reads from its standard input.
     * @param arguments behind the prefix.
     * @return how it ended.
     * @throws IOException if it cannot be started, or this thread was interrupted.
     */
    public Result tryRun(final String input, final List<String> arguments) throws IOException
    {
        final ProcessBuilder builder = builder(arguments);
        if (input.isEmpty())
        {
            builder.redirectInput(new File("/dev/null"));
        }
        final Process process = builder.start();
        // Whatever it reads and prints first: each stream has a thread, so none can block on another.
        final CompletableFuture<Void> fed = input.isEmpty() ?
            CompletableFuture.completedFuture(null) :
            CompletableFuture.runAsync(() -> feed(process, input), HostCommand::start);
        final CompletableFuture<String> complaint =
            CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), HostCommand::start);
        final String output = text(process.getInputStream());
        fed.join();
        return new Result(exitStatus(process), output, complaint.join());
    }

    /** Run commands of {@code ip} in one process, each a line of its input. */
    IpBatch batch(final List<String> arguments, final List<String> commands) throws IOException
    {
        return commands.isEmpty() ? new IpBatch("", List.of()) :
            IpBatch.of(commands, tryRun(String.join("\n", commands) + "\n", arguments));
    }

    /** Start it to read its input as it comes; what it prints, beside complaints, is thrown away. */
    Process beginQuiet(final List<String> arguments) throws IOException
    {
        return builder(arguments).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    private ProcessBuilder builder(final List<String> arguments)
    {
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(arguments);
        final ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /**
     * Run it and wait for its end.
     *
     * @param input     what it reads from its standard input.
     * @param arguments behind the prefix.
     * @return what it printed.
     * @throws IOException if it ended with an error; the message is one line: the command and its complaint.
     */
    public String run(final String input, final List<String> arguments) throws IOException
    {
        final Result result = tryRun(input, arguments);
        if (result.status() != 0)
        {
            throw new IOException("'" + name + " " + String.join(" ", arguments) + "' failed: " + result.whyFailed());
        }
        return result.output();
    }

    /**
     * Run it without input and wait for its end.
     *
     * @param arguments behind the prefix.
     * @return what it printed.
     * @throws IOException if it ended with an error; the message is one line: the command and its complaint.
     */
    public String run(final String... arguments) throws IOException
    {
        return run("", List.of(arguments));
    }

    private static void start(final Runnable task)
    {
        final Thread thread = new Thread(task, "host-command");
        thread.setDaemon(true);
        thread.start();
    }

    /** A program that ends before it has read everything has its reasons; they are in its status and its complaint. */
    private static void feed(final Process process, final String input)
    {
        try (OutputStream stream = process.getOutputStream())
        {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        }
        catch (final IOException ex)
        {
            return;
        }
    }

    /** A stream that breaks off is that of a program that was killed; what came until then counts. */
    private static String text(final InputStream stream)
    {
        try
        {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
        catch (final IOException ex)
        {
            return "";
        }
    }

    private int exitStatus(final Process process) throws IOException
    {
        try
        {
            return process.waitFor();
        }
        catch (final InterruptedException ex)
        {
            process.destroy();
            Thread.currentThread().interrupt();
            throw (IOException)new InterruptedIOException("interrupted while '" + name + "' ran").initCause(ex);
        }
    }

    /**
     * How a program ended.
     *
     * @param status    0 for success.
     * @param output    what it printed.
     * @param complaint what it printed on standard error.
     */
    public record Result(int status, String output, String complaint)
    {
        /** @return the complaint on one line, or the status if it said nothing. */
        public String whyFailed()
        {
            final String line = complaint.strip().replaceAll("\\s*\\R\\s*", "; ");
            return line.isEmpty() ? "exit status " + status : line;
        }
    }
}
