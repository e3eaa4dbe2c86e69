// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.policy.SegmentPolicy;
import io.overlane.segment.Segment;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The outer rules of segments whose frames follow each other by turns. One thread; allocates when rules change. */
final class OuterRules
{
    private final Int2ObjectHashMap<Made> made = new Int2ObjectHashMap<>();

    /** A rule, and the settings that it was made from. */
    private record Made(SegmentPolicy from, OuterRule rule)
    {
    }

    /** Of the last frame; most frames that follow each other go to one segment. */
    private @Nullable SegmentPolicy lastRules;
    @SuppressWarnings("NullAway.Init")
    private OuterRule last;

    /** The rule of a segment as it is now. */
    OuterRule of(final Segment segment)
    {
        final SegmentPolicy rules = segment.rules();
        if (rules != lastRules)
        {
            last = find(segment, rules);
            lastRules = rules;
        }
        return last;
    }

    private OuterRule find(final Segment segment, final SegmentPolicy rules)
    {
        final Made known = made.get(segment.vni());
        if (known != null && known.from == rules)
        {
            return known.rule;
        }
        final OuterRule rule = new OuterRule(rules.outer());
        made.put(segment.vni(), new Made(rules, rule));
        return rule;
    }
}
