package io.overlane.tun.host;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many commands in one {@code ip} process ended.
 *
 * @param output   what they printed, one line for each entry shown.
 * @param failures one line for each command that failed: the command and the complaint.
 */
public record IpBatch(String output, List<String> failures)
{
    private static final Pattern FAILED = Pattern.compile("Command failed -:(\\d+)");

    /** Each complaint stands before the line that names its command; commands count from 1. */
    static IpBatch of(final List<String> commands, final HostCommand.Result result)
    {
        final List<String> failures = new ArrayList<>();
        final List<String> complaint = new ArrayList<>();
        for (final String line : result.complaint().lines().map(String::strip).toList())
        {
            final Matcher failed = FAILED.matcher(line);
            if (failed.matches())
            {
                final int index = Integer.parseInt(failed.group(1)) - 1;
                final String command = index >= 0 && index < commands.size() ? commands.get(index) : line;
                failures.add("'ip " + command + "' failed: " + String.join("; ", complaint));
                complaint.clear();
            }
            else if (!line.isEmpty())
            {
                complaint.add(line);
            }
        }
        if (failures.isEmpty() && result.status() != 0)
        {
            failures.add("'ip -batch' failed: " + result.whyFailed());
        }
        return new IpBatch(result.output(), List.copyOf(failures));
    }
}
