// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.SubnetKey;

/** Where leases are read and followed. Thread-safe; calls block, and throw {@code RegistryException}. */
public interface LeaseSource
{
    /** @return every lease. */
    LeaseSnapshot leases();

    /**
     * Follow changes.
     *
     * @param key      of one lease, or null for all.
     * @param revision the first that counts.
     * @return the changes; fails, now or while it is read, with {@code COMPACTED} if the store forgot that revision.
     */
    ChangeStream changes(SubnetKey key, long revision);
}
