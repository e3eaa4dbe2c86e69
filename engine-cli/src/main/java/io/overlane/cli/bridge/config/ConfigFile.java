// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.config.ConfigNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The configuration file of a {@code tun-bridge}, which reads it at its start and again at each reload. While neither
 * its text nor what the host answers has changed, it is not parsed again: a thousand segments take a tenth of a second.
 * Used by one thread at a time.
 */
public final class ConfigFile
{
    private final Path path;
    /** Of the last reading; null before, and after one that cannot be compared with the next. */
    private String text;
    private RecordedFacts facts;
    private Contents contents;

    /**
     * What a file says.
     *
     * @param plans one for each segment, or the only one.
     * @param run   what it says about the run; null where nothing.
     */
    public record Contents(List<BridgePlan> plans, RunOptions run)
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
     * @param host to ask.
     * @return plans without contradictions.
     * @throws IOException              if the file cannot be read.
     * @throws IllegalArgumentException if something in it cannot be; the message is one line and names file and line.
     */
    public Contents read(final HostFacts host) throws IOException
    {
        final String now = ConfigNode.readText(path);
        if (!now.equals(text) || !facts.areSaidBy(host))
        {
            text = null;
            facts = new RecordedFacts(host);
            contents = BridgeConfig.parse(path.toString(), now, facts);
            text = namesInterfaces(now, contents) ? null : now;
        }
        return contents;
    }

    /** A link-local address keeps the number of its interface, which is another one when the interface is made anew. */
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
