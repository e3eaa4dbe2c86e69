// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The watches of one source, each on a thread of its own. */
public final class LeaseWatches implements AutoCloseable
{
    private final LeaseSource source;
    private final Duration grace;
    private final Consumer<String> notices;
    private final List<RegistryWatch> watches = new ArrayList<>();

    /**
     * @param grace how long the nodes of leases that the registry lost stay peers, so that they can register again.
     */
    public LeaseWatches(final LeaseSource source, final Duration grace, final Consumer<String> notices)
    {
        this.source = source;
        this.grace = grace;
        this.notices = notices;
    }

    /**
     * @param listener called on the watch's thread.
     * @return the running watch of all other leases.
     */
    public SubnetManager.Watch others(final @Nullable SubnetKey own, final LeaseListener listener)
    {
        return started(new PeerLeasesWatch(source, own, grace, listener, notices));
    }

    /**
     * @param listener called on the watch's thread.
     * @return the running watch of that lease.
     */
    public SubnetManager.Watch own(final SubnetKey own, final OwnLeaseListener listener)
    {
        return started(new OwnLeaseWatch(source, own, listener, notices));
    }

    private SubnetManager.Watch started(final RegistryWatch watch)
    {
        synchronized (watches)
        {
            watches.removeIf(RegistryWatch::isClosed);
            watches.add(watch);
        }
        return watch.start();
    }

    /** End every watch. */
    @Override
    public void close()
    {
        final List<RegistryWatch> running;
        synchronized (watches)
        {
            running = List.copyOf(watches);
            watches.clear();
        }
        running.forEach(SubnetManager.Watch::close);
    }
}
