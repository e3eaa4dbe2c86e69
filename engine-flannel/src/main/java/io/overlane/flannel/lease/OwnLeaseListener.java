// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

/** Follows the node's own lease. It is called on the manager's watching thread. */
public interface OwnLeaseListener
{
    /**
     * This node or another program wrote the key. Also called at the start and after each gap in the watch.
     *
     * @param lease as it is now. After a gap its revision may be lower than that of an earlier call, because the
     *              registry may have been restored from a copy or set up anew.
     */
    void onWritten(Lease lease);

    /** The key is gone: it expired or was revoked. Another node may take the subnet now. */
    void onLost();
}
