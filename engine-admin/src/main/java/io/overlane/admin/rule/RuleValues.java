// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.rule;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.underlay.OuterContext;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Reads and writes the values of {@link SegmentRule}s. A value that is none has a message with what was expected. */
final class RuleValues
{
    private static final int MAX_NUMBER = 999_999_999;
    private static final List<String> RATES = List.of("port", "segment", "copies", "arp");
    private static final int MAX_RATE = 1_000_000_000;
    private static final String INHERIT = "inherit";
    private static final String NONE = "none";
    private static final String NEVER = "never";
    private static final String DEFAULT = "default";

    private RuleValues()
    {
    }

    static PolicyProfile profile(final String text)
    {
        final List<PolicyProfile> profiles = List.of(PolicyProfile.values());
        return profiles.get(indexOf(text, profiles.stream().map(PolicyProfile::label).toList()));
    }

    /** The profile of all rules that have no row in the table; without such a profile, those rules. */
    static String profile(final SegmentPolicy policy)
    {
        return Arrays.stream(PolicyProfile.values())
            .filter(profile -> withoutRow(new SegmentPolicy().profile(profile)).equals(withoutRow(policy)))
            .findFirst()
            .map(PolicyProfile::label)
            .orElseGet(() -> withoutRow(policy));
    }

    private static String withoutRow(final SegmentPolicy policy)
    {
        return "reserved-bits " + Long.toHexString(policy.reservedBits()) +
            ", ecn " + word(policy.ecn()) +
            ", drop own-mac " + word(policy.dropOwnMac()) +
            ", static-violation " + word(policy.dropStaticViolation()) +
            ", bad-source " + word(policy.dropBadSource());
    }

    static void acceptFrom(final SegmentPolicy policy, final String text)
    {
        final SourcePolicy word = "any".equals(text) ? SourcePolicy.ANY :
            "known".equals(text) ? SourcePolicy.KNOWN : SourcePolicy.LISTED;
        policy.sources(word, word == SourcePolicy.LISTED ?
            Arrays.stream(text.split(",", -1)).map(RuleValues::prefix)
                .collect(Collectors.toCollection(LinkedHashSet::new)) : Set.of());
    }

    /** An address alone is a prefix too. */
    private static IpPrefix prefix(final String text)
    {
        try
        {
            final IpAddress address = text.contains("/") ? null : IpAddress.parse(text);
            return address == null ? IpPrefix.parse(text) : new IpPrefix(address, address.bits());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("expected any, known or prefixes", ex);
        }
    }

    static Set<IpAddress> groups(final String text)
    {
        final Set<IpAddress> groups = new LinkedHashSet<>();
        if (!NONE.equals(text))
        {
            Arrays.stream(text.split(",", -1)).map(IpAddress::parse).forEach(groups::add);
        }
        return groups;
    }

    static String list(final Collection<?> values)
    {
        return values.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    /** A file says true and false as well. */
    static boolean onOrOff(final String text)
    {
        return indexOf("true".equals(text) ? "on" : "false".equals(text) ? "off" : text, List.of("on", "off")) == 0;
    }

    static String onOrOff(final boolean isOn)
    {
        return isOn ? "on" : "off";
    }

    /** A number, or a word that stands for one. */
    static int number(final String text, final int least, final String word, final int value)
    {
        if (text.equals(word))
        {
            return value;
        }
        final boolean isNumber = text.matches("\\d{1,9}");
        require(isNumber && Integer.parseInt(text) >= least, "expected " + least + "..." + MAX_NUMBER + " or " + word);
        return Integer.parseInt(text);
    }

    static String number(final int number, final int value, final String word)
    {
        return number == value ? word : Integer.toString(number);
    }

    static long seconds(final String text)
    {
        return text.equals(DEFAULT) ? SegmentPolicy.ENGINE_AGE : TimeUnit.SECONDS.toNanos(number(text, 0, NEVER, 0));
    }

    static String seconds(final long ns)
    {
        return ns == SegmentPolicy.ENGINE_AGE ? DEFAULT :
            ns == 0 ? NEVER :
            BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMillis(ns), 3).stripTrailingZeros().toPlainString();
    }

    /** 0 in words is the default. */
    static int octet(final String text, final int least, final String zero)
    {
        if (text.equals(INHERIT) || text.equals(zero))
        {
            return text.equals(INHERIT) ? OuterContext.INHERIT : 0;
        }
        final int octet = text.matches("\\d{1,3}") ? Integer.parseInt(text) :
            text.matches("0x[0-9a-fA-F]{1,2}") ? Integer.decode(text) : -1;
        require(octet >= least && octet <= 255,
            "expected " + least + "...255 or inherit" + (least == 0 ? "" : " or " + zero));
        return octet;
    }

    static String octet(final int value, final String zero)
    {
        return value == OuterContext.INHERIT ? INHERIT : number(value, 0, zero);
    }

    static FloodBudget budget(final String text)
    {
        final int[] rates = new int[RATES.size()];
        for (final String part : text.equals(NONE) ? new String[0] : text.split(",", -1))
        {
            final int equals = part.indexOf('=');
            final int rate = RATES.indexOf(part.substring(0, Math.max(0, equals)));
            final String number = part.substring(equals + 1);
            require(
                rate >= 0 && rates[rate] == 0 && number.matches("[1-9]\\d{0,9}") && Long.parseLong(number) <= MAX_RATE,
                "expected port=N,segment=N,copies=N,arp=N in frames a second, or none");
            rates[rate] = Integer.parseInt(number);
        }
        return new FloodBudget(rates[0], rates[1], rates[2], rates[3]);
    }

    static String budget(final FloodBudget budget)
    {
        final int[] rates = {budget.portFrames(), budget.segmentFrames(), budget.copies(), budget.portRequests()};
        final StringJoiner text = new StringJoiner(",").setEmptyValue(NONE);
        for (int i = 0; i < rates.length; i++)
        {
            if (rates[i] != 0)
            {
                text.add(RATES.get(i) + "=" + rates[i]);
            }
        }
        return text.toString();
    }

    static <E extends Enum<E>> E word(final Class<E> type, final String text)
    {
        final E[] constants = type.getEnumConstants();
        return constants[indexOf(text, Arrays.stream(constants).map(RuleValues::word).toList())];
    }

    static String word(final Enum<?> value)
    {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int indexOf(final String text, final List<String> words)
    {
        final int index = words.indexOf(text.toLowerCase(Locale.ROOT));
        final int last = words.size() - 1;
        require(index >= 0, "expected " + String.join(", ", words.subList(0, last)) + " or " + words.get(last));
        return index;
    }

    private static void require(final boolean isRight, final String message)
    {
        if (!isRight)
        {
            throw new IllegalArgumentException(message);
        }
    }
}
