// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The result of several commands in one {@code ip} process.
 *
 * @param output   of all commands, one line for each entry shown.
 * @param failures one line for each command that failed, with the command and the error.
 */
public record IpBatch(String output, List<String> failures)
{
    private static final Pattern FAILED = Pattern.compile("Command failed -:(\\d+)");

    /** @return true if this command failed. */
    public boolean hasFailed(final String command)
    {
        return failures.stream().anyMatch(failure -> failure.startsWith(failed(command)));
    }

    /** The result of a process that ran only these commands. */
    static IpBatch of(final List<String> commands, final HostCommand.Result result)
    {
        final List<String> failures = failures(commands, 0, result.complaint().lines().toList());
        return new IpBatch(result.output(), failures.isEmpty() && result.status() != 0 ?
            List.of("'ip -batch' failed: " + result.whyFailed()) : failures);
    }

    /** The result of a process that had executed other lines before these commands. */
    static IpBatch of(final List<String> commands, final int linesBefore, final List<String> complaint)
    {
        return new IpBatch("", failures(commands, linesBefore, complaint));
    }

    /** @return the line after the error messages about a command; lines count from 1. */
    static String failed(final int line)
    {
        return "Command failed -:" + line;
    }

    private static String failed(final String command)
    {
        return "'ip " + command + "' failed: ";
    }

    /** The errors of a command come before the line that names the command. */
    private static List<String> failures(
        final List<String> commands, final int linesBefore, final List<String> complaints)
    {
        final List<String> failures = new ArrayList<>();
        final List<String> complaint = new ArrayList<>();
        for (final String line : complaints.stream().map(String::strip).toList())
        {
            final Matcher failed = FAILED.matcher(line);
            if (failed.matches())
            {
                final int index = Integer.parseInt(failed.group(1)) - 1 - linesBefore;
                final String command = index >= 0 && index < commands.size() ? commands.get(index) : line;
                failures.add(failed(command) + String.join("; ", complaint));
                complaint.clear();
            }
            else if (!line.isEmpty())
            {
                complaint.add(line);
            }
        }
        return List.copyOf(failures);
    }
}
