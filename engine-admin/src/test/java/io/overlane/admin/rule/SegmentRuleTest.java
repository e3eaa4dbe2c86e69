// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.policy.PolicyChange;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rules of a segment in words. */
class SegmentRuleTest
{
    @ParameterizedTest
    @EnumSource
    void shouldReadWhatItWrites(final SegmentRule rule)
    {
        final SegmentPolicy policy = new SegmentPolicy();
        rule.set(policy, rule.text(policy));
        assertTrue(policy.isSameAs(new SegmentPolicy()));
    }

    @ParameterizedTest
    @EnumSource
    void shouldNameRuleAndValueOfAnError(final SegmentRule rule)
    {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> rule.set(new SegmentPolicy(), "?")).getMessage();
        assertTrue(message.startsWith(rule + " ?: "), message);
        assertEquals(1, message.lines().count());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        POLICY      | strict                            | strict
        ACCEPT_FROM | 2001:db8::1                       | 2001:db8::1/128
        ACCEPT_FROM | known                             | known
        INNER_VLAN  | strip                             | strip
        LEARNING    | true                              | on
        LEARNING    | off                               | off
        MAX_LEARNED | 7                                 | 7
        MAX_LEARNED | 0                                 | none
        FDB_AGE     | 60                                | 60
        FDB_AGE     | 0                                 | never
        FLOOD_LIMIT | copies=1000000000,port=2          | port=2,copies=1000000000
        TTL         | 255                               | 255
        TOS         | 0xb8                              | 184
        TOS         | 008                               | 8
        DF          | unset                             | unset
        GROUP       | 239.1.1.1,ff05::1                 | 239.1.1.1,ff05::1
        """)
    void shouldWriteValuesInOneWay(final SegmentRule rule, final String given, final String written)
    {
        final SegmentPolicy policy = new SegmentPolicy();
        rule.set(policy, given);
        assertEquals(written, rule.text(policy));
    }

    @Test
    void shouldListChangedRulesInTheOrderOfTheTable()
    {
        final SegmentPolicy after = new SegmentPolicy().learning(true).profile(PolicyProfile.STRICT);
        assertEquals(
            List.of("policy linux -> strict", "accept-from any -> known", "inner-vlan pass -> drop",
                "learning off -> on"),
            RuleChange.of(new PolicyChange(new SegmentPolicy(), after)).stream().map(RuleChange::toString).toList());
        assertEquals(List.of(), RuleChange.of(new PolicyChange(after, after)));
    }
}
