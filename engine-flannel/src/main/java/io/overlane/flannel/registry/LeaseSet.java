// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.address.IpPrefix;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases known so far, without the own one; it computes what changed. Unreadable leases are not among them.
 *
 * <p>A registry that lost many leases (it was set up anew, or restored from an old copy) does not mean that their nodes
 * are gone: they still run and register again. Such leases are held: they stay known until {@link #removeHeld}, or
 * until a written lease contradicts them.
 */
final class LeaseSet
{
    /** A registry without a quarter of the known leases, and at least two of them, has lost them. */
    private static final int MANY_IS_ONE_OF = 4;

    private final @Nullable SubnetKey own;
    private Map<SubnetKey, Lease> known = new LinkedHashMap<>();
    private final Map<SubnetKey, Lease> held = new LinkedHashMap<>();

    /** True if the registry had the own lease when it was last seen. */
    private boolean hasOwn;

    LeaseSet(final @Nullable SubnetKey own)
    {
        this.own = own;
    }

    /**
     * Replace all leases.
     *
     * @param isOther true if the registry is certainly not in a later state of the same store.
     * @return the changes, removals first: a subnet may have moved to a lease of another length.
     */
    List<LeaseEvent> reset(final Collection<Lease> leases, final boolean isOther)
    {
        final Map<SubnetKey, Lease> present = new LinkedHashMap<>();
        leases.forEach(lease -> present.put(lease.key(), lease));
        final List<Lease> missing = known.values().stream().filter(lease -> !present.containsKey(lease.key())).toList();
        final Map<SubnetKey, Lease> heldBefore = new HashMap<>(held);
        final long newlyMissing = missing.stream().filter(lease -> !heldBefore.containsKey(lease.key())).count();
        final boolean hadOwn = hasOwn;
        hasOwn = own != null && present.containsKey(own);
        final boolean isLoss = isOther || hadOwn && !hasOwn ||
            isMany(newlyMissing, known.size() - heldBefore.size());
        held.clear();
        missing.stream()
            .filter(lease -> isLoss || heldBefore.containsKey(lease.key()))
            .filter(lease -> present.values().stream().noneMatch(other -> contradicts(other, lease)))
            .forEach(lease -> held.put(lease.key(), lease));

        final Map<SubnetKey, Lease> next = new LinkedHashMap<>(present);
        next.values().removeIf(lease -> lease.key().equals(own) || !lease.isReadable());
        next.putAll(held);
        final List<LeaseEvent> events = new ArrayList<>();
        known.forEach((key, lease) ->
        {
            if (!next.containsKey(key))
            {
                events.add(removed(lease));
            }
        });
        next.values().forEach(lease -> addTo(events, known.get(lease.key()), lease));
        known = next;
        return events;
    }

    private static boolean isMany(final long missing, final int all)
    {
        return missing > 0 && (missing == all || missing > 1 && missing * MANY_IS_ONE_OF >= all);
    }

    /** @return the changes; none if a peer has nothing to do. */
    List<LeaseEvent> put(final Lease lease)
    {
        final List<LeaseEvent> events = new ArrayList<>();
        held.remove(lease.key());
        held.values().removeIf(old ->
        {
            final boolean isOver = contradicts(lease, old);
            if (isOver)
            {
                known.remove(old.key());
                events.add(removed(old));
            }
            return isOver;
        });
        if (lease.key().equals(own))
        {
            hasOwn = true;
        }
        else if (lease.isReadable())
        {
            addTo(events, known.put(lease.key(), lease), lease);
        }
        else
        {
            events.addAll(remove(lease.key()));
        }
        return events;
    }

    /** @return the change; none if the key was not known. */
    List<LeaseEvent> remove(final SubnetKey key)
    {
        hasOwn &= !key.equals(own);
        held.remove(key);
        final Lease lease = known.remove(key);
        return lease == null ? List.of() : List.of(removed(lease));
    }

    /** @return the number of leases that the registry lost and that are still known. */
    int held()
    {
        return held.size();
    }

    /** @return the changes: the nodes of the held leases count as gone now. */
    List<LeaseEvent> removeHeld()
    {
        final List<LeaseEvent> events = held.values().stream().map(LeaseSet::removed).toList();
        known.keySet().removeAll(held.keySet());
        held.clear();
        return events;
    }

    List<Lease> leases()
    {
        return List.copyOf(known.values());
    }

    /** True if the old lease cannot be valid beside the other one: the node has another subnet, or subnets overlap. */
    private static boolean contradicts(final Lease other, final Lease old)
    {
        final SubnetKey key = other.key();
        return !key.equals(old.key()) &&
            (overlap(key.v4(), old.key().v4()) || overlap(key.v6(), old.key().v6()) ||
                isSameNode(other.attributes(), old.attributes()));
    }

    private static boolean overlap(final @Nullable IpPrefix left, final @Nullable IpPrefix right)
    {
        return left != null && right != null && left.overlaps(right);
    }

    private static boolean isSameNode(final LeaseAttributes left, final LeaseAttributes right)
    {
        return left.publicIp().isAny() ?
            left.publicIpV6() != null && left.publicIpV6().equals(right.publicIpV6()) :
            left.publicIp().equals(right.publicIp());
    }

    private static LeaseEvent removed(final Lease lease)
    {
        return new LeaseEvent(LeaseEvent.Kind.REMOVED, lease, null);
    }

    private static void addTo(final List<LeaseEvent> events, final @Nullable Lease before, final Lease now)
    {
        if (before == null)
        {
            events.add(new LeaseEvent(LeaseEvent.Kind.ADDED, now, null));
        }
        else if (!before.sameForPeers(now))
        {
            events.add(new LeaseEvent(LeaseEvent.Kind.CHANGED, now, before));
        }
    }
}
