// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

/** Follows the node's own lease. It is called on the manager's watching thread. */
public interface OwnLeaseListener
{
    /**
     * This node or another program wrote the key.
     *
     * @param lease as it is now.
     */
    void onWritten(Lease lease);

    /** The key is gone: it expired or was revoked. Another node may take the subnet now. */
    void onLost();
}
