// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Predicate;

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
    private final Predicate<Lease> isOwn;
    private final Predicate<Lease> isReached;

    /**
     * @param events     takes one line for each change of a peer that is reached.
     * @param onSnapshot called when all leases were read.
     * @param onChange   called when some have changed.
     * @param isOwn      true for this node's lease: for a moment after a change of its subnet, the watch still takes
     *                   the new one for another node's.
     * @param isReached  true for peers; the backend reports the others.
     */
    Peers(
        final Consumer<String> events,
        final Runnable onSnapshot,
        final Runnable onChange,
        final Predicate<Lease> isOwn,
        final Predicate<Lease> isReached)
    {
        this.events = events;
        this.onSnapshot = onSnapshot;
        this.onChange = onChange;
        this.isOwn = isOwn;
        this.isReached = isReached;
    }

    /** @return text for the start line, such as {@code 3 peers (1 leases are left out)}. */
    String count()
    {
        final List<Lease> all = leases();
        final long reached = all.stream().filter(isReached).count();
        return reached + " peers" +
            (reached == all.size() ? "" : " (" + (all.size() - reached) + " leases are left out)");
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
            snapshot.stream().filter(isOwn.negate()).forEach(lease -> leases.put(lease.key(), lease));
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
                if (change.kind() == LeaseEvent.Kind.REMOVED || isOwn.test(change.lease()))
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
        final List<String> lines = new ArrayList<>();
        changes.stream().filter(change -> !isOwn.test(change.lease())).forEach(change -> add(lines, change));
        if (lines.size() > MOST_LINES)
        {
            events.accept(lines.size() + " peers are new, changed or gone");
        }
        else
        {
            lines.forEach(events);
        }
    }

    private void add(final List<String> lines, final LeaseEvent change)
    {
        final Lease lease = change.lease();
        final Lease previous = change.previous();
        if (isReached.test(lease))
        {
            final String peer = "peer " + lease.key() + " at " + lease.attributes().publicIp();
            lines.add(
                change.kind() == LeaseEvent.Kind.REMOVED ? peer + " left" :
                previous == null || !isReached.test(previous) ? peer + " joined" :
                changed(peer, previous, lease));
        }
    }

    private static String changed(final String peer, final Lease previous, final Lease lease)
    {
        final IpAddress before = previous.attributes().publicIp();
        return before.equals(lease.attributes().publicIp()) ?
            peer + " changed to " + lease.attributes().toJson() : peer + " was at " + before;
    }
}
