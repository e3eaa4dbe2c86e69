// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.util.List;

/**
 * Follows the leases of other nodes. It is called on the manager's watching thread, one call at a time. Its exceptions
 * are logged and do not end the watch.
 */
public interface LeaseListener
{
    /**
     * Changes in order. At the start and after a gap (the registry was unreachable, or discarded old revisions) they
     * are the whole difference to the known leases; a listener that only updates tables needs nothing else.
     *
     * @param events at least one.
     */
    void onEvents(List<LeaseEvent> events);

    /**
     * All leases of other nodes, at the start and after a gap, before the events. This is the time to remove entries
     * that belong to no lease.
     */
    default void onSnapshot(final List<Lease> leases)
    {
    }
}
