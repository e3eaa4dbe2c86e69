// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import java.util.ArrayList;
import java.util.List;

/**
 * The changes that brought the host to its wanted state.
 *
 * @param set      commands for entries that were missing or different.
 * @param removed  commands for entries that were no longer wanted.
 * @param failures one line for each command that failed; it is tried again the next time.
 */
public record HostChanges(List<String> set, List<String> removed, List<String> failures)
{
    /** Nothing had to be changed. */
    public static final HostChanges NONE = new HostChanges(List.of(), List.of(), List.of());

    /** @return true if nothing had to be changed. */
    public boolean isEmpty()
    {
        return set.isEmpty() && removed.isEmpty() && failures.isEmpty();
    }

    /** @return both. */
    public HostChanges and(final HostChanges other)
    {
        return new HostChanges(
            joined(set, other.set), joined(removed, other.removed), joined(failures, other.failures));
    }

    private static List<String> joined(final List<String> first, final List<String> second)
    {
        final List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
