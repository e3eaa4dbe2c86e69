// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.ErrorHandler;

/**
 * Which segment is in which multicast group: the underlay joins a group with the first segment that is, and leaves it
 * with the last. Used by the one thread that writes tables.
 */
final class SegmentGroups
{
    private final Underlay underlay;
    private final ErrorHandler errorHandler;
    private final Map<IpAddress, Set<Integer>> vnisByGroup = new HashMap<>();

    /**
     * @param underlay     to join with: of several queues the first's, or each would get every datagram.
     * @param errorHandler told of a group that cannot be left.
     */
    SegmentGroups(final Underlay underlay, final ErrorHandler errorHandler)
    {
        this.underlay = underlay;
        this.errorHandler = errorHandler;
    }

    /**
     * A segment is in a group from now on.
     *
     * @throws UncheckedIOException if the system refuses; nothing has changed then.
     */
    void join(final int vni, final IpAddress group)
    {
        if (!vnisByGroup.containsKey(group))
        {
            try
            {
                underlay.join(group);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex.getMessage(), ex);
            }
        }
        vnisByGroup.computeIfAbsent(group, first -> new HashSet<>()).add(vni);
    }

    /** A segment is in a group no more. */
    void leave(final int vni, final IpAddress group)
    {
        final Set<Integer> vnis = vnisByGroup.get(group);
        if (vnis != null && vnis.remove(vni) && vnis.isEmpty())
        {
            vnisByGroup.remove(group);
            try
            {
                underlay.leave(group);
            }
            catch (final IOException ex)
            {
                errorHandler.onError(ex);
            }
        }
    }

    /** A segment is gone. */
    void leaveAll(final int vni)
    {
        Set.copyOf(vnisByGroup.keySet()).forEach(group -> leave(vni, group));
    }
}
