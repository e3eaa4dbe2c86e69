// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One {@code ip} process that carries out batch after batch, so that none waits for a process to start or to end. It
 * ends with this JVM: its input does.
 *
 * <p>A word that is no command stands behind each batch: the complaint about it, which names its line, says that the
 * batch is done. What commands print is thrown away. A process keeps in mind which index a device's name had, so one
 * that complained of anything else is not asked again.
 */
final class IpSession
{
    private static final String MARK = "overlane";

    private final HostCommand command;
    private final List<String> arguments;
    private volatile Process process;
    private OutputStream input;
    private BufferedReader complaints;
    private int lines;

    IpSession(final HostCommand command, final List<String> arguments)
    {
        this.command = command;
        this.arguments = arguments;
    }

    /** Run a batch in the process of the last one, or in a new one where that has ended. Any thread. */
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
            // It ended, by a word it cannot read for one; a batch of its own says which.
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

    /** Have a process wait, a new one in any case. */
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
                    // What precedes it is about the mark itself.
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

    /** Let the process go, even while it works; the next batch gets another. Any thread. */
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
