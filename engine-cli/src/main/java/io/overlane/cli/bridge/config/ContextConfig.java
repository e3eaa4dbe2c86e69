// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.cli.bridge.plan.BridgeMode;
import io.overlane.cli.bridge.plan.BridgeOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.ContextPlan;
import io.overlane.cli.bridge.plan.ContextPlanner;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.config.ConfigNode;
import io.overlane.cli.config.Place;
import io.overlane.cli.config.Suggestion;
import io.overlane.routing.RoutingContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routing contexts of a configuration file: those that {@code contexts} lists, or those that segments name. */
final class ContextConfig
{
    private static final String NAME = "name";

    private final ConfigKeys keys;
    private final HostFacts host;
    private final List<BridgePlan> segments;

    /**
     * @param keys     of the file.
     * @param host     whose facts are needed.
     * @param segments plans of all segments.
     */
    ContextConfig(final ConfigKeys keys, final HostFacts host, final List<BridgePlan> segments)
    {
        this.keys = keys;
        this.host = host;
        this.segments = segments;
    }

    /**
     * @param common options for all contexts.
     * @param list   value of {@code contexts}; null if the file has none.
     * @param places of the names in segments.
     * @return plans of the contexts.
     * @throws IllegalArgumentException if something is wrong; the message has file and line.
     */
    List<ContextPlan> read(
        final ConfigArguments common, final @Nullable ConfigNode list, final Map<String, Place> places)
    {
        final Set<String> named = new LinkedHashSet<>();
        segments.stream().filter(BridgePlan::isGateway).forEach(segment -> named.add(segment.context()));
        final List<ContextPlan> plans = new ArrayList<>();
        if (list == null && named.isEmpty())
        {
            return located(common, options -> ContextPlanner.plans(options, segments, host));
        }
        if (list == null)
        {
            named.forEach(name -> plans.add(plan(name, common)));
            return List.copyOf(plans);
        }
        if (segments.get(0).mode() != BridgeMode.VXLAN)
        {
            throw list.place().problem("'contexts' needs mode vxlan");
        }
        final Map<Object, Place> taken = new HashMap<>();
        for (final ConfigNode element : list.elements())
        {
            final ContextPlan plan = read(common, element);
            requireOwn(taken, "context " + plan.name(), element.place());
            if (plan.settings().l3Vni() != RoutingContext.NO_VNI)
            {
                requireOwn(taken, "L3 VNI " + plan.settings().l3Vni(), element.place());
            }
            plans.add(plan);
        }
        final List<String> known = plans.stream().map(ContextPlan::name).toList();
        for (final String name : named)
        {
            if (!known.contains(name))
            {
                throw places.getOrDefault(name, list.place()).problem(
                    "context " + name + " is not in 'contexts'" + Suggestion.of(name, known));
            }
        }
        return List.copyOf(plans);
    }

    private ContextPlan read(final ConfigArguments common, final ConfigNode element)
    {
        final Map<String, ConfigNode> members = new LinkedHashMap<>(element.members());
        final ConfigNode name = members.remove(NAME);
        if (name == null)
        {
            throw element.place().problem("a context needs a name");
        }
        final ConfigArguments arguments = common.copy(element.place());
        arguments.set("context", name.text(), name.place());
        members.forEach((key, value) ->
        {
            if (!ConfigKeys.ofContexts().contains(key))
            {
                throw value.place().problem(
                    "unknown key '" + key + "' of a context" + Suggestion.of(key, ConfigKeys.ofContexts()));
            }
            keys.add(arguments, key, value);
        });
        return plan(name.text(), arguments);
    }

    private ContextPlan plan(final String name, final ConfigArguments arguments)
    {
        return located(arguments, options -> ContextPlanner.plan(name, options, segments, host));
    }

    private static <T> T located(final ConfigArguments arguments, final Function<BridgeOptions, T> planner)
    {
        final BridgeOptions options = arguments.parse().bridge();
        try
        {
            return planner.apply(options);
        }
        catch (final IllegalArgumentException ex)
        {
            throw arguments.locate(ex);
        }
    }

    private static void requireOwn(final Map<Object, Place> taken, final String what, final Place place)
    {
        final Place before = taken.putIfAbsent(what, place);
        if (before != null)
        {
            throw place.problem(what + " is taken by the context in line " + before.line());
        }
    }
}
