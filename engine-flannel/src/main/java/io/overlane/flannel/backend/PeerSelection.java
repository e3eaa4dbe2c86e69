package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.Printable;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Which leases are peers that a backend can reach; what is wrong with another is told once. */
final class PeerSelection
{
    private final OwnGround ground;
    private final Function<Lease, HostPlan.Peer> reader;
    private final Consumer<String> notices;
    private Map<SubnetKey, Reading> readings = Map.of();

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
        readings = Map.of();
    }

    /**
     * Oldest first: of two leases that contradict each other the later one holds, and of two with the same first
     * address, which is the neighbour's, there is only that one. A lease is read once.
     */
    List<HostPlan.Peer> of(final Collection<Lease> leases)
    {
        final List<Lease> ordered = new ArrayList<>(leases);
        ordered.sort(Comparator.comparingLong(Lease::revision));
        final Map<IpAddress, HostPlan.Peer> peers = new LinkedHashMap<>(2 * ordered.size());
        final Map<SubnetKey, Reading> fresh = new HashMap<>(2 * ordered.size());
        for (final Lease lease : ordered)
        {
            final Reading known = readings.get(lease.key());
            final Reading reading = known != null && known.lease == lease ? known : read(lease, known);
            fresh.put(lease.key(), reading);
            if (reading.peer != null)
            {
                final IpAddress first = reading.peer.subnet().base().address();
                peers.remove(first);
                peers.put(first, reading.peer);
            }
        }
        readings = fresh;
        return List.copyOf(peers.values());
    }

    private Reading read(final Lease lease, final Reading before)
    {
        try
        {
            return new Reading(lease, peer(lease), null);
        }
        catch (final IllegalArgumentException ex)
        {
            final String whyNot = Printable.line(ex.getMessage());
            if (before == null || !whyNot.equals(before.whyNot))
            {
                notices.accept("peer " + lease.key() + " of " + lease.attributes().publicIp() +
                    " is left out: " + whyNot);
            }
            return new Reading(lease, null, whyNot);
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

    /** What a lease came to. */
    private record Reading(Lease lease, HostPlan.Peer peer, String whyNot)
    {
    }
}
