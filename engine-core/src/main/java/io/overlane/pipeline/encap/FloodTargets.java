// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.limit.RateLimit;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.policy.FloodBudget;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The remotes that get a copy of a flooded frame of a port, and the limits for such copies: each frame of a storm, or
 * of a loop through a bridge behind the port, costs each remote a copy.
 */
final class FloodTargets
{
    /** From the start of an IPv6 packet. */
    private static final int NEXT_HEADER_OFFSET = 6;

    private final Segment segment;
    private final RemoteTable remotes;
    /** Null if nobody wants reports. */
    private final @Nullable MissReporter misses;
    private final FloodBudget budget;
    private final RateLimit ofPort;
    /** Null if requests for neighbours are not limited. */
    private final @Nullable RateLimit requests;
    private final NanoClock clock;

    FloodTargets(
        final Segment segment, final RemoteTable remotes, final @Nullable MissReporter misses, final NanoClock clock)
    {
        this.segment = segment;
        this.remotes = remotes;
        this.misses = misses;
        this.clock = clock;
        budget = segment.rules().floodBudget();
        ofPort = new RateLimit(budget.portFrames());
        requests = budget.portRequests() == 0 ? null : new RateLimit(budget.portRequests());
    }

    /**
     * The remotes of the list of an entry, or without an entry the remotes of the flood list.
     *
     * @param entry       of a list, or {@link FdbEntry#MISSING}.
     * @param destination MAC of the entry.
     */
    int[] remotes(final long entry, final long destination)
    {
        if (entry != FdbEntry.MISSING)
        {
            return remotes.lists().get(FdbEntry.number(entry));
        }
        if (misses != null && !MacAddress.isGroup(destination))
        {
            misses.onStation(segment.vni(), destination);
        }
        return segment.floodList().remotes();
    }

    /**
     * Whether a frame to a group is a request for a neighbour that the limit of the port does not allow.
     *
     * @param layer3 the frame's {@link Layer3}.
     */
    boolean isRequestTooMany(final Frame frame, final int layer3)
    {
        return requests != null && isRequest(frame, layer3) && !requests.take(1, clock.nanoTime());
    }

    private static boolean isRequest(final Frame frame, final int layer3)
    {
        final int packet = Layer3.offset(layer3);
        if (Layer3.etherType(layer3) != EtherType.IPV6)
        {
            return Layer3.etherType(layer3) == EtherType.ARP;
        }
        if (frame.length() <= packet + Ipv6Header.LENGTH)
        {
            return false;
        }
        final int protocol = frame.buffer().getByte(frame.offset() + packet + NEXT_HEADER_OFFSET);
        final int type = frame.buffer().getByte(frame.offset() + packet + Ipv6Header.LENGTH) & 0xFF;
        return protocol == IpProtocol.ICMPV6 && (type == NdMessage.SOLICITATION || type == NdMessage.ADVERTISEMENT);
    }

    /** The limit that copies of all these frames to these remotes would exceed, or {@link DropReason#NONE}. */
    DropReason refusal(final int[] to, final int frames)
    {
        if (to.length == 0 || !budget.isLimited())
        {
            return DropReason.NONE;
        }
        final long nowNs = clock.nanoTime();
        return ofPort.take(frames, nowNs) ? budget.take(frames, to.length, nowNs) : DropReason.PORT_FLOOD_LIMIT;
    }
}
