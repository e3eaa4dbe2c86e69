// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.List;

/**
 * What applying a state did.
 *
 * @param owner      whose.
 * @param generation of the owner's state: 1 for the first that was applied, one more each time.
 * @param changes    what was added, changed, removed or could not be, in the order it was done.
 * @param unchanged  entries that were as wanted.
 */
public record ReconcileResult(String owner, long generation, List<Change> changes, int unchanged)
{
    /**
     * @param action of changes.
     * @return how many there are.
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

    /** @return entries that were not there. */
    public int added()
    {
        return count(Change.Action.ADDED);
    }

    /** @return entries that got another value. */
    public int changed()
    {
        return count(Change.Action.CHANGED);
    }

    /** @return entries that were given up. */
    public int removed()
    {
        return count(Change.Action.REMOVED);
    }

    /** @return true if every entry is as the owner wants it. */
    public boolean isComplete()
    {
        return notApplied().isEmpty();
    }

    /** @return conflicts and refusals. */
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
