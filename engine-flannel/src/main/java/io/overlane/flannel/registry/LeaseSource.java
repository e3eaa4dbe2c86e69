// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.SubnetKey;
import org.jspecify.annotations.Nullable;

/** Reads and follows leases. Thread-safe. Calls block, and throw {@code RegistryException}. */
public interface LeaseSource
{
    /** @return every lease. */
    LeaseSnapshot leases();

    /** @return the lease of this key, or none. */
    default LeaseSnapshot lease(final SubnetKey key)
    {
        final LeaseSnapshot all = leases();
        return new LeaseSnapshot(
            all.leases().stream().filter(lease -> lease.key().equals(key)).toList(), all.revision(), all.store());
    }

    /**
     * Follow changes.
     *
     * @param key      of one lease, or null for all.
     * @param revision of the first change.
     * @return the changes; fails, now or while it is read, with {@code COMPACTED} if the store discarded that revision.
     */
    ChangeStream changes(@Nullable SubnetKey key, long revision);
}
