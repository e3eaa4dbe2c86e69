// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import io.overlane.cli.RunOptions;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.BridgePlanner;
import io.overlane.cli.bridge.plan.ContextPlanner;
import io.overlane.cli.bridge.plan.HostFacts;
import io.overlane.cli.bridge.plan.NumberRange;
import io.overlane.cli.config.ConfigNode;
import io.overlane.cli.config.Place;
import io.overlane.cli.config.Suggestion;
import io.overlane.wire.VlanTag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses the text of a {@link ConfigFile}: its keys are the options of {@code tun-bridge}, and {@code segments} lists
 * the settings of each VXLAN segment. Every error has a line number.
 */
final class BridgeConfig
{
    private static final String SEGMENTS = "segments";
    private static final String VNI = "vni";
    private static final String DEVICE = "device";
    private static final String VLAN = "vlan";
    private static final String CONTEXTS = "contexts";
    private static final String CONTEXT = "context";

    private final ConfigKeys keys = new ConfigKeys();
    private final HostFacts host;
    /** Where segments name their routing contexts. */
    private final Map<String, Place> contextPlaces = new HashMap<>();

    private BridgeConfig(final HostFacts host)
    {
        this.host = host;
    }

    /**
     * @param file name in messages.
     * @param text of the file.
     * @param host whose facts are needed.
     * @return checked plans.
     * @throws IllegalArgumentException if something is wrong; one line with file and line.
     */
    static ConfigFile.Contents parse(final String file, final String text, final HostFacts host)
    {
        return new BridgeConfig(host).read(ConfigNode.parse(file, text));
    }

    private ConfigFile.Contents read(final ConfigNode root)
    {
        final Map<String, ConfigNode> members = root.members();
        final ConfigNode segments = members.remove(SEGMENTS);
        final ConfigNode contexts = members.remove(CONTEXTS);
        final ConfigArguments common = new ConfigArguments(root.place());
        members.forEach((key, value) ->
        {
            if (segments != null && ConfigKeys.isOfOneSegment(key))
            {
                throw value.place().problem("'" + key + "' is a setting of one segment: move it into 'segments'");
            }
            if ((segments != null || contexts != null) && ConfigKeys.isOfOneContext(key))
            {
                throw value.place().problem("'" + key + "' is a setting of one routing context: move it into " +
                    "'contexts'");
            }
            requireKnown(key, value.place(), segments == null);
            keys.add(common, key, value);
        });
        final RunOptions run = common.parse().run();
        if (run.statsSeconds != null && run.statsSeconds < 0)
        {
            throw common.place("stats").problem("stats " + run.statsSeconds + ": not a number of seconds");
        }
        try
        {
            run.http.address();
        }
        catch (final IllegalArgumentException ex)
        {
            throw common.locate(ex);
        }
        final List<BridgePlan> plans = segments == null ? List.of(plan(common)) : plans(common, segments);
        return new ConfigFile.Contents(
            plans, new ContextConfig(keys, host, plans).read(common, contexts, contextPlaces), run);
    }

    private List<BridgePlan> plans(final ConfigArguments common, final ConfigNode segments)
    {
        final List<ConfigNode> elements = segments.elements();
        if (elements.isEmpty())
        {
            throw segments.place().problem("'segments' is empty");
        }
        final List<BridgePlan> plans = new ArrayList<>();
        final Map<Object, Place> taken = new HashMap<>();
        final Map<String, BridgePlan> byDevice = new HashMap<>();
        for (final ConfigNode element : elements)
        {
            final ConfigArguments arguments = common.copy(element.place());
            final Map<String, ConfigNode> members = element.members();
            if (!members.containsKey(VNI))
            {
                throw element.place().problem("a segment needs a vni");
            }
            members.forEach((key, value) ->
            {
                requireKnownInSegment(key, value.place());
                keys.add(arguments, key, value);
            });
            for (final ConfigArguments one : expand(arguments))
            {
                if (one.value(DEVICE) == null)
                {
                    one.set(DEVICE, "vx" + one.value(VNI), element.place());
                }
                final BridgePlan plan = plan(one, byDevice.get(one.value(DEVICE)));
                byDevice.putIfAbsent(plan.device(), plan);
                contextPlaces.putIfAbsent(plan.context(), one.place(CONTEXT));
                requireOwnPrefixes(plan, plans, one);
                requireOwn(taken, "VNI " + plan.vni(), element.place());
                requireOwn(taken, "device " + plan.device() +
                    (plan.vlan() == null ? "" : ", VLAN " + plan.vlan() + ","), element.place());
                plans.add(plan);
            }
        }
        if (plans.size() > 1)
        {
            requireTogether(plans, common);
        }
        return List.copyOf(plans);
    }

