// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.bridge;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.frame.Frame;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import io.overlane.wire.EthernetHeader;

/**
 * From a remote to the ports of a segment that has several: to the port of the destination, or to all ports if that is
 * not known. A frame from a remote never goes to a remote (split horizon; in Linux a vxlan device is one port of its
 * bridge).
 */
public final class LocalForward
{
    private final Fdb fdb;
    private final boolean writesFdb;
    private final OfferQueue out;
    private final Fates fates;
    private final PortFlood flood;
    private final Copies copies = new Copies();

    public LocalForward(final Fdb fdb, final boolean writesFdb, final OfferQueue out, final Fates fates)
    {
        this.fdb = fdb;
        this.writesFdb = writesFdb;
        this.out = out;
        this.fates = fates;
        flood = new PortFlood(out.guard(), fates, true);
    }

    /**
     * Deliver or drop a frame that passed all checks, and count its fate.
     *
     * @param ethernet the frame's header.
     * @param remote   number of the remote it came from, or {@code RemoteTraffic.UNNUMBERED}.
     */
    public void deliver(
        final Segment segment,
        final LocalPorts ports,
        final Frame frame,
        final EthernetHeader ethernet,
        final long high,
        final long low,
        final int remote)
    {
        final int vni = segment.vni();
        if (!segment.rules().learning() && writesFdb)
        {
            forgetPortOf(vni, ethernet.source(), ports);
        }
        final long destination = ethernet.destination();
        // The entry of a group says which remotes get copies of a port's frames; it says nothing about ports.
        final long entry = MacAddress.isGroup(destination) ? FdbEntry.MISSING : fdb.lookup(vni, destination);
        if (entry == FdbEntry.MISSING)
        {
            floodPorts(segment, ports, frame, high, low, remote);
            return;
        }
        final LocalPort port = ports.find(FdbEntry.remote(entry));
        if (port == null)
        {
            fates.drop(DropReason.SPLIT_HORIZON, vni, high, low, frame, 1);
            return;
        }
        out.begin(port.port(), vni, segment.decapTraffic());
        out.add(frame.verdict(DropReason.NONE), high, low, remote);
    }

    /** Forget the port of a station that now sends from a remote. Learning is off, so its new place is not learned. */
    private void forgetPortOf(final int vni, final long source, final LocalPorts ports)
    {
        final long entry = fdb.lookup(vni, source);
        if (FdbEntry.kind(entry) == FdbEntry.LEARNED && ports.find(FdbEntry.remote(entry)) != null)
        {
            fdb.remove(vni, source);
        }
    }

    private void floodPorts(
        final Segment segment,
        final LocalPorts ports,
        final Frame frame,
        final long high,
        final long low,
        final int remote)
    {
        out.flush();
        copies.clear();
        flood.offer(frame, ports, null, segment.vni(), high, low, 1, copies);
        if (copies.settle(
            fates, segment.decapTraffic(), segment.vni(), high, low, frame, 1, frame.length()))
        {
            fates.counters().remotes().record(remote, 1, frame.length());
        }
    }
}
