// SPDX-License-Identifier: Apache-2.0
package io.overlane.event;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbKind;
import io.overlane.status.DropReason;
import org.jspecify.annotations.Nullable;

/** Something that happened in an engine. {@code OverlayEngine.events} delivers these. */
public sealed interface EngineEvent
{
    /** @return time when it happened, on the engine's clock. */
    long timeNs();

    /**
     * Where a station is.
     *
     * @param remote it is behind; null if it is behind a port.
     * @param port   name of the port it is behind; null if it is behind a remote. Both are null for an entry that has
     *               several remotes, and if the port has been removed meanwhile.
     */
    record Place(@Nullable Vtep remote, @Nullable String port)
    {
        @Override
        public String toString()
        {
            return remote != null ? remote.toString() : port != null ? "port " + port : "several remotes";
        }
    }

    /**
     * An entry of the FDB changed.
     *
     * @param kind  of the entry.
     * @param place where frames for the MAC go; if the entry was removed, where they went until then.
     * @param other for {@link FdbChange#MOVED} the place before, for {@link FdbChange#PINNED} the place from which a
     *              frame of the MAC came; else null.
     */
    record MacChanged(
        long timeNs,
        FdbChange change,
        int vni,
        MacAddress mac,
        FdbKind kind,
        Place place,
        @Nullable Place other) implements EngineEvent
    {
    }

    /**
     * A port sent a frame to a station that has no FDB entry. At most once a second for each station.
     *
     * @param mac of the station.
     */
    record UnknownStation(long timeNs, int vni, MacAddress mac) implements EngineEvent
    {
    }

    /**
     * A port asked for the MAC address of an unknown neighbour. At most once a second for each neighbour.
     *
     * @param address of the neighbour.
     */
    record UnknownNeighbor(long timeNs, int vni, IpAddress address) implements EngineEvent
    {
    }

    /**
     * A station sent flooded frames from the only port of a segment, and frames from a remote less than two seconds
     * before: two stations have one MAC address, or a loop returns the frames of one, or a station is moving back and
     * forth. At most once a second for each station. In a segment with several ports, {@link MacChanged} has the moves
     * of every station.
     *
     * @param mac    of the station.
     * @param port   from which it sent.
     * @param remote from which it sent.
     */
    record MacConflict(long timeNs, int vni, MacAddress mac, Place port, Place remote) implements EngineEvent
    {
    }

    /**
     * Two MAC addresses claim one IP address, in ARP packets or neighbour discovery messages: one after the other and
     * the first again, all within a minute; or one of them was configured for the address. At most once a minute for
     * each address.
     *
     * @param address    that both have.
     * @param mac        that claimed it last.
     * @param place      from which it did so.
     * @param other      the other MAC address.
     * @param otherPlace from which it claimed the address; null if it was configured.
     */
    record DuplicateAddress(
        long timeNs,
        int vni,
        IpAddress address,
        MacAddress mac,
        Place place,
        MacAddress other,
        @Nullable Place otherPlace) implements EngineEvent
    {
    }

    /**
     * A flood limit began to drop frames. The engine checks this once a second, and there is no further event until a
     * second passes without such drops.
     *
     * @param vni    the segment; null if the drop ledger has no line for it.
     * @param limit  {@link DropReason#PORT_FLOOD_LIMIT}, {@link DropReason#SEGMENT_FLOOD_LIMIT},
     *               {@link DropReason#FLOOD_COPIES_LIMIT} or {@link DropReason#PORT_ARP_LIMIT}.
     * @param frames that it dropped until now.
     */
    record FloodStorm(long timeNs, @Nullable Integer vni, DropReason limit, long frames) implements EngineEvent
    {
    }

    /**
     * MACs were not learned because their remote or port brought too many in too short a time. At most once a second
     * for each.
     *
     * @param place the remote, with the UDP port to which the engine would send, or the port.
     */
    record LearnLimited(long timeNs, int vni, Place place) implements EngineEvent
    {
    }

    /**
     * The kernel refused an offload, and the engine goes on without it: it is slower, and loses nothing. The error
     * handler of the port or underlay got the reason. The engine checks this once a second.
     *
     * @param device  name of the port, or description of the underlay.
     * @param offload that was given up.
     */
    record OffloadLost(long timeNs, String device, String offload) implements EngineEvent
    {
    }

    /** A segment was added and carries frames. */
    record SegmentAdded(long timeNs, int vni) implements EngineEvent
    {
    }

    /** A segment was removed, and its ports are closed. */
    record SegmentRemoved(long timeNs, int vni) implements EngineEvent
    {
    }

    /**
     * A port was added to a segment and carries frames. The ports that come with a segment have no event.
     *
     * @param port its name.
     */
    record PortAdded(long timeNs, int vni, String port) implements EngineEvent
    {
    }

    /**
     * A port was removed from a segment and closed. The ports that go with a segment have no event.
     *
     * @param port its name.
     */
    record PortRemoved(long timeNs, int vni, String port) implements EngineEvent
    {
    }

    /**
     * Events were lost before the event that follows this one, because the application was too slow. An
     * application that must not miss a change lists the tables again.
     *
     * @param count number of lost events since the subscription began or since the last event of this type.
     */
    record EventsLost(long timeNs, long count) implements EngineEvent
    {
    }

    /**
     * The engine has ended, and everything is closed. This is the last event.
     *
     * @param cause the error that ended it; null if the application closed it.
     */
    record EngineEnded(long timeNs, @Nullable Throwable cause) implements EngineEvent
    {
    }
}
