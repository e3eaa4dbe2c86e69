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
    private final Map<SubnetKey, String> refused = new HashMap<>();

    /**
     * @param reader  gives the peer, null for a lease without a part for it; refuses others with one line.
     * @param notices takes why.
     */
    PeerSelection(final Function<Lease, HostPlan.Peer> reader, final Consumer<String> notices)
    {
        this.reader = reader;
        this.notices = notices;
    }

    /** Oldest first: of two leases that contradict each other the later one holds. */
    List<HostPlan.Peer> of(final Collection<Lease> leases)
    {
        final List<Lease> ordered = new ArrayList<>(leases);
        ordered.sort(Comparator.comparingLong(Lease::revision));
        final List<HostPlan.Peer> peers = new ArrayList<>(ordered.size());
        for (final Lease lease : ordered)
        {
            try
            {
                final HostPlan.Peer peer = reader.apply(lease);
                if (peer != null)
                {
                    peers.add(peer);
                }
                refused.remove(lease.key());
            }
            catch (final IllegalArgumentException ex)
            {
                if (!ex.getMessage().equals(refused.put(lease.key(), ex.getMessage())))
                {
                    notices.accept("peer " + lease.key() + " of " + lease.attributes().publicIp() +
                        " is left out: " + ex.getMessage());
                }
            }
        }
        return peers;
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
}
