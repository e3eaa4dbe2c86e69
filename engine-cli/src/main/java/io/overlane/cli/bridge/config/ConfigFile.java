// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.ContextPlan;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.config.ConfigNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration file of a {@code tun-bridge}, read at its start and at each reload. It is parsed again only if its
 * text or a fact of the host has changed, as a thousand segments take a tenth of a second. One thread at a time uses
 * it.
 */
public final class ConfigFile
{
    private final Path path;
    /** The last reading, if the next one may be compared with it. */
    private @Nullable Reading last;

    /** A text, and the facts and settings that were read with it. */
    private record Reading(String text, RecordedFacts facts, Contents contents)
    {
    }

    /**
     * The settings in a file.
     *
     * @param plans    one for each segment, or the only one.
     * @param contexts routing contexts of gateways.
     * @param run      options for the run.
     */
    public record Contents(List<BridgePlan> plans, List<ContextPlan> contexts, RunOptions run)
    {
    }

    /**
     * @param path of the file.
     */
    public ConfigFile(final Path path)
    {
        this.path = path;
    }

    /**
     * @param host whose facts are needed.
     * @return checked plans.
     * @throws IOException if the file cannot be read.
     * @throws IllegalArgumentException if something is wrong; one line with file and line.
     */
    public Contents read(final HostFacts host) throws IOException
    {
        final String now = ConfigNode.readText(path);
        if (last != null && now.equals(last.text) && last.facts.areTrueOn(host))
        {
            return last.contents;
        }
        last = null;
        final RecordedFacts facts = new RecordedFacts(host);
        final Contents contents = BridgeConfig.parse(path.toString(), now, facts);
        last = namesInterfaces(now, contents) ? null : new Reading(now, facts, contents);
        return contents;
    }

    /** A link-local address holds the number of its interface, which changes if the interface is made anew. */
    private static boolean namesInterfaces(final String text, final Contents contents)
    {
        return text.contains("%") || contents.plans.get(0).local().address().zone() != 0;
    }

    /** @return the path as it was given. */
    @Override
    public String toString()
    {
        return path.toString();
    }
}
