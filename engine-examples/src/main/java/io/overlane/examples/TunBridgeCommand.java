package io.overlane.examples;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tun-bridge}: joins a TAP or TUN device to remotes over UDP until it is told to stop. */
@Command(
    name = "tun-bridge",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Joins a TAP or TUN device to remotes over UDP, like flannel or as a plain bridge, until SIGINT or SIGTERM.%n" +
        "Creates the device, removes it at the end and prints totals. Needs root or CAP_NET_ADMIN; a namespace of " +
        "one's own will do: unshare --user --map-root-user --net.",
    footer = {"", "Exit code: 0 when stopped, 1 if something could not be opened, 2 for bad options."})
final class TunBridgeCommand implements Callable<Integer>
{
    @Mixin
    private BridgeOptions options;

    @Option(names = "--stats", paramLabel = "SECONDS", description =
        "Print a table of rates and drop reasons every so many seconds. Default: 0, totals at the end only.")
    private int statsSeconds;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        if (statsSeconds < 0)
        {
            throw new ParameterException(spec.commandLine(), "--stats " + statsSeconds + ": not a number of seconds");
        }
        final BridgePlan plan = BridgePlanner.plan(options, HostFacts.THIS_HOST);
        return new BridgeSession(plan, statsSeconds, spec.commandLine().getOut()).run();
    }
}
