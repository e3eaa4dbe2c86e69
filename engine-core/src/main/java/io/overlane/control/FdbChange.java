// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.fdb.Fdb;

/** What can become of an entry of the {@link Fdb}. */
public enum FdbChange
{
    /** It was learned or configured. */
    ADDED,

    /** It is behind another destination now, or of another kind. */
    MOVED,

    /** No frame confirmed it for too long. */
    AGED,

    /** It made room. */
    EVICTED,

    /** It was taken out. */
    REMOVED
}
