// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Follows every lease except the own one. Leases that the registry lost stay known for a time. */
final class PeerLeasesWatch extends RegistryWatch
{
    private final LeaseSource source;
    private final Duration grace;
    private final LeaseSet known;
    private final LeaseListener listener;
    private final Consumer<String> notices;
    private final List<LeaseEvent> batch = new ArrayList<>();
    private final ChangeListener changes = new ChangeListener()
    {
        @Override
        public void onPut(final Lease lease)
        {
            latest = Math.max(latest, lease.revision());
            batch.addAll(known.put(lease));
        }

        @Override
        public void onRemove(final SubnetKey key)
        {
            batch.addAll(known.remove(key));
        }

        @Override
        public void onBatchEnd()
        {
            deliverBatch();
        }
    };

    /** Identity of the store in the last snapshot; null before the first. */
    private @Nullable String store;

    /** The highest revision seen in this store. */
    private long latest;

    /** When the nodes of held leases count as gone, by {@code System.nanoTime()}. */
    private long heldUntilNs;

    PeerLeasesWatch(
        final LeaseSource source,
        final @Nullable SubnetKey own,
        final Duration grace,
        final LeaseListener listener,
        final Consumer<String> notices)
    {
        super("flannel-leases", notices);
        this.source = source;
        this.grace = grace;
        this.known = new LeaseSet(own);
        this.listener = listener;
        this.notices = notices;
    }

    @Override
    long snapshot()
    {
        final LeaseSnapshot snapshot = source.leases();
        final boolean isOther =
            store != null && (!store.equals(snapshot.store()) || snapshot.revision() < latest);
        store = snapshot.store();
        latest = snapshot.revision();
        final int before = known.leases().size();
        batch.addAll(known.reset(snapshot.leases(), isOther));
        if (known.held() > 0)
        {
            heldUntilNs = System.nanoTime() + grace.toNanos();
            notices.accept("the registry lost " + known.held() + " of " + before + " leases; their nodes stay peers " +
                "until they register again, at most " + text(grace));
        }
        final List<Lease> leases = known.leases();
        deliver(() -> listener.onSnapshot(leases));
        deliverBatch();
        return snapshot.revision() + 1;
    }

    private static String text(final Duration duration)
    {
        return duration.toHours() > 0 ? duration.toHours() + " h" :
            duration.toMinutes() > 0 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
    }

    @Override
    ChangeStream changes(final long revision)
    {
        return source.changes(null, revision);
    }

    @Override
    ChangeListener listener()
    {
        return changes;
    }

    /** Only while the registry can be read: before, no node can register again. */
    @Override
    void waited()
    {
        if (known.held() > 0 && System.nanoTime() - heldUntilNs >= 0)
        {
            notices.accept("nodes that did not register again in " + text(grace) + " count as gone: " + known.held());
            batch.addAll(known.removeHeld());
            deliverBatch();
        }
    }

    private void deliverBatch()
    {
        if (!batch.isEmpty())
        {
            final List<LeaseEvent> events = List.copyOf(batch);
            batch.clear();
            deliver(() -> listener.onEvents(events));
        }
    }
}
