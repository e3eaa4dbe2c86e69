package io.overlane.flannel.backend;

import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Which leases are peers that a backend can reach; what is wrong with another is told once. */
final class PeerSelection
{
    private final Function<Lease, HostPlan.Peer> reader;
    private final Consumer<String> notices;
    private Map<SubnetKey, Reading> readings = Map.of();

    /**
     * @param reader  gives the peer, null for a lease without a part for it; refuses others with one line.
     * @param notices takes why.
     */
    PeerSelection(final Function<Lease, HostPlan.Peer> reader, final Consumer<String> notices)
    {
        this.reader = reader;
        this.notices = notices;
    }

    /** Oldest first: of two leases that contradict each other the later one holds. A lease is read once. */
    List<HostPlan.Peer> of(final Collection<Lease> leases)
    {
        final List<Lease> ordered = new ArrayList<>(leases);
        ordered.sort(Comparator.comparingLong(Lease::revision));
        final List<HostPlan.Peer> peers = new ArrayList<>(ordered.size());
        final Map<SubnetKey, Reading> fresh = new HashMap<>(2 * ordered.size());
        for (final Lease lease : ordered)
        {
            final Reading known = readings.get(lease.key());
            final Reading reading = known != null && known.lease == lease ? known : read(lease, known);
            fresh.put(lease.key(), reading);
            if (reading.peer != null)
            {
                peers.add(reading.peer);
            }
        }
        readings = fresh;
        return peers;
    }

    private Reading read(final Lease lease, final Reading before)
    {
        try
        {
            return new Reading(lease, reader.apply(lease), null);
        }
        catch (final IllegalArgumentException ex)
        {
            if (before == null || !ex.getMessage().equals(before.whyNot))
            {
                notices.accept("peer " + lease.key() + " of " + lease.attributes().publicIp() +
                    " is left out: " + ex.getMessage());
            }
            return new Reading(lease, null, ex.getMessage());
        }
    }

    /** @return why there is no way to that lease, or null if there is one. */
    String whyNot(final Lease lease)
    {
        try
        {
            return reader.apply(lease) == null ? "it has no subnet of this family" : null;
        }
        catch (final IllegalArgumentException ex)
        {
            return ex.getMessage();
        }
    }

    /** What a lease came to. */
    private record Reading(Lease lease, HostPlan.Peer peer, String whyNot)
    {
    }
}
