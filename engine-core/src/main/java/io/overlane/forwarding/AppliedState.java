// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.control.Entry;
import io.overlane.control.EntryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an owner wanted last; not changed any more.
 *
 * @param generation how often a state of the owner was applied.
 * @param wanted     its entries.
 */
record AppliedState(long generation, Map<EntryKey, Entry> wanted)
{
    static final AppliedState NOTHING = new AppliedState(0, Map.of());

    /** What another state has and this one has not, or with another value. */
    List<EntryKey> toPut(final Map<EntryKey, Entry> next)
    {
        final List<EntryKey> keys = new ArrayList<>();
        next.forEach((key, value) ->
        {
            if (!value.equals(wanted.get(key)))
            {
                keys.add(key);
            }
        });
        return keys;
    }

    /** What this state has and another has not. */
    List<EntryKey> toGiveUp(final Map<EntryKey, Entry> next)
    {
        return wanted.keySet().stream().filter(key -> !next.containsKey(key)).toList();
    }
}
