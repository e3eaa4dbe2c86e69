// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import io.overlane.cli.bridge.TunBridgeCommand;
import io.overlane.cli.bridge.plan.OptionTypes;
import io.overlane.cli.ctl.CtlCommand;
import io.overlane.cli.flannel.FlannelCommand;
import io.overlane.cli.replay.ReplayCommand;
import io.overlane.cli.top.TopCommand;
import io.overlane.flannel.node.DockerOptionsCommand;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line: runs a subcommand and turns its result into an exit code. */
@Command(
    name = "overlane",
    description = "Userspace VXLAN and IP-in-UDP tunnels.",
    subcommands = {
        TunBridgeCommand.class, FlannelCommand.class, DockerOptionsCommand.class, CtlCommand.class, TopCommand.class,
        ReplayCommand.class, AutoComplete.GenerateCompletion.class},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", "Set OVERLANE_DEBUG=1 for stack traces and debug messages on standard error."})
public final class Main implements Runnable
{
    @Spec
    private CommandSpec spec;

    /**
     * @param args subcommand, options and parameters.
     */
    public static void main(final String[] args)
    {
        OneLineErrors.configureLogging();
        System.exit(commandLine().execute(args));
    }

    /**
     * Run one command in this JVM.
     *
     * @param out  for the command's output.
     * @param err  for the line that says why it failed.
     * @param args subcommand, options and parameters.
     * @return exit code: 0, {@link OneLineErrors#FAILED} or {@link OneLineErrors#BAD_USAGE}.
     */
    public static int run(final PrintWriter out, final PrintWriter err, final String... args)
    {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    /**
     * Every command with its converters and error handlers.
     *
     * @param further commands of the caller, besides those of this module.
     * @return the command line.
     */
    public static CommandLine commandLine(final Object... further)
    {
        final CommandLine commandLine = new CommandLine(new Main());
        for (final Object command : further)
        {
            commandLine.addSubcommand(command);
        }
        commandLine.getSubcommands().values()
            .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
        return OptionTypes.converting(commandLine)
            .setExecutionStrategy(Main::run)
            .setUsageHelpAutoWidth(true)
            .setUsageHelpLongOptionsMaxWidth(34)
            .setParameterExceptionHandler(OneLineErrors::onBadUsage)
            .setExecutionExceptionHandler(OneLineErrors::onFailure);
    }

    /** Reports too little memory like any other failure, in one line, after everything was closed. */
    private static int run(final ParseResult parsed)
    {
        try
        {
            return new CommandLine.RunLast().execute(parsed);
        }
        catch (final OutOfMemoryError ex)
        {
            final String message = "out of memory (" + ex.getMessage() +
                "): start the JVM with a larger -Xmx, e.g. -Xmx1g, or with fewer segments";
            throw new ExecutionException(
                parsed.commandSpec().commandLine(), message, new IOException(message, ex));
        }
    }

    @Override
    public void run()
    {
        throw new ParameterException(
            spec.commandLine(), "no command; give one of " + String.join(", ", spec.subcommands().keySet()) +
            "; --help describes them");
    }
}
