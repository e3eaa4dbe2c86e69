// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpPrefix;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A subnet and the node that holds it.
 *
 * @param key        subnets of the lease.
 * @param attributes of the holder.
 * @param timeToLive remaining time when the registry was asked; null if the lease never ends, or for leases of other
 *                   nodes, whose end the registry reports.
 * @param reserved   true if the key never ends: an operator reserved it, or the registry has no expiry.
 * @param revision   of the registry when the key was last written; 0 if the registry has none.
 */
public record Lease(
    SubnetKey key, LeaseAttributes attributes, @Nullable Duration timeToLive, boolean reserved, long revision)
{
    /** @return the IPv4 subnet. */
    public @Nullable IpPrefix subnet()
    {
        return key.v4();
    }

    /** @return the IPv6 subnet. */
    public @Nullable IpPrefix subnetV6()
    {
        return key.v6();
    }

    /** @return false if the registry holds a value that cannot be parsed. */
    public boolean isReadable()
    {
        return !attributes.equals(LeaseAttributes.UNREADABLE);
    }

    /**
     * @param other a later or earlier state of the same key.
     * @return true if both mean the same for a peer.
     */
    public boolean sameForPeers(final Lease other)
    {
        return key.equals(other.key) && attributes.equals(other.attributes);
    }
}
