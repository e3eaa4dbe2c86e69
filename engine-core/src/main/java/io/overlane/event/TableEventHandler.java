// SPDX-License-Identifier: Apache-2.0
package io.overlane.event;

import io.overlane.control.FdbChange;
import io.overlane.fdb.FdbEntry;

/** Receives what {@link TableEvents} holds, on the thread that polls. */
public interface TableEventHandler
{
    /**
     * An FDB entry changed.
     *
     * @param change  what happened.
     * @param vni     of the segment.
     * @param mac     in the low 48 bits.
     * @param word    the entry, the last one for one that is gone: its kind and target, by {@link FdbEntry}. The number
     *                may be another's by now.
     * @param high    first word of the remote's address; 0 if the entry has several.
     * @param low     second word.
     * @param udpPort of the remote.
     */
    void onFdbChange(FdbChange change, int vni, long mac, long word, long high, long low, int udpPort);

    /**
     * A port sent to a station that has no FDB entry. Told once a second for a station, or less often.
     *
     * @param vni of the segment.
     * @param mac in the low 48 bits.
     */
    void onUnknownStation(int vni, long mac);

    /**
     * A port asked for a neighbour that is not known. Told once a second for a neighbour, or less often.
     *
     * @param vni  of the segment.
     * @param high first word of the IP address.
     * @param low  second word.
     */
    void onUnknownNeighbor(int vni, long high, long low);
}
