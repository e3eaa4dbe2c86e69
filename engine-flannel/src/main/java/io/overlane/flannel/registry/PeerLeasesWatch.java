// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseEvent;
import io.overlane.flannel.lease.LeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Follows every lease except the own one. */
final class PeerLeasesWatch extends RegistryWatch
{
    private final LeaseSource source;
    private final LeaseSet known;
    private final LeaseListener listener;
    private final List<LeaseEvent> batch = new ArrayList<>();
    private final ChangeListener changes = new ChangeListener()
    {
        @Override
        public void onPut(final Lease lease)
        {
            add(known.put(lease));
        }

        @Override
        public void onRemove(final SubnetKey key)
        {
            add(known.remove(key));
        }

        @Override
        public void onBatchEnd()
        {
            deliverBatch();
        }
    };

    PeerLeasesWatch(
        final LeaseSource source,
        final @Nullable SubnetKey own,
        final LeaseListener listener,
        final Consumer<String> notices)
    {
        super("flannel-leases", notices);
        this.source = source;
        this.known = new LeaseSet(own);
        this.listener = listener;
    }

    @Override
    long snapshot()
    {
        final LeaseSnapshot snapshot = source.leases();
        batch.addAll(known.reset(snapshot.leases()));
        final List<Lease> leases = known.leases();
        deliver(() -> listener.onSnapshot(leases));
        deliverBatch();
        return snapshot.revision() + 1;
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

    private void add(final @Nullable LeaseEvent event)
    {
        if (event != null)
        {
            batch.add(event);
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
