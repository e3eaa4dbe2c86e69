// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The leases known so far, without the own one; it computes what changed. */
final class LeaseSet
{
    private final @Nullable SubnetKey own;
    private Map<SubnetKey, Lease> known = new LinkedHashMap<>();

    LeaseSet(final @Nullable SubnetKey own)
    {
        this.own = own;
    }

    /**
     * Replace all leases.
     *
     * @return the changes, removals first: a subnet may have moved to a lease of another length.
     */
    List<LeaseEvent> reset(final List<Lease> leases)
    {
        final Map<SubnetKey, Lease> next = new LinkedHashMap<>();
        leases.forEach(lease -> next.put(lease.key(), lease));
        next.remove(own);
        final List<LeaseEvent> events = new ArrayList<>();
        known.forEach((key, lease) ->
        {
            if (!next.containsKey(key))
            {
                events.add(new LeaseEvent(LeaseEvent.Kind.REMOVED, lease, null));
            }
        });
        next.values().forEach(lease -> add(events, event(known.get(lease.key()), lease)));
        known = next;
        return events;
    }

    /** @return the change, or null if a peer has nothing to do. */
    @Nullable LeaseEvent put(final Lease lease)
    {
        return lease.key().equals(own) ? null : event(known.put(lease.key(), lease), lease);
    }

    /** @return the change, or null if the key was not known. */
    @Nullable LeaseEvent remove(final SubnetKey key)
    {
        final Lease lease = known.remove(key);
        return lease == null ? null : new LeaseEvent(LeaseEvent.Kind.REMOVED, lease, null);
    }

    List<Lease> leases()
    {
        return List.copyOf(known.values());
    }

    private static @Nullable LeaseEvent event(final @Nullable Lease before, final Lease now)
    {
        if (before == null)
        {
            return new LeaseEvent(LeaseEvent.Kind.ADDED, now, null);
        }
        return before.sameForPeers(now) ? null : new LeaseEvent(LeaseEvent.Kind.CHANGED, now, before);
    }

    private static void add(final List<LeaseEvent> events, final @Nullable LeaseEvent event)
    {
        if (event != null)
        {
            events.add(event);
        }
    }
}
