// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One rule of a segment that changed.
 *
 * @param rule   its name, as {@link RuleTexts} has it.
 * @param before what it was.
 * @param after  what it is.
 */
public record RuleChange(String rule, String before, String after)
{
    /**
     * @param before rules.
     * @param after  rules.
     * @return what differs; nothing if that is the same.
     */
    public static List<RuleChange> between(final SegmentPolicy before, final SegmentPolicy after)
    {
        final Map<String, String> old = RuleTexts.of(before);
        final List<RuleChange> changes = new ArrayList<>();
        RuleTexts.of(after).forEach((rule, text) ->
        {
            if (!text.equals(old.get(rule)))
            {
                changes.add(new RuleChange(rule, old.get(rule), text));
            }
        });
        return List.copyOf(changes);
    }

    /** @return for people: {@code learning off -> on}. */
    @Override
    public String toString()
    {
        return rule + " " + before + " -> " + after;
    }
}
