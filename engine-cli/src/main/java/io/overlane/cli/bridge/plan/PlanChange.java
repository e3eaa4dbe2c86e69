// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The result of replacing a running plan by another.
 *
 * @param plan the wanted plan, except for settings that cannot change while it runs.
 * @param kept one line for each setting that was not changed.
 */
public record PlanChange(BridgePlan plan, List<String> kept)
{
    /** Entries in tables of the engine and the host. Other settings are fixed in device, socket or threads. */
    private static final Set<String> TABLES = Set.of("addresses", "peers", "fdb", "flood", "neighbors");

    /** Rules of a segment, including limits and outer headers. */
    private static final Set<String> RULES =
        Set.of("learning", "policy", "source", "maxLearned", "flood", "fdbAgeNs", "ttl", "tos", "df", "group");

    /** Components of a plan whose key has another name. */
    private static final Map<String, String> KEYS =
        Map.of("napNs", "nap", "checksum", "udp-checksum", "allIcmpErrors", "icmp-errors");

    /**
     * @param running plan.
     * @param wanted  plan for the same segment.
     * @return the change.
     */
    public static PlanChange of(final BridgePlan running, final BridgePlan wanted)
    {
        if (wanted.equals(running))
        {
            return new PlanChange(running, List.of());
        }
        final List<String> kept = new ArrayList<>();
        return new PlanChange((BridgePlan)merge(running, wanted, running, kept), kept);
    }

    private static Record merge(
        final Record running, final Record wanted, final BridgePlan plan, final List<String> kept)
    {
        final RecordComponent[] components = running.getClass().getRecordComponents();
        final Object[] values = new Object[components.length];
        final Class<?>[] types = new Class<?>[components.length];
        try
        {
            for (int i = 0; i < components.length; i++)
            {
                final String name = components[i].getName();
                final Object before = components[i].getAccessor().invoke(running);
                final Object after = components[i].getAccessor().invoke(wanted);
                types[i] = components[i].getType();
                if (before instanceof LimitPlan || before instanceof OuterPlan)
                {
                    values[i] = merge((Record)before, (Record)after, plan, kept);
                }
                else if (TABLES.contains(name) || plan.mode() == BridgeMode.VXLAN && RULES.contains(name))
                {
                    values[i] = after;
                }
                else
                {
                    values[i] = before;
                    keep(plan, running, name, before, after, kept);
                }
            }
            return running.getClass().getDeclaredConstructor(types).newInstance(values);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new AssertionError("a record can be read and made", ex);
        }
    }

    private static void keep(
        final BridgePlan plan,
        final Record part,
        final String name,
        final Object before,
        final Object after,
        final List<String> kept)
    {
        if (!Objects.equals(before, after))
        {
            kept.add((part instanceof OuterPlan && "device".equals(name) ? "dev" : key(name)) + " of " +
                plan.device() + " is still " + text(name, before) + ", not " + text(name, after) +
                ": restart the bridge to change it");
        }
    }

    private static String text(final String name, final Object value)
    {
        return value == null ? "none" :
            "napNs".equals(name) ? Long.toString(TimeUnit.NANOSECONDS.toMicros((Long)value)) :
            "checksum".equals(name) ? (Boolean)value ? "on" : "off" :
            value.toString();
    }

    private static String key(final String name)
    {
        return KEYS.getOrDefault(name, name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }
}
