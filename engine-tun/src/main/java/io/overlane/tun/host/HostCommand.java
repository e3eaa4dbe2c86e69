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

/**
 * A program of this host. It is started without a shell, so each argument is passed unchanged, and its messages are in
 * English.
 */
public final class HostCommand
{
    /** Searched after {@code PATH}, which may lack the system directories for services and users. */
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
     * Search {@code PATH}, then {@code /usr/sbin} and {@code /sbin}.
     *
     * @return the command; empty if this host does not have it.
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
     * Run the program and wait for its end.
     *
     * @param arguments after the prefix.
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
        // Each stream has a thread, so the order in which the program reads and prints does not matter.
        final CompletableFuture<Void> fed = input.isEmpty() ?
            CompletableFuture.completedFuture(null) :
            CompletableFuture.runAsync(() -> feed(process, input), HostCommand::start);
        final CompletableFuture<String> complaint =
            CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), HostCommand::start);
        final String output = text(process.getInputStream());
        fed.join();
        return new Result(exitStatus(process), output, complaint.join());
    }

    /** Run commands of {@code ip} in one process; each is a line of its input. */
    IpBatch batch(final List<String> arguments, final List<String> commands) throws IOException
    {
        return commands.isEmpty() ? new IpBatch("", List.of()) :
            IpBatch.of(commands, tryRun(String.join("\n", commands) + "\n", arguments));
    }

    /** Start the program and let it read commands as they come. Its output is discarded, its errors are not. */
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
     * Run the program and wait for its end.
     *
     * @param arguments after the prefix.
     * @return its output.
     * @throws IOException if it failed; the message is one line with the command and its errors.
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
     * Run the program without input and wait for its end.
     *
     * @param arguments after the prefix.
     * @return its output.
     * @throws IOException if it failed; the message is one line with the command and its errors.
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

    /** A program may end before it has read everything; its status and its errors say why. */
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

    /** The stream of a killed program breaks off; the text before that is used. */
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
     * The result of a program that has ended.
     *
     * @param status    0 for success.
     * @param output    text on standard output.
     * @param complaint text on standard error.
     */
    public record Result(int status, String output, String complaint)
    {
        /** @return the complaint on one line; the status if there is none. */
        public String whyFailed()
        {
            final String line = complaint.strip().replaceAll("\\s*\\R\\s*", "; ");
            return line.isEmpty() ? "exit status " + status : line;
        }
    }
}
