// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import org.jspecify.annotations.Nullable;

/**
 * A change of the known leases.
 *
 * @param kind     of change.
 * @param lease    present state, or the last known state if it is gone.
 * @param previous state before the change; null unless {@code CHANGED}.
 */
public record LeaseEvent(Kind kind, Lease lease, @Nullable Lease previous)
{
    /** Kinds of changes. */
    public enum Kind
    {
        /** A subnet has a holder now. */
        ADDED,

        /** The holder of a known subnet is another node, or publishes something else. Renewals are not reported. */
        CHANGED,

        /** A subnet has no holder any more. */
        REMOVED
    }
}
