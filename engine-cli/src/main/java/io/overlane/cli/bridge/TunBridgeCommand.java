// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.config.ConfigFile;
import io.overlane.cli.bridge.plan.BridgeOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.BridgePlanner;
import io.overlane.cli.bridge.plan.ContextPlanner;
import io.overlane.cli.bridge.plan.HostFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tun-bridge}: joins a TAP or TUN device to remotes over UDP until a signal ends it. */
@Command(
    name = "tun-bridge",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Joins a TAP or TUN device to remotes over UDP, as flannel does or as a plain bridge, until SIGINT or " +
        "SIGTERM.%nCreates the device, removes it at the end and prints totals. Needs root or CAP_NET_ADMIN, which " +
        "your own namespace gives you: unshare --user --map-root-user --net.",
    footer = {"",
        "Exit code: 0 when stopped, 1 if something could not be opened or restored, 2 for bad options."})
public final class TunBridgeCommand implements Callable<Integer>
{
    private static final Set<String> BESIDE_FILE =
        Set.of("--config", "--stats", "--admin", "--http", "--http-host", "--pcapng", "--take-over");

    @Mixin
    private BridgeOptions options;

    @Mixin
    private RunOptions runOptions;

    @Option(names = "--config", paramLabel = "FILE", description =
        "Take every setting from a YAML file (docs/config.md), and read it again at SIGHUP. Besides it only " +
        "--stats, --admin, --http, --pcapng and --take-over may be given; they override the file. Default: none.")
    private @Nullable Path config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException
    {
        final BridgeRun run = config == null ? ofOptions(HostFacts.now()) : ofFile(config);
        return new BridgeSession(run, spec.commandLine().getOut(), spec.commandLine().getErr()).run();
    }

    private BridgeRun ofOptions(final HostFacts host)
    {
        final List<BridgePlan> plans = List.of(BridgePlanner.plan(options, host));
        return BridgeRun.of(plans, ContextPlanner.plans(options, plans, host), runOptions, null, null);
    }

    private BridgeRun ofFile(final Path config) throws IOException
    {
        final List<String> further = spec.commandLine().getParseResult().matchedOptions().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !BESIDE_FILE.contains(name))
            .toList();
        if (!further.isEmpty())
        {
            throw new ParameterException(
                spec.commandLine(), further.get(0) + " cannot be given with --config: set it in " + config);
        }
        final ConfigFile file = new ConfigFile(config);
        final ConfigFile.Contents contents = file.read(HostFacts.now());
        return BridgeRun.of(contents.plans(), contents.contexts(), runOptions, contents.run(), file);
    }
}
