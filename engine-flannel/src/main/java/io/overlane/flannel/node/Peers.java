// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** The known leases of other nodes. Any thread may read them; the watch's thread updates them. */
final class Peers implements LeaseListener
{
    /** More changes at a time are reported as one line. */
    private static final int MOST_LINES = 10;

    private final Map<SubnetKey, Lease> leases = new LinkedHashMap<>();
    private final CountDownLatch known = new CountDownLatch(1);
    private final Consumer<String> events;
    private final Runnable onSnapshot;
    private final Runnable onChange;

    /**
     * @param events     takes one line for each change.
     * @param onSnapshot called when all leases were read.
     * @param onChange   called when some have changed.
     */
    Peers(final Consumer<String> events, final Runnable onSnapshot, final Runnable onChange)
    {
        this.events = events;
        this.onSnapshot = onSnapshot;
        this.onChange = onChange;
    }

    synchronized List<Lease> leases()
    {
        return List.copyOf(leases.values());
    }

    /** @return reaches zero when the peers are known for the first time. */
    CountDownLatch known()
    {
        return known;
    }

    @Override
    public void onSnapshot(final List<Lease> snapshot)
    {
        synchronized (this)
        {
            leases.clear();
            snapshot.forEach(lease -> leases.put(lease.key(), lease));
        }
        known.countDown();
        onSnapshot.run();
    }

    @Override
    public void onEvents(final List<LeaseEvent> changes)
    {
        synchronized (this)
        {
            for (final LeaseEvent change : changes)
            {
                if (change.kind() == LeaseEvent.Kind.REMOVED)
                {
                    leases.remove(change.lease().key());
                }
                else
                {
                    leases.put(change.lease().key(), change.lease());
                }
            }
        }
        onChange.run();
        if (changes.size() > MOST_LINES)
        {
            events.accept(changes.size() + " peers are new, changed or gone");
        }
        else
        {
            changes.forEach(change -> events.accept(line(change)));
        }
    }

    private static String line(final LeaseEvent change)
    {
        final Lease lease = change.lease();
        final String peer = "peer " + lease.key() + " at " + lease.attributes().publicIp();
        return switch (change.kind())
        {
            case ADDED -> peer + " joined";
            case REMOVED -> peer + " left";
            case CHANGED ->
            {
                final IpAddress before = Objects.requireNonNull(change.previous()).attributes().publicIp();
                yield before.equals(lease.attributes().publicIp()) ?
                    peer + " changed to " + lease.attributes().toJson() : peer + " was at " + before;
            }
        };
    }
}
