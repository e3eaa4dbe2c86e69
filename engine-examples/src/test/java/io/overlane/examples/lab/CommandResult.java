// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.util.List;

/**
 * What a command left behind.
 *
 * @param command that ran.
 * @param status  its exit status.
 * @param stdout  lines.
 * @param stderr  lines.
 */
public record CommandResult(List<String> command, int status, List<String> stdout, List<String> stderr)
{
    /**
     * @return this.
     * @throws AssertionError if the command failed; the message is all it printed.
     */
    public CommandResult orFail()
    {
        if (status != 0)
        {
            throw new AssertionError(toString());
        }
        return this;
    }

    /** @return both streams as one text. */
    public String output()
    {
        return String.join("\n", stdout) + "\n" + String.join("\n", stderr);
    }

    @Override
    public String toString()
    {
        return String.join(" ", command) + " ended with " + status + ":\n" + output();
    }
}
