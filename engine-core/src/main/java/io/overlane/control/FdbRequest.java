// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import org.jspecify.annotations.Nullable;

/**
 * An FDB entry, or one remote of an entry that has several, as someone asks for it.
 *
 * @param vni       of a segment.
 * @param mac       a station's; a group's, of which each remote gets a copy; or {@link #FLOOD_LIST}.
 * @param remote    where the MAC is; null where an operation does without.
 * @param remoteVni the VNI frames are sent to the remote with, or {@link #SEGMENTS_VNI}.
 * @param kind      of the entry, not {@link FdbKind#LEARNED}.
 * @param owner     which control plane asks, in numbers they agree on; {@link #NO_OWNER} for the user.
 * @param isRouter  whether neighbour advertisements for the MAC say that it is a router.
 */
public record FdbRequest(
    int vni, MacAddress mac, @Nullable Vtep remote, int remoteVni, FdbKind kind, int owner, boolean isRouter)
{
    /** Stands for the segment's flood list: its remotes get copies of frames for which there is no other entry. */
    public static final MacAddress FLOOD_LIST = new MacAddress(0);

    /** Frames are sent to the remote with the VNI of the segment. */
    public static final int SEGMENTS_VNI = -1;

    /** No control plane asked for the entry. */
    public static final int NO_OWNER = 0;

    /**
     * @throws IllegalArgumentException if the kind is not one that can be asked for.
     */
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
     * @param vni    of a segment.
     * @param mac    a station's, a group's or {@link #FLOOD_LIST}.
     * @param remote where it is; null where an operation does without.
     */
    public FdbRequest(final int vni, final MacAddress mac, final @Nullable Vtep remote)
    {
        this(vni, mac, remote, SEGMENTS_VNI, FdbKind.STATIC, NO_OWNER, false);
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
        return new FdbRequest(vni, mac, remote, remoteVni, FdbKind.DYNAMIC, owner, isRouter);
    }

    /**
     * @param owner which control plane asks.
     * @return the same for an entry of a control plane.
     */
    public FdbRequest external(final int owner)
    {
        return new FdbRequest(vni, mac, remote, remoteVni, FdbKind.EXTERNAL, owner, isRouter);
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
