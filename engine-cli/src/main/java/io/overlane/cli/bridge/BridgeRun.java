// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.HttpOptions;
import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.config.ConfigFile;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.BridgePlanner;
import io.overlane.cli.bridge.plan.ContextPlan;
import io.overlane.cli.bridge.plan.UnderlayKind;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one run of a bridge.
 *
 * @param plans         one for each device.
 * @param contexts      routing contexts of gateways.
 * @param statsSeconds  between two tables; 0 for none.
 * @param admin         path of the admin socket; null for none.
 * @param isAdminWanted true if the bridge must not run without the admin socket.
 * @param http          whether and where to serve HTTP.
 * @param pcapng        the file to capture to; null for none.
 * @param takeOver      socket by which bridges replace each other; null for none.
 * @param config        the configuration file; null if the bridge has options.
 */
record BridgeRun(
    List<BridgePlan> plans,
    List<ContextPlan> contexts,
    int statsSeconds,
    @Nullable Path admin,
    boolean isAdminWanted,
    HttpOptions http,
    @Nullable Path pcapng,
    @Nullable Path takeOver,
    @Nullable ConfigFile config)
{
    /**
     * @param plans    one for each device.
     * @param contexts routing contexts of gateways.
     * @param given    options of the command line.
     * @param inFile   options of the file, which the others override.
     * @param config   the file.
     * @return the run.
     * @throws IllegalArgumentException if an option is wrong.
     */
    static BridgeRun of(
        final List<BridgePlan> plans,
        final List<ContextPlan> contexts,
        final RunOptions given,
        final @Nullable RunOptions inFile,
        final @Nullable ConfigFile config)
    {
        final Integer stats =
            given.statsSeconds != null || inFile == null ? given.statsSeconds : inFile.statsSeconds;
        BridgePlanner.require(stats == null || stats >= 0, "--stats " + stats + ": not a number of seconds");
        final String admin = given.admin != null || inFile == null ? given.admin : inFile.admin;
        final HttpOptions http = given.http.isGiven() || inFile == null ? given.http : inFile.http;
        http.address();
        final Path takeOver = given.takeOver != null || inFile == null ? given.takeOver : inFile.takeOver;
        if (takeOver != null)
        {
            plans.forEach(BridgeRun::requireReplaceable);
        }
        return new BridgeRun(
            plans,
            contexts,
            stats == null ? 0 : stats,
            RunOptions.adminSocket(admin, plans.get(0).device()),
            admin != null,
            http,
            given.pcapng != null || inFile == null ? given.pcapng : inFile.pcapng,
            takeOver,
            config);
    }

    /** The devices and the socket of another bridge would need more than their descriptors. */
    private static void requireReplaceable(final BridgePlan plan)
    {
        final String without = plan.underlay() != UnderlayKind.LIBC ? "underlay libc" :
            plan.threads() != 2 || plan.queues() != 1 ? "two threads and one queue" :
            plan.sourcePorts() != null ? "no source-ports" :
            plan.policy().groups().isEmpty() ? "" : "no multicast group";
        BridgePlanner.require(without.isEmpty(), "--take-over needs " + without);
    }
}
