// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.OwnLeaseListener;
import io.overlane.flannel.lease.SubnetKey;
import java.util.function.Consumer;

/** Follows one lease. */
final class OwnLeaseWatch extends RegistryWatch implements ChangeListener
{
    private final LeaseSource source;
    private final SubnetKey own;
    private final OwnLeaseListener listener;

    OwnLeaseWatch(
        final LeaseSource source, final SubnetKey own, final OwnLeaseListener listener, final Consumer<String> notices)
    {
        super("flannel-own-lease", notices);
        this.source = source;
        this.own = own;
        this.listener = listener;
    }

    @Override
    long snapshot()
    {
        final LeaseSnapshot snapshot = source.lease(own);
        snapshot.leases().stream().findFirst().ifPresentOrElse(this::onPut, () -> onRemove(own));
        return snapshot.revision() + 1;
    }

    @Override
    ChangeStream changes(final long revision)
    {
        return source.changes(own, revision);
    }

    @Override
    ChangeListener listener()
    {
        return this;
    }

    @Override
    public void onPut(final Lease lease)
    {
        deliver(() -> listener.onWritten(lease));
    }

    @Override
    public void onRemove(final SubnetKey key)
    {
        deliver(listener::onLost);
    }
}
