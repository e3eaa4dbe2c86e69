// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

/**
 * One difference between what was known of the network and what is.
 *
 * @param kind     what happened.
 * @param lease    the lease as it is, or as it was last known when it is gone.
 * @param previous what it was before it changed, else null.
 */
public record LeaseEvent(Kind kind, Lease lease, Lease previous)
{
    /** What may happen to a lease. */
    public enum Kind
    {
        /** A subnet has a holder now. */
        ADDED,

        /** The holder of a known subnet is another, or publishes something else. Renewals are not reported. */
        CHANGED,

        /** A subnet has no holder any more. */
        REMOVED
    }
}
