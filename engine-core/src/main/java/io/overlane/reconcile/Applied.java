// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an owner wanted last; not changed any more.
 *
 * @param generation how often a state of the owner was applied.
 * @param wanted     its entries.
 */
record Applied(long generation, Map<EntryKey, Object> wanted)
{
    static final Applied NOTHING = new Applied(0, Map.of());

    /** What another state has and this one has not, or with another value. */
    List<EntryKey> toPut(final Map<EntryKey, Object> next)
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
    List<EntryKey> toGiveUp(final Map<EntryKey, Object> next)
    {
        return wanted.keySet().stream().filter(key -> !next.containsKey(key)).toList();
    }
}
