// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result for one entry when a state was applied.
 *
 * @param action that was taken.
 * @param before the entry as it was; null if there was none.
 * @param after  the entry as it is now, or as it was wanted and refused; null if it was removed.
 * @param why    the reason in words, or empty.
 */
public record Change(Action action, @Nullable Entry before, @Nullable Entry after, String why)
{
    /** The action for an entry. */
    public enum Action
    {
        /** There was no such entry. */
        ADDED,

        /** It had another value. */
        CHANGED,

        /** The owner does not want it any more; another owner may still have it. */
        REMOVED,

        /** No action, because another owner has the entry with another value. */
        CONFLICT,

        /** No action, because the entry is not possible, for example without room or segment. */
        REFUSED
    }

    /** @return key of the entry. */
    public EntryKey key()
    {
        return Objects.requireNonNull(before == null ? after : before).key();
    }

    @Override
    public String toString()
    {
        final String values =
            (before == null ? "" : " " + before.value()) + (after == null ? "" : " -> " + after.value());
        return action.name().toLowerCase(Locale.ROOT) + " " + key() + values + (why.isEmpty() ? "" : " (" + why + ")");
    }
}
