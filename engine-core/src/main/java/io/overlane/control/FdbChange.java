// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.fdb.Fdb;

/** A change of an entry of the {@link Fdb}. */
public enum FdbChange
{
    /** The MAC was learned; it had no entry. */
    LEARNED,

    /** A user or a control plane put the entry; the MAC had none. */
    CONFIGURED,

    /** The entry has another destination or kind. */
    MOVED,

    /** The MAC had moved too often, and its entry stays as it is for a while. */
    PINNED,

    /** The entry was removed because no frame had confirmed it for too long. */
    AGED,

    /** The entry was removed to make room for another. */
    EVICTED,

    /** The entry was removed by an operation or a state. */
    REMOVED
}
