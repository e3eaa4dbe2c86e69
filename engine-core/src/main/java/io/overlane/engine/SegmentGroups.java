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
 * The multicast groups of all segments. The underlay joins a group for the first segment that is in it, and leaves it
 * after the last. Used by the thread that writes the tables.
 */
final class SegmentGroups
{
    private final Underlay underlay;
    private final ErrorHandler errorHandler;
    private final Map<IpAddress, Set<Integer>> vnisByGroup = new HashMap<>();

    /** Of several queues only the underlay of the first joins, or each would receive every datagram. */
    SegmentGroups(final Underlay underlay, final ErrorHandler errorHandler)
    {
        this.underlay = underlay;
        this.errorHandler = errorHandler;
    }

    /**
     * Add a segment to a group.
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

    void leaveAll(final int vni)
    {
        Set.copyOf(vnisByGroup.keySet()).forEach(group -> leave(vni, group));
    }
}
