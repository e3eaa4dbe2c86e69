// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

/** Follows one's own lease. Called on the manager's watching thread. */
public interface OwnLeaseListener
{
    /**
     * Somebody wrote the key: this node renewing it, or another program.
     *
     * @param lease as it is now.
     */
    void onWritten(Lease lease);

    /** The key is gone: it expired, or somebody revoked it. Another node may take the subnet from now on. */
    void onLost();
}
