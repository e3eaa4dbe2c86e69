// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;

/**
 * An FDB entry, or one remote of an entry that has several, as someone asks for it.
 *
 * @param vni       of a segment.
 * @param mac       a station's; a group's, of which each remote gets a copy; or {@link #FLOOD_LIST}.
 * @param remote    where the MAC is; null where an operation does without.
 * @param remoteVni the VNI frames are sent to the remote with, or {@link RemoteTable#SEGMENTS_VNI}.
 * @param kind      {@link FdbEntry#STATIC}, {@link FdbEntry#DYNAMIC} or {@link FdbEntry#EXTERNAL}.
 * @param owner     which control plane asks, in numbers they agree on; {@link Fdb#NO_OWNER} for the user.
 * @param isRouter  whether neighbour advertisements for the MAC say that it is a router.
 */
public record FdbRequest(
    int vni, MacAddress mac, Vtep remote, int remoteVni, int kind, int owner, boolean isRouter)
{
    /** Stands for the segment's flood list: its remotes get copies of frames for which there is no other entry. */
    public static final MacAddress FLOOD_LIST = new MacAddress(0);

    /**
     * @throws IllegalArgumentException if the kind is not one that can be asked for.
     */
    public FdbRequest
    {
        if (kind != FdbEntry.STATIC && kind != FdbEntry.DYNAMIC && kind != FdbEntry.EXTERNAL)
        {
            throw new IllegalArgumentException("not a kind of entry that can be configured: " + kind);
        }
    }

    /**
     * A user's static entry.
     *
     * @param vni    of a segment.
     * @param mac    a station's, a group's or {@link #FLOOD_LIST}.
     * @param remote where it is; null where an operation does without.
     */
    public FdbRequest(final int vni, final MacAddress mac, final Vtep remote)
    {
        this(vni, mac, remote, RemoteTable.SEGMENTS_VNI, FdbEntry.STATIC, Fdb.NO_OWNER, false);
    }

    /**
     * A user's entry of the flood list.
     *
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return a request for it.
     */
    public static FdbRequest flood(final int vni, final Vtep remote)
    {
        return new FdbRequest(vni, FLOOD_LIST, remote);
    }

    /** @return the same for an entry that moves and ages. */
    public FdbRequest dynamic()
    {
        return new FdbRequest(vni, mac, remote, remoteVni, FdbEntry.DYNAMIC, owner, isRouter);
    }

    /**
     * @param owner which control plane asks.
     * @return the same for an entry of a control plane.
     */
    public FdbRequest external(final int owner)
    {
        return new FdbRequest(vni, mac, remote, remoteVni, FdbEntry.EXTERNAL, owner, isRouter);
    }

    /**
     * @param remoteVni the VNI frames are sent to the remote with.
     * @return the same for a remote that wants another VNI than the segment's.
     */
    public FdbRequest remoteVni(final int remoteVni)
    {
        return new FdbRequest(vni, mac, remote, remoteVni, kind, owner, isRouter);
    }

    /** @return the same for a router. */
    public FdbRequest router()
    {
        return new FdbRequest(vni, mac, remote, remoteVni, kind, owner, true);
    }

    /** @return true if the entry may have several remotes. */
    public boolean isGroup()
    {
        return isFloodList() || MacAddress.isGroup(mac.value());
    }

    /** @return true if the request is about the flood list. */
    public boolean isFloodList()
    {
        return mac.value() == FLOOD_LIST.value();
    }
}
