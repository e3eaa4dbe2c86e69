// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ip} process that runs batch after batch, so that no batch waits for a process to start or to end. The
 * process ends with this JVM, because its input ends then.
 *
 * <p>After each batch comes a word that is not a command. The error about it names its line, which shows that the batch
 * is done. The output of commands is discarded. A process remembers the indexes of devices, so after any other error a
 * new process is used.
 */
final class IpSession
{
    private static final String MARK = "overlane";

    private final HostCommand command;
    private final List<String> arguments;
    private volatile @Nullable Process process;
    @SuppressWarnings("NullAway.Init") // Set with each process.
    private OutputStream input;
    @SuppressWarnings("NullAway.Init")
    private BufferedReader complaints;
    private int lines;

    IpSession(final HostCommand command, final List<String> arguments)
    {
        this.command = command;
        this.arguments = arguments;
    }

    /** Run a batch in the present process, or in a new one if that has ended. Any thread. */
    synchronized IpBatch run(final List<String> commands) throws IOException
    {
        final Process last = process;
        if (last == null || !last.isAlive())
        {
            begin();
        }
        final int before = lines;
        lines += commands.size() + 1;
        final List<String> complaint = new ArrayList<>();
        if (!write(commands) || !readUntilMark(complaint))
        {
            // The process ended, perhaps because of a command that it cannot parse. A process of its own shows which.
            end();
            return command.batch(arguments, commands);
        }
        final IpBatch batch = IpBatch.of(commands, before, complaint);
        if (!batch.failures().isEmpty())
        {
            end();
        }
        return batch;
    }

    /** Start a new process, also if one is running. */
    synchronized void begin() throws IOException
    {
        end();
        final Process begun = command.beginQuiet(arguments);
        input = begun.getOutputStream();
        complaints = begun.errorReader(StandardCharsets.UTF_8);
        lines = 0;
        process = begun;
    }

    private boolean write(final List<String> commands)
    {
        try
        {
            input.write((String.join("\n", commands) + "\n" + MARK + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
            return true;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    private boolean readUntilMark(final List<String> complaint)
    {
        try
        {
            for (String line = complaints.readLine(); line != null; line = complaints.readLine())
            {
                if (line.equals(IpBatch.failed(lines)))
                {
                    // The line before is about the mark itself.
                    complaint.remove(complaint.size() - 1);
                    return true;
                }
                complaint.add(line);
            }
        }
        catch (final IOException ex)
        {
            return false;
        }
        return false;
    }

    /** End the process, even while it works; the next batch starts another. Any thread. */
    void end()
    {
        final Process last = process;
        process = null;
        if (last != null)
        {
            last.destroy();
        }
    }
}
