// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.admin.AdminException;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Parses the rules of a segment in a request: pairs of a name and a value. */
final class RuleWords
{
    static final String SYNTAX = "VNI [policy linux|rfc7348|strict] [accept-from any|known|PREFIX,...] " +
        "[inner-vlan pass|strip|drop] [learning on|off] [max-learned N|none] [fdb-age SECONDS|never] " +
        "[flood-limit RATES|none] [ttl N|inherit|default] [tos N|inherit] [df set|unset|inherit|default] " +
        "[group IP,...|none]";

    /** Settings that are fixed when a segment is made. */
    private static final Set<String> FIXED = Set.of("dev", "device", "mtu", "mac", "vni", "vlan");

    private static final String NONE = "none";

    /** In the order of application: the policy first, so that single rules override it. */
    private static final Map<String, Function<String, Consumer<SegmentPolicy>>> RULES = new LinkedHashMap<>();

    static
    {
        RULES.put("policy", text ->
        {
            final PolicyProfile profile = profile(text);
            return rules -> rules.sources(SourcePolicy.ANY, Set.of()).profile(profile);
        });
        RULES.put("accept-from", RuleWords::acceptFrom);
        RULES.put("inner-vlan", text ->
        {
            final VlanPolicy policy = word(VlanPolicy.class, text);
            return rules -> rules.decapVlan(policy).encapVlan(policy);
        });
        RULES.put("learning", text ->
        {
            final boolean isOn = List.of("off", "on").indexOf(oneOf(text, "on", "off")) == 1;
            return rules -> rules.learning(isOn);
        });
        RULES.put("max-learned", text ->
        {
            final int most = NONE.equals(text) ? 0 : number(text, 0, 999_999_999);
            return rules -> rules.maxLearned(most);
        });
        RULES.put("fdb-age", text ->
        {
            final int age = "never".equals(text) ? 0 : number(text, 0, 999_999_999);
            return rules -> rules.fdbAgeNs(TimeUnit.SECONDS.toNanos(age));
        });
        RULES.put("flood-limit", text ->
        {
            final FloodBudget budget = FloodBudget.parse(text);
            return rules -> rules.floodBudget(budget);
        });
        RULES.put("ttl", text ->
        {
            final int ttl = "default".equals(text) ? 0 : octet(text, 1);
            return rules -> rules.outer().ttl(ttl);
        });
        RULES.put("tos", text ->
        {
            final int tos = octet(text, 0);
            return rules -> rules.outer().tos(tos);
        });
        RULES.put("df", text ->
        {
            final DontFragment df = word(DontFragment.class, text);
            return rules -> rules.outer().dontFragment(df);
        });
        RULES.put("group", text ->
        {
            final Set<IpAddress> groups = new LinkedHashSet<>();
            if (!NONE.equals(text))
            {
                Arrays.stream(text.split(",", -1)).map(IpAddress::parse).forEach(groups::add);
            }
            new SegmentPolicy().groups(groups);
            return rules -> rules.groups(groups);
        });
    }

    private RuleWords()
    {
    }

    /**
     * @param words pairs, at least one.
     * @return sets these rules.
     * @throws AdminException if there is none, or one is wrong.
     */
    static Consumer<SegmentPolicy> parse(final List<String> words) throws AdminException
    {
        for (int i = 0; i < words.size(); i += 2)
        {
            if (FIXED.contains(words.get(i)))
            {
                throw AdminException.refused(words.get(i) +
                    " of a segment cannot change while it runs: remove the segment and add it again");
            }
        }
        final Words given = new Words(words, 0, RULES.keySet().toArray(String[]::new));
        Consumer<SegmentPolicy> change = rules -> {};
        for (final Map.Entry<String, Function<String, Consumer<SegmentPolicy>>> rule : RULES.entrySet())
        {
            final Consumer<SegmentPolicy> one = given.optional(rule.getKey(), rule.getValue()::apply);
            change = one == null ? change : change.andThen(one);
        }
        if (words.isEmpty())
        {
            throw AdminException.usage("no rule is given");
        }
        return change;
    }

    private static Consumer<SegmentPolicy> acceptFrom(final String text)
    {
        if ("any".equals(text) || "known".equals(text))
        {
            final SourcePolicy policy = "any".equals(text) ? SourcePolicy.ANY : SourcePolicy.KNOWN;
            return rules -> rules.sources(policy, Set.of());
        }
        final Set<IpPrefix> prefixes = new LinkedHashSet<>();
        for (final String part : text.split(",", -1))
        {
            final IpAddress address = part.contains("/") ? null : IpAddress.parse(part);
            prefixes.add(address == null ? IpPrefix.parse(part) : new IpPrefix(address, address.bits()));
        }
        return rules -> rules.sources(SourcePolicy.LISTED, prefixes);
    }

    private static PolicyProfile profile(final String text)
    {
        final String[] labels = Arrays.stream(PolicyProfile.values()).map(PolicyProfile::label).toArray(String[]::new);
        return PolicyProfile.values()[Arrays.asList(labels).indexOf(oneOf(text, labels))];
    }

    private static <E extends Enum<E>> E word(final Class<E> type, final String text)
    {
        final String[] known = Arrays.stream(type.getEnumConstants())
            .map(value -> value.name().toLowerCase(Locale.ROOT)).toArray(String[]::new);
        return Enum.valueOf(type, oneOf(text, known).toUpperCase(Locale.ROOT));
    }

    private static String oneOf(final String text, final String... known)
    {
        if (!Arrays.asList(known).contains(text))
        {
            throw new IllegalArgumentException("'" + text + "' is not one of " +
                Arrays.stream(known).collect(Collectors.joining(", ")));
        }
        return text;
    }

    private static int octet(final String text, final int least)
    {
        return "inherit".equals(text) ? OuterContext.INHERIT :
            text.matches("0x[0-9a-fA-F]{1,2}") ? number(Integer.decode(text).toString(), least, 255) :
            number(text, least, 255);
    }

    private static int number(final String text, final int least, final int most)
    {
        return Words.number("number", least, most).apply(text);
    }
}
