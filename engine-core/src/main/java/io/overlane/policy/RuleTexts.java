// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The rules of a segment as they are written and shown. */
public final class RuleTexts
{
    private RuleTexts()
    {
    }

    /**
     * @param rules concluded settings.
     * @return what each is, by name, in the order in which they are shown.
     */
    public static Map<String, String> of(final SegmentPolicy rules)
    {
        final Map<String, String> texts = new LinkedHashMap<>();
        texts.put("policy", policy(rules));
        texts.put("accept-from", rules.sourcePolicy() == SourcePolicy.LISTED ?
            list(rules.sources()) : word(rules.sourcePolicy()));
        texts.put("inner-vlan", rules.decapVlan() == rules.encapVlan() ?
            word(rules.decapVlan()) : word(rules.decapVlan()) + " in, " + word(rules.encapVlan()) + " out");
        texts.put("learning", rules.learning() ? "on" : "off");
        texts.put("max-learned", rules.maxLearned() == 0 ? "none" : Integer.toString(rules.maxLearned()));
        texts.put("fdb-age", seconds(rules.fdbAgeNs()));
        texts.put("flood-limit", rules.floodBudget().toString());
        texts.put("ttl", octet(rules.outer().ttl(), "default"));
        texts.put("tos", octet(rules.outer().tos(), "0"));
        texts.put("df", rules.outer().dontFragment() == DontFragment.DEFAULT ?
            "default" : word(rules.outer().dontFragment()));
        texts.put("group", rules.groups().isEmpty() ? "none" : list(rules.groups()));
        return texts;
    }

    /** The profile of all that has no name of its own here, or for want of one all that. */
    private static String policy(final SegmentPolicy rules)
    {
        for (final PolicyProfile profile : PolicyProfile.values())
        {
            final SegmentPolicy other = new SegmentPolicy().profile(profile);
            if (unnamed(other).equals(unnamed(rules)))
            {
                return profile.label();
            }
        }
        return unnamed(rules);
    }

    private static String unnamed(final SegmentPolicy rules)
    {
        return "reserved-bits " + Long.toHexString(rules.reservedBits()) +
            ", ecn " + word(rules.ecn()) +
            ", drop own-mac " + word(rules.dropOwnMac()) +
            ", static-violation " + word(rules.dropStaticViolation()) +
            ", bad-source " + word(rules.dropBadSource());
    }

    private static String octet(final int value, final String none)
    {
        return value == OuterContext.INHERIT ? "inherit" : value == 0 ? none : Integer.toString(value);
    }

    private static String seconds(final long ageNs)
    {
        return ageNs == SegmentPolicy.ENGINE_AGE ? "default" :
            ageNs == 0 ? "never" :
            BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMillis(ageNs), 3).stripTrailingZeros().toPlainString();
    }

    private static String word(final Enum<?> value)
    {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String list(final Collection<?> values)
    {
        return values.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
