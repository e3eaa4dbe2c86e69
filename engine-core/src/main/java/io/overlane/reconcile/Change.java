// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

/**
 * What became of one entry when a state was applied.
 *
 * @param action what was done.
 * @param key    of the entry.
 * @param before its value before, null if there was no entry.
 * @param after  its value now, or the one that was wanted and refused; null if the entry went.
 * @param why    in words, where there is something to say; else empty.
 */
public record Change(Action action, EntryKey key, Object before, Object after, String why)
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

    @Override
    public String toString()
    {
        final String values = (before == null ? "" : " " + before) + (after == null ? "" : " -> " + after);
        return action.name().toLowerCase() + " " + key + values + (why.isEmpty() ? "" : " (" + why + ")");
    }
}
