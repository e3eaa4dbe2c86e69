// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;

/** Gets the changes of a registry. */
public interface ChangeListener
{
    /** @param lease as it is now; unreadable if its value cannot be parsed. */
    void onPut(Lease lease);

    void onRemove(SubnetKey key);

    /** All changes of one transaction were reported. */
    default void onBatchEnd()
    {
    }
}
