// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Printable;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Which leases are peers that a backend can reach, and which are others than the last time; what is wrong with a lease
 * is told once. One thread, but for {@link #peers} and {@link #whyNot}, which any may call.
 *
 * <p>A lease that is the same object is not read again: among thousands only those that changed cost anything.
 */
final class PeerSelection
{
    private final OwnGround ground;
    private final Function<Lease, HostPlan.Peer> reader;
    private final Consumer<String> notices;
    private final Map<SubnetKey, String> told = new HashMap<>();
    private Map<Lease, HostPlan.Peer> readings = new IdentityHashMap<>();
    private final Set<MacAddress> macs = new HashSet<>();
    private volatile List<HostPlan.Peer> peers = List.of();

    /**
     * @param ground  that no peer may claim.
     * @param reader  gives the peer, null for a lease without a part for it; refuses others with one line.
     * @param notices takes why.
     */
    PeerSelection(
        final OwnGround ground, final Function<Lease, HostPlan.Peer> reader, final Consumer<String> notices)
    {
        this.ground = ground;
        this.reader = reader;
        this.notices = notices;
    }

    /**
     * This node has another subnet: what was a peer may be none, and the other way round.
     *
     * @param subnet held by this node, null if none of this family.
     */
    void own(final IpPrefix subnet)
    {
        ground.subnet(subnet);
        readings = new IdentityHashMap<>();
    }

    /**
     * What is different.
     *
     * @param gone  peers that are no more, or no more like this.
     * @param fresh peers that are new, or like this from now on.
     */
    record Difference(List<HostPlan.Peer> gone, List<HostPlan.Peer> fresh)
    {
    }

    /**
     * @return the peers of the last look, oldest first: of two that contradict each other the later one holds, and of
     *         two with the same first address, which is the neighbour's, there is only that one.
     */
    List<HostPlan.Peer> peers()
    {
        return peers;
    }

    /** The devices were made anew: none knows a peer. */
    void forget()
    {
        peers = List.of();
        macs.clear();
    }

    /**
     * Look at all leases.
     *
     * @param leases of the other nodes.
     * @return the difference to the last look; everything, where two peers have one MAC address.
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
        final Map<Lease, HostPlan.Peer> fresh = new IdentityHashMap<>(2 * ordered.size());
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
        if (!told.isEmpty())
        {
            told.keySet().retainAll(leases.stream().map(Lease::key).toList());
        }
        return new ArrayList<>(found.values());
    }

    private HostPlan.Peer read(final Lease lease)
    {
        try
        {
            final HostPlan.Peer peer = peer(lease);
            told.remove(lease.key());
            return peer;
        }
        catch (final IllegalArgumentException ex)
        {
            final String whyNot = Printable.line(ex.getMessage());
            if (!whyNot.equals(told.put(lease.key(), whyNot)))
            {
                notices.accept("peer " + lease.key() + " of " + lease.attributes().publicIp() +
                    " is left out: " + whyNot);
            }
            return null;
        }
    }

    private HostPlan.Peer peer(final Lease lease)
    {
        final HostPlan.Peer peer = reader.apply(lease);
        if (peer != null)
        {
            ground.require(peer);
        }
        return peer;
    }

    /** Each has a MAC address for itself, where there are any. */
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

    /** @return why there is no way to that lease, or null if there is one. */
    String whyNot(final Lease lease)
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
