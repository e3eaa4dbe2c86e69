// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.cli.OneLineErrors;
import io.overlane.examples.demo.DemoCommand;
import picocli.CommandLine;

/** The command line of the runnable jar: the commands of {@code engine-cli}, and the demo. */
public final class Main
{
    private Main()
    {
    }

    /**
     * @param args subcommand, options and parameters.
     */
    public static void main(final String[] args)
    {
        OneLineErrors.configureLogging();
        System.exit(commandLine().execute(args));
    }

    /** @return every command with its converters and error handlers. */
    public static CommandLine commandLine()
    {
        return io.overlane.cli.Main.commandLine(new DemoCommand());
    }
}
