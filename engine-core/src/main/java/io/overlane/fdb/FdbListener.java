// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbChange;

/**
 * Receives every change of an {@link Fdb}, on the thread that writes it: must be quick and must not change it. The
 * references of old and new destination are still held.
 */
@FunctionalInterface
public interface FdbListener
{
    /** Ignores all changes. */
    FdbListener NONE = (change, vni, mac, word, before) -> {};

    /**
     * @param word   the entry, to be read with {@link FdbEntry}; the last one if it was removed.
     * @param before the former entry if it was {@link FdbChange#MOVED}, else {@link FdbEntry#MISSING}.
     */
    void onFdbChange(FdbChange change, int vni, long mac, long word, long before);
}
