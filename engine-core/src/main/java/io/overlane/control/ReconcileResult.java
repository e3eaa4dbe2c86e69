// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of applying a state.
 *
 * @param owner      of the state.
 * @param generation number of states that the owner has applied, with this one.
 * @param changes    entries that were added, changed or removed, or could not be, in this order of events.
 * @param unchanged  number of entries that were as wanted.
 */
public record ReconcileResult(String owner, long generation, List<Change> changes, int unchanged)
{
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
        public Entry.Key key()
        {
            return Objects.requireNonNull(before == null ? after : before).key();
        }

        @Override
        public String toString()
        {
            final String values =
                (before == null ? "" : " " + before.value()) + (after == null ? "" : " -> " + after.value());
            final String reason = why.isEmpty() ? "" : " (" + why + ")";
            return action.name().toLowerCase(Locale.ROOT) + " " + key() + values + reason;
        }
    }

    /**
     * @param action of changes.
     * @return number of changes with this action.
     */
    public int count(final Change.Action action)
    {
        return (int)changes.stream().filter(change -> change.action() == action).count();
    }

    /** @return number of entries that were added. */
    public int added()
    {
        return count(Change.Action.ADDED);
    }

    /** @return number of entries that got another value. */
    public int changed()
    {
        return count(Change.Action.CHANGED);
    }

    /** @return number of entries that the owner no longer has. */
    public int removed()
    {
        return count(Change.Action.REMOVED);
    }

    /** @return true if every entry is as the owner wants it. */
    public boolean isComplete()
    {
        return notApplied().isEmpty();
    }

    /** @return the conflicts and refusals. */
    public List<Change> notApplied()
    {
        return changes.stream()
            .filter(change ->
                change.action() == Change.Action.CONFLICT || change.action() == Change.Action.REFUSED)
            .toList();
    }

    @Override
    public String toString()
    {
        return "owner " + owner + " generation " + generation + ": " +
            added() + " added, " + changed() + " changed, " + removed() + " removed, " + unchanged + " unchanged, " +
            notApplied().size() + " not applied";
    }
}
