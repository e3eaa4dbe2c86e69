package io.overlane.tun.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The {@code ip} command of iproute2, run without a shell: every argument arrives as it was given.
 */
public final class IpCommand
{
    private final HostCommand command;
    private final IpSpare spareV4;
    private final IpSpare spareV6;

    /**
     * @param prefix the program and the arguments that come first, e.g. {@code ip -n NAMESPACE}.
     */
    public IpCommand(final List<String> prefix)
    {
        this(new HostCommand("ip", prefix));
    }

    private IpCommand(final HostCommand command)
    {
        this.command = command;
        spareV4 = new IpSpare(command, batchArguments("-4"));
        spareV6 = new IpSpare(command, batchArguments("-6"));
    }

    /**
     * Look on {@code PATH}, then in {@code /usr/sbin} and {@code /sbin}.
     *
     * @return the command.
     * @throws IOException if this host has none; the message says what to install.
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
        return command.run("", arguments);
    }

    /**
     * Run many commands in one process, the rest after one that fails too: a thousand routes take some ten
     * milliseconds.
     *
     * @param family   {@code -4} or {@code -6}, for all of them.
     * @param commands each without {@code ip}, e.g. {@code route del 10.5.2.0/24}.
     * @return what they printed, in the order of the commands, and what failed.
     * @throws IOException if {@code ip} cannot be run at all.
     */
    public IpBatch batch(final String family, final List<String> commands) throws IOException
    {
        if (commands.isEmpty())
        {
            return new IpBatch("", List.of());
        }
        return IpBatch.of(commands, command.tryRun(input(commands), batchArguments(family)));
    }

    /**
     * Run commands like {@link #batch}, in a process that waits for them since the last time: for few commands that
     * are in a hurry. {@link #endSpares} when there will be no more.
     *
     * @param isV4     family, for all of them.
     * @param commands each without {@code ip}.
     * @return what they printed, in the order of the commands, and what failed.
     * @throws IOException if {@code ip} cannot be run at all.
     */
    public IpBatch quickBatch(final boolean isV4, final List<String> commands) throws IOException
    {
        return commands.isEmpty() ? new IpBatch("", List.of()) :
            IpBatch.of(commands, (isV4 ? spareV4 : spareV6).run(input(commands)));
    }

    /** End the processes that wait for a quick batch; from now on each batch starts its own. */
    public void endSpares()
    {
        spareV4.end();
        spareV6.end();
    }

    private static String input(final List<String> commands)
    {
        return String.join("\n", commands) + "\n";
    }

    private static List<String> batchArguments(final String family)
    {
        return List.of(family, "-oneline", "-force", "-batch", "-");
    }
}
