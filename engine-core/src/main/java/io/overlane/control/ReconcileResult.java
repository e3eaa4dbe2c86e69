// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.List;

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
     * @param action of changes.
     * @return number of changes with this action.
     */
    public int count(final Change.Action action)
    {
        int count = 0;
        for (final Change change : changes)
        {
            count += change.action() == action ? 1 : 0;
        }
        return count;
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
