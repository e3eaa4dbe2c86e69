package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: finds the subcommand and turns whatever happens into an exit code. */
@Command(
    name = "overlane",
    description = "Userspace VXLAN and IP-in-UDP tunnels.",
    subcommands = {
        TunBridgeCommand.class, FlannelCommand.class, CtlCommand.class, ReplayCommand.class, DemoCommand.class,
        AutoComplete.GenerateCompletion.class},
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
     * @param out  for what the command has to say.
     * @param err  for the one line that says why it failed.
     * @param args subcommand, options and parameters.
     * @return exit code: 0, {@link OneLineErrors#FAILED} or {@link OneLineErrors#BAD_USAGE}.
     */
    static int run(final PrintWriter out, final PrintWriter err, final String... args)
    {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    /** Every command with its converters and error handlers. */
    static CommandLine commandLine()
    {
        return converting(new CommandLine(new Main()))
            .setUsageHelpAutoWidth(true)
            .setUsageHelpLongOptionsMaxWidth(34)
            .setParameterExceptionHandler(OneLineErrors::onBadUsage)
            .setExecutionExceptionHandler(OneLineErrors::onFailure);
    }

    /** Has a command line read what options of this program stand for. */
    static CommandLine converting(final CommandLine commandLine)
    {
        return commandLine
            .registerConverter(MacAddress.class, OneLineErrors.converter(MacAddress::parse))
            .registerConverter(IpAddress.class, OneLineErrors.converter(IpAddress::parse))
            .registerConverter(IpPrefix.class, OneLineErrors.converter(IpPrefix::parse))
            .registerConverter(BridgeMode.class, OneLineErrors.converter(BridgeMode::parse))
            .registerConverter(UnderlayKind.class, OneLineErrors.converter(UnderlayKind::parse))
            .registerConverter(FloodRates.class, OneLineErrors.converter(FloodRates::parse))
            .registerConverter(PortRange.class, OneLineErrors.converter(PortRange::parse))
            .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run()
    {
        throw new ParameterException(
            spec.commandLine(), "no command: tun-bridge, flannel, ctl, replay or demo; --help tells more");
    }
}
