// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.SocketPath;
import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.config.ConfigFile;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.BridgePlanner;
import java.nio.file.Path;
import java.util.List;

/**
 * The settings of one run of a bridge.
 *
 * @param plans         one for each device.
 * @param statsSeconds  between two tables; 0 for none.
 * @param admin         path of the admin socket; null for none.
 * @param isAdminWanted true if the bridge must not run without the admin socket.
 * @param config        the configuration file, or null for a bridge with options.
 */
record BridgeRun(List<BridgePlan> plans, int statsSeconds, Path admin, boolean isAdminWanted, ConfigFile config)
{
    /**
     * @param plans  one for each device.
     * @param given  options of the command line.
     * @param inFile options of the file, which the others override; null if there is no file.
     * @param config the file, or null.
     * @return the run.
     * @throws IllegalArgumentException if an option is wrong.
     */
    static BridgeRun of(
        final List<BridgePlan> plans, final RunOptions given, final RunOptions inFile, final ConfigFile config)
    {
        final Integer stats =
            given.statsSeconds != null || inFile == null ? given.statsSeconds : inFile.statsSeconds;
        BridgePlanner.require(stats == null || stats >= 0, "--stats " + stats + ": not a number of seconds");
        final String admin = given.admin != null || inFile == null ? given.admin : inFile.admin;
        return new BridgeRun(
            plans,
            stats == null ? 0 : stats,
            admin == null ? defaultAdmin(plans.get(0)) : RunOptions.NO_ADMIN.equals(admin) ? null : Path.of(admin),
            admin != null,
            config);
    }

    private static Path defaultAdmin(final BridgePlan plan)
    {
        final Path directory = SocketPath.directory();
        return directory == null ? null : SocketPath.of(directory, plan.device());
    }
}
