package io.overlane.tun.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The {@code ip} command of iproute2, run without a shell: every argument arrives as it was given.
 */
public final class IpCommand
{
    /** Where distributions keep it when {@code PATH} of a service or a user leaves the system directories out. */
    private static final List<Path> SYSTEM_DIRECTORIES = List.of(Path.of("/usr/sbin"), Path.of("/sbin"));

    private final List<String> prefix;

    /**
     * @param prefix the program and the arguments that come first, e.g. {@code ip -n NAMESPACE}.
     */
    public IpCommand(final List<String> prefix)
    {
        this.prefix = List.copyOf(prefix);
    }

    /**
     * Look on {@code PATH}, then in {@code /usr/sbin} and {@code /sbin}.
     *
     * @return the command.
     * @throws IOException if this host has none; the message says what to install.
     */
    public static IpCommand find() throws IOException
    {
        return find(System.getenv("PATH"), SYSTEM_DIRECTORIES);
    }

    static IpCommand find(final String searchPath, final List<Path> systemDirectories) throws IOException
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

        for (final Path directory : directories)
        {
            final Path program = directory.resolve("ip");
            if (Files.isRegularFile(program) && Files.isExecutable(program))
            {
                return new IpCommand(List.of(program.toString()));
            }
        }
        throw new IOException("there is no 'ip' command on this host: install iproute2");
    }

    /**
     * Run it and wait for its end.
     *
     * @param arguments behind the prefix.
     * @return what it printed.
     * @throws IOException if it ended with an error; the message is one line: the command and its complaint.
     */
    public String run(final String... arguments) throws IOException
    {
        return run(List.of(arguments));
    }

    /**
     * Run it and wait for its end.
     *
     * @param arguments behind the prefix.
     * @return what it printed.
     * @throws IOException if it ended with an error; the message is one line: the command and its complaint.
     */
    public String run(final List<String> arguments) throws IOException
    {
        final List<String> command = new ArrayList<>(prefix);
        command.addAll(arguments);
        final ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
        builder.environment().put("LC_ALL", "C");

        final Process process = builder.start();
        // One after the other cannot block: what it prints before it fails fits the pipe of the other stream.
        final String output = text(process.getInputStream());
        final String complaint = text(process.getErrorStream());
        final int status = exitStatus(process);
        if (status != 0)
        {
            throw new IOException(describe(arguments) + ": " + oneLine(complaint, status));
        }
        return output;
    }

    private static int exitStatus(final Process process) throws IOException
    {
        try
        {
            return process.waitFor();
        }
        catch (final InterruptedException ex)
        {
            process.destroy();
            Thread.currentThread().interrupt();
            throw (IOException)new InterruptedIOException("interrupted while 'ip' ran").initCause(ex);
        }
    }

    private static String text(final InputStream stream) throws IOException
    {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String describe(final List<String> arguments)
    {
        return "'ip " + String.join(" ", arguments) + "' failed";
    }

    private static String oneLine(final String complaint, final int status)
    {
        final String line = complaint.strip().replaceAll("\\s*\\R\\s*", "; ");
        return line.isEmpty() ? "exit status " + status : line;
    }
}
