// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.cli.Main;
import picocli.CommandLine;

/** Reads options of {@code tun-bridge} as its command line does, without running it. */
public final class BridgeOptionsParser
{
    private BridgeOptionsParser()
    {
    }

    /** Options as a person would type them, separated by blanks; may be empty. */
    static BridgeOptions parse(final String line)
    {
        final CommandLine main = Main.commandLine();
        main.parseArgs(("tun-bridge " + line).strip().split(" +"));
        final CommandLine bridge = main.getSubcommands().get("tun-bridge");
        return (BridgeOptions)bridge.getMixins().get("options");
    }

    public static BridgePlan plan(final String line, final HostFacts host)
    {
        return BridgePlanner.plan(parse(line), host);
    }
}
