// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.SubnetKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The store of a network's leases. Every write is conditional: it fails with a {@code RegistryException} of kind
 * {@code CONFLICT} if the key is not as the caller expects. Thread-safe. Calls block, and throw
 * {@code RegistryException}.
 */
public interface Registry extends LeaseSource
{
    /** @return the text of the network's configuration; fails with {@code NOT_FOUND} if there is none. */
    String config();

    /** @return the lease with its time to live, or null if it does not exist. */
    @Nullable Lease find(SubnetKey key);

    /**
     * Create a key that does not exist.
     *
     * @param timeToLive after which it expires.
     * @param revision   of the snapshot in which the subnet was free. A lease created since is a conflict if the key
     *                   alone would not show it and the store can check that.
     */
    Lease create(SubnetKey key, LeaseAttributes attributes, Duration timeToLive, long revision);

    /**
     * Write a key anew and start its time to live again; a reservation stays one.
     *
     * @param timeToLive after which it expires.
     * @return the lease as it is now.
     */
    Lease update(Lease lease, LeaseAttributes attributes, Duration timeToLive);

    /**
     * Start a lease's time to live again, if possible without writing the key, so that other nodes see no change.
     *
     * @param timeToLive after which it expires.
     * @return the lease as it is now.
     */
    Lease prolong(Lease lease, Duration timeToLive);

    void delete(Lease lease);
}
