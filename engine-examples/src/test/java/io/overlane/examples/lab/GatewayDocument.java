// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The blocks of commands and configuration in {@code docs/ip-gateway.md}, so that the labs run what readers copy. */
public final class GatewayDocument
{
    private static final Path DOCUMENT = Path.of("..", "docs", "ip-gateway.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```[a-z]*\\n(# .*?)\\n```$");

    private GatewayDocument()
    {
    }

    /**
     * @param heading first line of a block, a comment, or how that line starts.
     * @return the block.
     */
    public static String block(final String heading)
    {
        try
        {
            final List<String> blocks = BLOCK.matcher(Files.readString(DOCUMENT)).results()
                .map((MatchResult match) -> match.group(1))
                .filter(text -> text.startsWith("# " + heading))
                .toList();
            assertEquals(1, blocks.size(), () -> DOCUMENT + " has these blocks for '" + heading + "': " + blocks);
            return blocks.get(0) + "\n";
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Run the commands of a block on a host and insist that each works.
     *
     * @param host      of the lab.
     * @param heading   see {@link #block}.
     * @param variables for the commands, each {@code NAME=VALUE}.
     */
    public static void run(final LabHost host, final String heading, final String... variables)
    {
        final List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(List.of(variables));
        command.addAll(List.of("bash", "-ec", block(heading)));
        host.run(command.toArray(String[]::new)).orFail();
    }
}
