// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import java.util.ArrayList;
import java.util.List;

/**
 * What it took to make the host as it was wanted.
 *
 * @param set      commands for entries that were missing or different.
 * @param removed  commands for entries that were no longer wanted.
 * @param failures one line for each that did not work; it is tried again the next time.
 */
public record HostChanges(List<String> set, List<String> removed, List<String> failures)
{
    /** Everything stood there as wanted. */
    public static final HostChanges NONE = new HostChanges(List.of(), List.of(), List.of());

    /** @return true if everything stood there as wanted. */
    public boolean isEmpty()
    {
        return set.isEmpty() && removed.isEmpty() && failures.isEmpty();
    }

    /**
     * @param other changes made afterwards.
     * @return both.
     */
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
