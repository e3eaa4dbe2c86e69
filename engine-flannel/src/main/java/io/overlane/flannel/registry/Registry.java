// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import java.time.Duration;

/**
 * The store behind a network, as far as leases need it. Every write is conditional: it fails with a
 * {@code RegistryException} of kind {@code CONFLICT} where the key is not what the caller believes. Thread-safe; calls
 * block, and throw {@code RegistryException}.
 */
public interface Registry extends LeaseSource
{
    /** @return the text of the network's configuration; fails with {@code NOT_FOUND} where there is none. */
    String config();

    /**
     * @param key of a lease.
     * @return it with its time to live, or null if nobody holds it.
     */
    Lease find(SubnetKey key);

    /**
     * Take a key that nobody holds.
     *
     * @param key        to take.
     * @param attributes to publish.
     * @param timeToLive after which it is nobody's again.
     * @param revision   of the snapshot in which the subnet was free; where the store can tell, a lease created since
     *                   is a conflict if the key alone could not show it.
     * @return the lease.
     */
    Lease create(SubnetKey key, LeaseAttributes attributes, Duration timeToLive, long revision);

    /**
     * Write a key anew and start its time again; a reservation stays one.
     *
     * @param lease      as it is believed to be.
     * @param attributes to publish.
     * @param timeToLive after which it is nobody's again.
     * @return the lease as it is now.
     */
    Lease update(Lease lease, LeaseAttributes attributes, Duration timeToLive);

    /**
     * Start a lease's time again without writing the key where the store can, so that no other node has work with it.
     *
     * @param lease      as it is believed to be.
     * @param timeToLive after which it is nobody's again.
     * @return the lease as it is now.
     */
    Lease prolong(Lease lease, Duration timeToLive);

    /**
     * @param lease to end, as it is believed to be.
     */
    void delete(Lease lease);
}
