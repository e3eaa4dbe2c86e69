// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import org.jspecify.annotations.Nullable;

/**
 * A request for an FDB entry, or for one remote of an entry that has several.
 *
 * @param mac       of a station; of a group, each of whose remotes gets a copy; or {@link #FLOOD_LIST}.
 * @param remote    the MAC is behind; null if an operation needs none.
 * @param remoteVni VNI of frames to the remote, or {@link #SEGMENTS_VNI}.
 * @param kind      of the entry, not {@link FdbKind#LEARNED}.
 * @param owner     number of the control plane that asks; {@link #NO_OWNER} for the user.
 * @param isRouter  whether neighbour advertisements for the MAC say that it is a router.
 */
public record FdbRequest(
    int vni, MacAddress mac, @Nullable Vtep remote, int remoteVni, FdbKind kind, int owner, boolean isRouter)
{
    /** The MAC of the segment's flood list, whose remotes get copies of frames that have no other entry. */
    public static final MacAddress FLOOD_LIST = new MacAddress(0);

    /** Frames to the remote have the VNI of the segment. */
    public static final int SEGMENTS_VNI = -1;

    /** No control plane asked for the entry. */
    public static final int NO_OWNER = 0;

    /** @throws IllegalArgumentException if the kind is {@link FdbKind#LEARNED}. */
    public FdbRequest
    {
        if (kind == FdbKind.LEARNED)
        {
            throw new IllegalArgumentException("only frames make learned entries; use static, dynamic or external");
        }
    }

    /**
     * A user's static entry.
     *
     * @param mac    of a station or a group, or {@link #FLOOD_LIST}.
     * @param remote the MAC is behind; null if an operation needs none.
     */
    public FdbRequest(final int vni, final MacAddress mac, final @Nullable Vtep remote)
    {
        this(vni, mac, remote, SEGMENTS_VNI, FdbKind.STATIC, NO_OWNER, false);
    }

    /**
     * A user's entry of the flood list.
     *
     * @param remote to get copies of flooded frames.
     * @return a request for it.
     */
    public static FdbRequest flood(final int vni, final Vtep remote)
    {
        return new FdbRequest(vni, FLOOD_LIST, remote);
    }

    /** @return this request for an entry that moves and ages. */
    public FdbRequest dynamic()
    {
        return new FdbRequest(vni, mac, remote, remoteVni, FdbKind.DYNAMIC, owner, isRouter);
    }

    /**
     * @param owner number of the control plane that asks.
     * @return this request for an entry of a control plane.
     */
    public FdbRequest external(final int owner)
    {
        return new FdbRequest(vni, mac, remote, remoteVni, FdbKind.EXTERNAL, owner, isRouter);
    }

    /**
     * @param remoteVni VNI of frames to the remote.
     * @return this request for a remote with another VNI than the segment's.
     */
    public FdbRequest remoteVni(final int remoteVni)
    {
        return new FdbRequest(vni, mac, remote, remoteVni, kind, owner, isRouter);
    }

    /** @return this request for a router. */
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
