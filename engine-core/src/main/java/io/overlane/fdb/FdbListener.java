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
     * @param word  the entry, to be read with {@link FdbEntry}; the last one if it was removed.
     * @param other the former entry if it was {@link FdbChange#MOVED}; what it would be if it was
     *              {@link FdbChange#PINNED}; else {@link FdbEntry#MISSING}.
     */
    void onFdbChange(FdbChange change, int vni, long mac, long word, long other);

    /**
     * A MAC was not learned because its remote or port brought too many. Any thread.
     *
     * @param high    first word of the address of the remote or port.
     * @param udpPort to which frames for it would be sent.
     */
    default void onLearnLimited(final int vni, final long high, final long low, final int udpPort)
    {
    }

    /**
     * Frames of a station may be carried beside the engine, so that they do not confirm its entry. On the thread that
     * writes the FDB.
     *
     * @return how long ago the last such frame came, in milliseconds; {@link Long#MAX_VALUE} if none did.
     */
    default long idleMs(final int vni, final long mac)
    {
        return Long.MAX_VALUE;
    }
}
