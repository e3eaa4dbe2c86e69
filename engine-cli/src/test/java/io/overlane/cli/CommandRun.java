// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What a command line run in this JVM came to.
 *
 * @param exitCode of the process, had it been one.
 * @param out      what it said.
 * @param err      what it complained of.
 */
public record CommandRun(int exitCode, String out, String err)
{
    public static CommandRun of(final String... args)
    {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        // On a busy machine anything may take so long that a command says what it is doing.
        return new CommandRun(exitCode, out.toString(), err.toString().replaceAll("(?m)^progress: .*\\R", ""));
    }
}
