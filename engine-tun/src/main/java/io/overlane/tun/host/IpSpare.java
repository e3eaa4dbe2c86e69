package io.overlane.tun.host;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One {@code ip} process that is started ahead and waits for a batch on its standard input, so that the batch does not
 * wait for its start. Without one, as at first, a batch starts its own. It ends with this JVM: its input does.
 */
final class IpSpare
{
    private final HostCommand command;
    private final List<String> arguments;
    private final AtomicReference<Process> spare = new AtomicReference<>();
    private volatile boolean isEnded;

    IpSpare(final HostCommand command, final List<String> arguments)
    {
        this.command = command;
        this.arguments = arguments;
    }

    /** Run a batch, and have another process wait for the next. Any thread. */
    HostCommand.Result run(final String input) throws IOException
    {
        final Process waiting = spare.getAndSet(null);
        try
        {
            return command.finish(
                waiting != null && waiting.isAlive() ? waiting : command.begin(arguments, true), input);
        }
        finally
        {
            HostCommand.start(this::prepare);
        }
    }

    private void prepare()
    {
        try
        {
            replace(command.begin(arguments, true));
            if (isEnded)
            {
                replace(null);
            }
        }
        catch (final IOException ex)
        {
            // The next batch tries for itself, and says why it cannot.
        }
    }

    /** Have no process wait any more. */
    void end()
    {
        isEnded = true;
        replace(null);
    }

    private void replace(final Process process)
    {
        final Process other = spare.getAndSet(process);
        if (other != null)
        {
            other.destroy();
        }
    }
}
