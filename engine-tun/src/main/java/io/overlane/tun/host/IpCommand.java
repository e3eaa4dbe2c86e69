// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The {@code ip} command of iproute2. It is started without a shell, so each argument is passed unchanged. */
public final class IpCommand
{
    private static final Pattern GAP = Pattern.compile("[\\s\\\\]+");

    private final HostCommand command;
    private final IpSession sessionV4;
    private final IpSession sessionV6;

    /** @param prefix the program and the arguments that come first, e.g. {@code ip -n NAMESPACE}. */
    public IpCommand(final List<String> prefix)
    {
        this(new HostCommand("ip", prefix));
    }

    private IpCommand(final HostCommand command)
    {
        this.command = command;
        sessionV4 = new IpSession(command, batchArguments("-4"));
        sessionV6 = new IpSession(command, batchArguments("-6"));
    }

    /**
     * Search {@code PATH}, then {@code /usr/sbin} and {@code /sbin}.
     *
     * @throws IOException if this host does not have it; the message names the package to install.
     */
    public static IpCommand find() throws IOException
    {
        return find(System.getenv("PATH"), HostCommand.SYSTEM_DIRECTORIES);
    }

    static IpCommand find(final String searchPath, final List<Path> systemDirectories) throws IOException
    {
        return HostCommand.find("ip", searchPath, systemDirectories)
            .map(IpCommand::new)
            .orElseThrow(() -> new IOException("there is no 'ip' command on this host: install iproute2"));
    }

    /**
     * Run {@code ip} and wait for its end.
     *
     * @param arguments after the prefix.
     * @return its output.
     * @throws IOException if it failed; the message is one line with the command and its errors.
     */
    public String run(final String... arguments) throws IOException
    {
        return run(List.of(arguments));
    }

    /**
     * Run {@code ip} and wait for its end.
     *
     * @param arguments after the prefix.
     * @return its output.
     * @throws IOException if it failed; the message is one line with the command and its errors.
     */
    public String run(final List<String> arguments) throws IOException
    {
        return command.run("", arguments);
    }

    /**
     * Run many commands in one process, where a thousand routes take some ten milliseconds. If one fails, the others
     * are run too.
     *
     * @param family   {@code -4} or {@code -6}, for all of them.
     * @param commands each without {@code ip}, e.g. {@code route del 10.5.2.0/24}.
     * @return their output, in the order of the commands, and the failures.
     */
    public IpBatch batch(final String family, final List<String> commands) throws IOException
    {
        return command.batch(batchArguments(family), commands);
    }

    /**
     * Run commands like {@link #batch}, but in a process that keeps running for the next ones. It is for few urgent
     * commands that print nothing.
     *
     * @param commands each without {@code ip}.
     * @return the failures.
     */
    public IpBatch quickBatch(final boolean isV4, final List<String> commands) throws IOException
    {
        return commands.isEmpty() ? new IpBatch("", List.of()) : session(isV4).run(commands);
    }

    /**
     * Start a new process for quick batches. Call this before the first one, and after devices that they name were made
     * again: a process keeps using the old indexes of devices.
     */
    public void beginSession(final boolean isV4) throws IOException
    {
        session(isV4).begin();
    }

    /** End the processes for quick batches. Another quick batch would start a new one. */
    public void endSessions()
    {
        sessionV4.end();
        sessionV6.end();
    }

    /** @return the words of a line that {@code ip} printed; with {@code -oneline} it has a backslash for a new line. */
    public static List<String> words(final String line)
    {
        return List.of(GAP.split(line.strip()));
    }

    /** @return the word after a keyword such as {@code dev}; empty if the line has no such keyword. */
    public static Optional<String> wordAfter(final List<String> words, final String keyword)
    {
        final int index = words.indexOf(keyword);
        return index >= 0 && index + 1 < words.size() ? Optional.of(words.get(index + 1)) : Optional.empty();
    }

    private IpSession session(final boolean isV4)
    {
        return isV4 ? sessionV4 : sessionV6;
    }

    private static List<String> batchArguments(final String family)
    {
        return List.of(family, "-oneline", "-force", "-batch", "-");
    }
}
