// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.gateway.Link;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;

/**
 * The gateway's part in ARP and neighbour discovery: it answers for its addresses, learns the MACs of stations that ask
 * or answer it, and helps other engines that have the same gateway. One thread.
 *
 * <p><b>Several engines with one gateway MAC.</b> A station answers the gateway MAC, and the nearest engine takes the
 * answer, also if another engine has asked. So an engine answers the request of another engine for a station behind its
 * own ports if it knows the station; otherwise the request goes to the ports, and an answer that is new is sent on to
 * the remotes.
 */
final class GatewayNeighbors
{
    /** The frame is no such message. */
    static final int NO_MESSAGE = 0;

    /** The frame is carried like any other. */
    static final int BRIDGED = 1;

    /** {@link #answer()} goes back to where the frame came from. */
    static final int ANSWERED = 2;

    /** The gateway has taken the message, and there is no answer. */
    static final int ENDED = 3;

    /** As {@link #ENDED}, and the remotes of the segment get a copy. */
    static final int RELAYED = 4;

    private final NeighborTable neighbors;
    private final Fdb fdb;
    private final NeighborLearner learner;
    private final NeighborMessage message = new NeighborMessage();
    private final Frame answer = new FrameSlab(1, NeighborMessage.MAX_ANSWER_LENGTH).frame(0);

    GatewayNeighbors(final NeighborTable neighbors, final Fdb fdb, final NeighborLearner learner)
    {
        this.neighbors = neighbors;
        this.fdb = fdb;
        this.learner = learner;
    }

    /** The last answer. */
    Frame answer()
    {
        return answer;
    }

    /**
     * Take a message.
     *
     * @param link         gateway of the segment.
     * @param frame        to the gateway's MAC or to a group; stays as it is.
     * @param layer3       the frame's {@link Layer3}.
     * @param isOurs       true if it is to the gateway's MAC.
     * @param isFromRemote true if it came from a remote.
     * @return one of the constants.
     */
    int take(
        final Link link, final Frame frame, final int layer3, final boolean isOurs, final boolean isFromRemote)
    {
        final int kind = message.parse(frame, layer3);
        if (kind == NeighborMessage.NONE)
        {
            return NO_MESSAGE;
        }
        // An answer to an ARP request goes to the MAC that the request names.
        if (!message.isChecksumValid() || message.isArp() && !MacAddress.isValidSource(message.senderMac()))
        {
            return isOurs ? NO_MESSAGE : BRIDGED;
        }
        if (message.senderMac() == link.mac() || message.etherSource() == link.mac())
        {
            return isFromRemote && kind == NeighborMessage.REQUEST ? ofAnotherEngine(link, isOurs) :
                isOurs ? ENDED : BRIDGED;
        }
        final boolean isTarget = link.owns(message.targetHigh(), message.targetLow());
        final boolean isNew = learn(link, isOurs || isTarget);
        if (kind == NeighborMessage.REQUEST && isTarget)
        {
            return answer(link.mac(), true);
        }
        if (!isOurs)
        {
            return BRIDGED;
        }
        return isNew && kind == NeighborMessage.ANSWER && !isFromRemote ? RELAYED : ENDED;
    }

    /** Another engine with the same gateway asks for a station. */
    private int ofAnotherEngine(final Link link, final boolean isOurs)
    {
        final long mac = neighbors.lookup(link.vni(), message.targetHigh(), message.targetLow());
        if (mac != NeighborTable.MISSING)
        {
            final long entry = fdb.lookup(link.vni(), mac);
            if (entry != FdbEntry.MISSING && link.segment().ports().find(FdbEntry.remote(entry)) != null)
            {
                return answer(mac, false);
            }
        }
        return isOurs ? ENDED : BRIDGED;
    }

    private int answer(final long mac, final boolean isRouter)
    {
        answer.wrap(FrameSlab.HEADROOM, NeighborMessage.MAX_ANSWER_LENGTH);
        answer.length(message.answer(answer.buffer(), answer.offset(), mac, isRouter));
        return ANSWERED;
    }

    /**
     * Learn the sender. Stations that have nothing to do with the gateway are learned only if they are known already.
     * True if its MAC is new and learned.
     */
    private boolean learn(final Link link, final boolean isForGateway)
    {
        final long high = message.senderHigh();
        final long low = message.senderLow();
        final long mac = message.senderMac();
        if (!MacAddress.isValidSource(mac) || mac == NeighborMessage.NO_MAC || (high | low) == 0 ||
            !link.isOnLink(high, low) || link.owns(high, low))
        {
            return false;
        }
        if (!isForGateway && neighbors.lookup(link.vni(), high, low) == NeighborTable.MISSING)
        {
            return false;
        }
        return learner.learn(link, high, low, mac);
    }
}
