// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Printable;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Selects the leases that a backend can reach and compares them with the selection before. One thread uses it;
 * {@link #peers} and {@link #whyNot} may be called by any thread.
 *
 * <p>A lease that is the same object as last time is not parsed again, so among thousands of leases only the changed
 * ones cost time.
 */
final class PeerSelection
{
    private final PeerRules rules;
    private final Function<Lease, HostPlan.@Nullable Peer> reader;
    private final boolean isV4;
    private final LeftOut leftOut;
    private IdentityHashMap<Lease, HostPlan.Peer> readings = new IdentityHashMap<>();
    private final Set<MacAddress> macs = new HashSet<>();
    private volatile List<HostPlan.Peer> peers = List.of();

    /**
     * @param rules   that a lease must follow.
     * @param reader  parses a lease: returns null if it has no part for this family, throws with one line if it is
     *                refused.
     * @param isV4    the family.
     * @param leftOut gets the reason for each refused lease.
     */
    PeerSelection(
        final PeerRules rules,
        final Function<Lease, HostPlan.@Nullable Peer> reader,
        final boolean isV4,
        final LeftOut leftOut)
    {
        this.rules = rules;
        this.reader = reader;
        this.isV4 = isV4;
        this.leftOut = leftOut;
    }

    /**
     * This node has another subnet. Leases that were peers may now be refused, and refused ones may become peers.
     *
     * @param subnet held by this node, null if none of this family.
     */
    void own(final @Nullable IpPrefix subnet)
    {
        rules.subnet(subnet);
        readings = new IdentityHashMap<>();
    }

    /**
     * The changes since the last call.
     *
     * @param gone  peers that are removed, and changed peers as they were.
     * @param fresh peers that are added, and changed peers as they are.
     */
    record Difference(List<HostPlan.Peer> gone, List<HostPlan.Peer> fresh)
    {
    }

    /**
     * @return the selected peers, oldest first. If two contradict each other, the later one holds; of two with the same
     *         first address, which is also the neighbour's, only the later one is in the list.
     */
    List<HostPlan.Peer> peers()
    {
        return peers;
    }

    /** @return the addresses of the peers. */
    List<IpAddress> underlays()
    {
        return peers.stream().map(HostPlan.Peer::underlay).distinct().toList();
    }

    /** The devices were made anew and have no entries, so the next {@link #look} reports every peer as new. */
    void forget()
    {
        peers = List.of();
        macs.clear();
    }

    /**
     * Compare all leases with those of the last call.
     *
     * @return the changes; all peers if two of them have one MAC address.
     */
    Difference look(final Collection<Lease> leases)
    {
        final List<HostPlan.Peer> before = peers;
        final List<HostPlan.Peer> now = read(leases);
        final boolean werePlain = isPlain(before);
        final Set<HostPlan.Peer> missing = Collections.newSetFromMap(new IdentityHashMap<>(2 * before.size()));
        missing.addAll(before);
        final List<HostPlan.Peer> fresh = new ArrayList<>();
        for (final HostPlan.Peer peer : now)
        {
            if (!missing.remove(peer))
            {
                fresh.add(peer);
            }
        }
        missing.forEach(this::unmark);
        fresh.forEach(this::mark);
        peers = List.copyOf(now);
        if (werePlain && isPlain(now))
        {
            return new Difference(List.copyOf(missing), fresh);
        }
        markAnew(now);
        return new Difference(before, peers);
    }

    private List<HostPlan.Peer> read(final Collection<Lease> leases)
    {
        final List<Lease> ordered = new ArrayList<>(leases);
        ordered.sort(Comparator.comparingLong(Lease::revision));
        final IdentityHashMap<Lease, HostPlan.Peer> fresh = new IdentityHashMap<>(2 * ordered.size());
        final Map<IpAddress, HostPlan.Peer> found = new LinkedHashMap<>(2 * ordered.size());
        for (final Lease lease : ordered)
        {
            final HostPlan.Peer peer = readings.containsKey(lease) ? readings.get(lease) : read(lease);
            fresh.put(lease, peer);
            if (peer != null)
            {
                final IpAddress first = peer.subnet().base().address();
                if (found.putIfAbsent(first, peer) != null)
                {
                    found.remove(first);
                    found.put(first, peer);
                }
            }
        }
        readings = fresh;
        leftOut.retain(leases);
        return new ArrayList<>(found.values());
    }

    private HostPlan.@Nullable Peer read(final Lease lease)
    {
        try
        {
            final HostPlan.Peer peer = peer(lease);
            leftOut.take(lease, isV4);
            return peer;
        }
        catch (final IllegalArgumentException ex)
        {
            leftOut.leave(lease, isV4, String.valueOf(ex.getMessage()));
            return null;
        }
    }

    private HostPlan.Peer peer(final Lease lease)
    {
        final HostPlan.Peer peer = reader.apply(lease);
        if (peer != null)
        {
            rules.require(peer);
        }
        return peer;
    }

    /** True if no two peers have the same MAC address. */
    private boolean isPlain(final List<HostPlan.Peer> some)
    {
        return macs.isEmpty() || macs.size() == some.size();
    }

    private void mark(final HostPlan.Peer peer)
    {
        if (peer.mac() != null)
        {
            macs.add(peer.mac());
        }
    }

    private void unmark(final HostPlan.Peer peer)
    {
        macs.remove(peer.mac());
    }

    private void markAnew(final List<HostPlan.Peer> all)
    {
        macs.clear();
        all.forEach(this::mark);
    }

    /** @return why that lease cannot be reached, or null if it can. */
    @Nullable String whyNot(final Lease lease)
    {
        try
        {
            return peer(lease) == null ? "it has no subnet of this family" : null;
        }
        catch (final IllegalArgumentException ex)
        {
            return Printable.line(ex.getMessage());
        }
    }
}
