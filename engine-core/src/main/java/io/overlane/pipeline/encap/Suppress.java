// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.gateway.NeighborMessage;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.wire.NdMessage;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers ARP requests (RFC 826) and neighbour solicitations (RFC 4861 §7.2) for known neighbours, so that they need
 * not be flooded. Requests for unknown neighbours are carried like other frames, unlike Linux {@code arp_reduce}, which
 * drops them.
 *
 * <p>In a probe (RFC 5227) or in duplicate address detection (RFC 4862 §5.4) the asker may itself own the address. Such
 * a request is answered if a user or a control plane configured the neighbour and the asker has another MAC.
 * Announcements are never answered. Requests for a station behind a port of this engine are not answered either: the
 * station answers.
 */
public final class Suppress
{
    private final NeighborTable neighbors;
    private final Fdb fdb;
    private final IntPredicate isPort;
    /** Null if nobody wants reports. */
    private final @Nullable MissReporter misses;
    private final NeighborMessage message = new NeighborMessage();

    /**
     * @param fdb    says which neighbours are routers, and which are behind a port.
     * @param isPort whether the remote of an FDB entry is a port of this engine.
     * @param misses reports neighbours that are not known; null if nobody wants the reports.
     */
    public Suppress(
        final NeighborTable neighbors, final Fdb fdb, final IntPredicate isPort, final @Nullable MissReporter misses)
    {
        this.neighbors = neighbors;
        this.fdb = fdb;
        this.isPort = isPort;
        this.misses = misses;
    }

    /**
     * Turn a request into its answer, where it lies.
     *
     * @param frame  an Ethernet frame to a group address.
     * @param layer3 the frame's {@link Layer3}.
     * @return true if the frame is now the answer; false if it is unchanged.
     */
    boolean answer(final Frame frame, final int layer3, final int vni)
    {
        if (message.parse(frame, layer3) != NeighborMessage.REQUEST || !isAnswerable())
        {
            return false;
        }
        final long asker = message.isArp() ? message.senderMac() : message.etherSource();
        final long mac = owner(vni, message.targetHigh(), message.targetLow(), asker);
        if (mac == NeighborTable.MISSING)
        {
            return false;
        }
        final int length = message.answer(
            frame.buffer(), frame.offset(), mac, FdbEntry.isRouter(fdb.lookup(vni, mac)));
        if (!message.isArp())
        {
            frame.length(length);
        }
        return true;
    }

    /** Whether the answer fits into the memory of the request, and its target is a station. */
    private boolean isAnswerable()
    {
        return message.isArp() ?
            isStation((int)message.targetLow()) :
            message.ndLength() >= NdMessage.LENGTH_WITH_LINK_LAYER;
    }

    /** The MAC of an address, or {@link NeighborTable#MISSING} if the request must not be answered. */
    private long owner(final int vni, final long high, final long low, final long asker)
    {
        final long mac = neighbors.configured(vni, high, low);
        if (mac == NeighborTable.MISSING)
        {
            if (misses != null)
            {
                misses.onNeighbor(vni, high, low);
            }
            return mac;
        }
        if (mac == asker)
        {
            return NeighborTable.MISSING;
        }
        final long entry = fdb.lookup(vni, mac);
        return entry != FdbEntry.MISSING && isPort.test(FdbEntry.remote(entry)) ? NeighborTable.MISSING : mac;
    }

    /** Neither loopback nor multicast, as in Linux. */
    private static boolean isStation(final int address)
    {
        return address >>> 24 != 127 && address >>> 28 != 0xE;
    }
}
