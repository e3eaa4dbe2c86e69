// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.SubnetKey;

/** Takes the changes of a registry. */
public interface ChangeListener
{
    /**
     * @param lease that was written, by a renewal too.
     */
    void onPut(Lease lease);

    /**
     * @param key that is gone.
     */
    void onRemove(SubnetKey key);

    /** Everything that changed together was handed over. */
    default void onBatchEnd()
    {
    }
}
