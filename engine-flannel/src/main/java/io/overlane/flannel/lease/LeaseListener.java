// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import java.util.List;

/**
 * Follows the leases of other nodes. Called on the manager's watching thread, one call at a time; what it throws is
 * logged and does not end the watch.
 */
public interface LeaseListener
{
    /**
     * What changed, in order. At the start and after a gap (the registry was out of reach, or forgot the past) it is
     * the whole difference to what was known; a listener of the engine's tables needs nothing else.
     *
     * @param events at least one.
     */
    void onEvents(List<LeaseEvent> events);

    /**
     * Every lease of other nodes, read afresh: at the start and after a gap, before the events that lead there. The
     * moment to remove what belongs to nobody.
     *
     * @param leases all of them.
     */
    default void onSnapshot(final List<Lease> leases)
    {
    }
}