    /** A segment for each VLAN of a range; the first has the given VNI, each other one the next. */
    private static List<ConfigArguments> expand(final ConfigArguments segment)
    {
        final String vlans = segment.value(VLAN);
        if (vlans == null || !NumberRange.isRange(vlans))
        {
            return List.of(segment);
        }
        final Place place = segment.place(VLAN);
        if (segment.value(DEVICE) == null)
        {
            throw place.problem("vlan " + vlans + ": name the device of these VLANs");
        }
        final String firstVni = Objects.requireNonNull(segment.value(VNI));
        try
        {
            final NumberRange range = NumberRange.parse("--vlan", vlans);
            final int vni = NumberRange.parse("--vni", firstVni).from();
            BridgePlanner.require(range.to() <= VlanTag.MAX_VLAN_ID, "--vlan " + vlans + ": outside " +
                VlanTag.MIN_VLAN_ID + "..." + VlanTag.MAX_VLAN_ID);
            final List<ConfigArguments> all = new ArrayList<>();
            for (int i = 0; i < range.size(); i++)
            {
                final ConfigArguments one = segment.copy(place);
                one.set(VLAN, Integer.toString(range.from() + i), place);
                one.set(VNI, Integer.toString(vni + i), segment.place(VNI));
                all.add(one);
            }
            return all;
        }
        catch (final IllegalArgumentException ex)
        {
            throw segment.locate(ex);
        }
    }

    /** Check what several segments on one engine have in common. */
    private static void requireTogether(final List<BridgePlan> plans, final ConfigArguments common)
    {
        final BridgePlan first = plans.get(0);
        for (final BridgePlan plan : plans)
        {
            if (!plan.local().equals(first.local()))
            {
                throw common.place("local").problem("set 'local': without it, VNI " + first.vni() + " would bind " +
                    first.local().address() + ", and VNI " + plan.vni() + " " + plan.local().address());
            }
        }
        if (first.queues() != 1)
        {
            throw common.place("queues").problem("with several segments, queues must be 1");
        }
    }

    private static void requireOwnPrefixes(
        final BridgePlan plan, final List<BridgePlan> before, final ConfigArguments arguments)
    {
        try
        {
            ContextPlanner.requireOwnPrefixes(plan, before);
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
            throw place.problem(what + " is taken by the segment in line " + before.line());
        }
    }

    /** If segments share a device, the settings of the device come from the first of them. */
    private BridgePlan plan(final ConfigArguments arguments, final @Nullable BridgePlan first)
    {
        if (first == null)
        {
            return plan(arguments);
        }
        for (final Map.Entry<String, String> ofDevice :
            Map.of("mac", String.valueOf(first.mac()), "mtu", Integer.toString(first.mtu())).entrySet())
        {
            final String key = ofDevice.getKey();
            final String value = arguments.value(key);
            if (value == null)
            {
                arguments.set(key, ofDevice.getValue(), arguments.place(DEVICE));
            }
            else if (!value.equals(ofDevice.getValue()))
            {
                throw arguments.place(key).problem(key + " " + value + ": device " + first.device() + " has " +
                    ofDevice.getValue() + " already, for all its segments");
            }
        }
        return plan(arguments);
    }

    private BridgePlan plan(final ConfigArguments arguments)
    {
        final ConfigArguments.Parsed parsed = arguments.parse();
        try
        {
            return BridgePlanner.plan(parsed.bridge(), host);
        }
        catch (final IllegalArgumentException ex)
        {
            throw arguments.locate(ex);
        }
    }

    private void requireKnown(final String key, final Place place, final boolean isOnlyOne)
    {
        final Set<String> known = new LinkedHashSet<>(keys.all());
        known.add(SEGMENTS);
        known.add(CONTEXTS);
        if (!isOnlyOne)
        {
            known.removeIf(ConfigKeys::isOfOneSegment);
        }
        if (!known.contains(key))
        {
            throw place.problem("unknown key '" + key + "'" + Suggestion.of(key, known));
        }
    }

    private void requireKnownInSegment(final String key, final Place place)
    {
        if (!keys.ofSegments().contains(key))
        {
            throw place.problem(keys.all().contains(key) ?
                "'" + key + "' is a setting of all segments: move it before 'segments'" :
                "unknown key '" + key + "'" + Suggestion.of(key, keys.ofSegments()));
        }
    }
}
