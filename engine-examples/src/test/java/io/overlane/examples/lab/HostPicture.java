// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything a node may leave on its host, in lines that are equal when the host is: links, addresses, routes, rules,
 * neighbours, forwarding entries, the firewall, programs, files.
 */
final class HostPicture
{
    private static final List<String> QUESTIONS = List.of(
        "ip -o link show",
        "ip -o addr show",
        "ip -4 route show table all",
        "ip -6 route show table all",
        "ip -4 rule",
        "ip -6 rule",
        "ip neigh show nud permanent",
        "bridge fdb show",
        "iptables-save",
        "ip6tables-save",
        "nft list ruleset");

    private static final String NODE = "java";

    private HostPicture()
    {
    }

    /**
     * @param host  to look at.
     * @param files directory whose files belong to the node.
     * @return lines in any order.
     */
    static List<String> of(final LabHost host, final Path files)
    {
        final List<String> picture = new ArrayList<>();
        host.run("sh", "-c", "for q in '" + String.join("' '", QUESTIONS) + "'; do $q 2>/dev/null; done").stdout()
            .forEach(line -> add(picture, line));
        final List<String> programs = host.programs();
        // What a running node starts for a moment is its own affair.
        programs.stream().filter(program -> !programs.contains(NODE) || program.equals(NODE))
            .forEach(program -> picture.add("program " + program));
        try (Stream<Path> found = Files.exists(files) ? Files.walk(files) : Stream.empty())
        {
            found.filter(file -> !Files.isDirectory(file))
                .forEach(file -> picture.add("file " + files.relativize(file)));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        return picture;
    }

    /** Without what is another number each time: indexes, counters, the hour. */
    private static void add(final List<String> picture, final String line)
    {
        if (!line.startsWith("#"))
        {
            // A device without Ethernet gets another such address each time.
            picture.add((line.contains("flannel0") ? line.replaceAll("fe80::[0-9a-f:]+", "fe80::") : line).strip()
                .replaceFirst("^\\d+: ", "")
                .replaceAll("@if\\d+", "")
                .replaceAll(" *\\[\\d+:\\d+\\]", "")
                .replaceAll("counter packets \\d+ bytes \\d+", "counter")
                .replaceAll("\\s+", " "));
        }
    }
}
