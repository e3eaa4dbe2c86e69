// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.config.ConfigNode;
import io.overlane.cli.config.Suggestion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The keys of a configuration file and their options. A key is an option without its dashes; a repeatable option has a
 * plural key with a list.
 */
final class ConfigKeys
{
    /** Plurals of option names; other repeatable options keep their name. */
    private static final Map<String, String> PLURALS = Map.of(
        "address", "addresses", "peer", "peers", "neighbor", "neighbors", "subnet", "subnets", "gateway", "gateways",
        "route", "routes");

    /** Keys of one segment only. */
    private static final Set<String> OF_ONE_SEGMENT =
        Set.of("device", "mac", "vni", "vlan", "vlan-protocol", "vlan-priority", "vlan-tags", "addresses", "peers",
            "fdb", "flood", "neighbors", "gateways", "context", "subnets");

    /** Keys of one routing context only. */
    private static final Set<String> OF_ONE_CONTEXT = Set.of("l3-vni", "router-mac", "routes");

    /** Keys of routing contexts. */
    private static final List<String> OF_CONTEXTS = List.of("name", "gateway-mac", "l3-vni", "router-mac", "routes");

    /** Keys that may stand in a segment, or before 'segments' for all segments. */
    private static final Set<String> OF_SEGMENTS = Stream.concat(
        Stream.of("mtu", "source"), Arrays.stream(SegmentRule.values()).map(SegmentRule::toString))
        .collect(Collectors.toUnmodifiableSet());

    /** Parts of list elements that may be given by name, in the order of the option's syntax. */
    private static final Map<String, List<String>> PARTS = Map.of(
        "peers", List.of("remote", "mac", "subnet", "gateway"),
        "fdb", List.of("mac", "remote"),
        "neighbors", List.of("ip", "mac"),
        "routes", List.of("prefix", "via", "vni", "remote", "mac", "type"));

    private final Map<String, OptionSpec> options = new LinkedHashMap<>();
    private final Set<String> ofSegments = new LinkedHashSet<>();

    ConfigKeys()
    {
        for (final OptionSpec option : ConfigArguments.commandLine().getCommandSpec().options())
        {
            final String name = option.longestName().substring(2);
            options.put(PLURALS.getOrDefault(name, name), option);
        }
        ofSegments.addAll(options.keySet());
        ofSegments.removeIf(key -> !OF_ONE_SEGMENT.contains(key) && !OF_SEGMENTS.contains(key));
    }

    Set<String> all()
    {
        return options.keySet();
    }

    static boolean isOfOneSegment(final String key)
    {
        return OF_ONE_SEGMENT.contains(key);
    }

    static boolean isOfOneContext(final String key)
    {
        return OF_ONE_CONTEXT.contains(key);
    }

    /** Keys that may stand in a routing context; the first is its name. */
    static List<String> ofContexts()
    {
        return OF_CONTEXTS;
    }

    /** Keys that may stand in a segment, in the order of the options. */
    Set<String> ofSegments()
    {
        return ofSegments;
    }

    /**
     * @param arguments gets the options for the key.
     * @param key       to convert.
     * @param value     of the key.
     * @throws IllegalArgumentException if it is wrong; the message has file and line.
     */
    void add(final ConfigArguments arguments, final String key, final ConfigNode value)
    {
        final OptionSpec option = Objects.requireNonNull(options.get(key));
        final String name = option.longestName().substring(2);
        if (option.isMultiValue())
        {
            arguments.remove(name);
            for (final ConfigNode element : value.elements())
            {
                arguments.add(name, element.isMap() ? join(key, element) : element.text(), element.place());
            }
        }
        else
        {
            arguments.set(name, value.text(), value.place());
        }
    }

    private static String join(final String key, final ConfigNode element)
    {
        final List<String> parts = PARTS.get(key);
        if (parts == null)
        {
            throw element.place().problem("'" + key + "' takes a list of single values");
        }
        final Map<String, ConfigNode> members = element.members();
        members.forEach((name, value) ->
        {
            if (!parts.contains(name))
            {
                throw value.place().problem("unknown key '" + name + "'" + Suggestion.of(name, parts));
            }
        });
        final StringBuilder text = new StringBuilder();
        for (final String part : parts)
        {
            final ConfigNode value = members.get(part);
            if (value == null && (parts.size() == 2 || part.equals(parts.get(0))))
            {
                throw element.place().problem("'" + part + "' is missing");
            }
            if (value != null)
            {
                final boolean isNamed = parts.size() > 2 && !part.equals(parts.get(0));
                text.append(text.isEmpty() ? "" : isNamed ? "," : "=")
                    .append(isNamed ? part + "=" : "")
                    .append(value.text());
            }
        }
        return text.toString();
    }
}
