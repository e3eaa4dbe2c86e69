// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.rule;

import io.overlane.policy.PolicyChange;
import java.util.Arrays;
import java.util.List;

/**
 * One rule of a segment that changed.
 *
 * @param rule   the rule.
 * @param before its value in words.
 * @param after  its new value in words.
 */
public record RuleChange(SegmentRule rule, String before, String after)
{
    /**
     * @param change of a segment's policy.
     * @return the rules that are different, in the order of the table.
     */
    public static List<RuleChange> of(final PolicyChange change)
    {
        return Arrays.stream(SegmentRule.values())
            .map(rule -> new RuleChange(rule, rule.text(change.before()), rule.text(change.after())))
            .filter(one -> !one.before.equals(one.after))
            .toList();
    }

    /** @return for people: {@code learning off -> on}. */
    @Override
    public String toString()
    {
        return rule + " " + before + " -> " + after;
    }
}
