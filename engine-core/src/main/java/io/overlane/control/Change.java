// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one entry when a state was applied.
 *
 * @param action what was done.
 * @param before the entry as it was; null if there was none.
 * @param after  the entry as it is now, or as it was wanted and refused; null if it was removed.
 * @param why    the reason in words, or empty.
 */
public record Change(Action action, @Nullable Entry before, @Nullable Entry after, String why)
{
    /** What was done. */
    public enum Action
    {
        /** There was no such entry. */
        ADDED,

        /** It had another value. */
        CHANGED,

        /** It is not wanted any more; another owner may still have it. */
        REMOVED,

        /** Nothing: another owner has it with another value. */
        CONFLICT,

        /** Nothing: there is no room, or no such segment. */
        REFUSED
    }

    /** @return what the entry is about. */
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
