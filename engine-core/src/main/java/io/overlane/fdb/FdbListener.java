// SPDX-License-Identifier: Apache-2.0
package io.overlane.fdb;

import io.overlane.control.FdbChange;

/** Is told of every change of an {@link Fdb}, on the thread that writes it: has to be quick and must not change it.
 * What an entry leads to, and no longer does, is still held. */
@FunctionalInterface
public interface FdbListener
{
    /** Is told and does nothing. */
    FdbListener NONE = (change, vni, mac, word, before) -> {};

    /**
     * @param change what happened.
     * @param vni    of the segment.
     * @param mac    in the low 48 bits.
     * @param word   the entry, to be read with {@link FdbEntry}; the last one for one that is gone.
     * @param before the entry that was there before, {@link FdbEntry#MISSING} unless it was {@link FdbChange#MOVED}.
     */
    void onFdbChange(FdbChange change, int vni, long mac, long word, long before);
}
