// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.admin.rule.RuleChange;
import io.overlane.policy.PolicyChange;
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
    /**
     * Entries in tables of the engine and the host, and what a trunk does with tags. Other settings are fixed in
     * device, socket or threads.
     */
    private static final Set<String> TABLES =
        Set.of("addresses", "peers", "fdb", "flood", "neighbors", "gateways", "context", "vlanRules");

    /** Rules may change in a segment, but not in an IP network, which keeps its outer headers. */
    private static final String RULES = "rules";

    /** Components of a plan whose key has another name. */
    private static final Map<String, String> KEYS = Map.of(
        "napNs", "nap", "checksum", "udp-checksum", "multicastDevice", "dev", "allIcmpErrors", "icmp-errors");

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
        final RecordComponent[] components = BridgePlan.class.getRecordComponents();
        final Object[] values = new Object[components.length];
        final Class<?>[] types = new Class<?>[components.length];
        try
        {
            for (int i = 0; i < components.length; i++)
            {
                final String name = components[i].getName();
                final Object before = components[i].getAccessor().invoke(running);
                final Object after = components[i].getAccessor().invoke(wanted);
                final boolean isRules = RULES.equals(name);
                final boolean changes = TABLES.contains(name) || isRules && running.mode() == BridgeMode.VXLAN;
                types[i] = components[i].getType();
                values[i] = changes ? after : before;
                if (!changes && isRules)
                {
                    RuleChange.of(new PolicyChange(running.policy(), wanted.policy())).forEach(rule ->
                        kept.add(kept(running, rule.rule().toString(), rule.before(), rule.after())));
                }
                else if (!changes && !Objects.equals(before, after))
                {
                    kept.add(kept(running, key(name), text(name, before), text(name, after)));
                }
            }
            return new PlanChange(BridgePlan.class.getDeclaredConstructor(types).newInstance(values), kept);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new LinkageError("a record can be read and made", ex);
        }
    }

    private static String kept(final BridgePlan plan, final String key, final String before, final String after)
    {
        return key + " of " + plan.device() + " is still " + before + ", not " + after +
            ": restart the bridge to change it";
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
