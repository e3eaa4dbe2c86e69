// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.MacAddress;
import io.overlane.control.EntryKey;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;

/**
 * Keeps the ports of segments, their numbers and what is known to be behind them in step. Used by the one thread that
 * writes tables.
 */
public final class SegmentPorts
{
    private final SegmentTable segments;
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final Reconciler reconciler;
    private final int peerUdpPort;
    private long lastPortId;

    SegmentPorts(
        final SegmentTable segments,
        final Fdb fdb,
        final RemoteTable remotes,
        final Reconciler reconciler,
        final int peerUdpPort)
    {
        this.segments = segments;
        this.fdb = fdb;
        this.remotes = remotes;
        this.reconciler = reconciler;
        this.peerUdpPort = peerUdpPort;
    }

    /**
     * Give every port of a segment a number, which they need as soon as there are several.
     *
     * @param segment whose ports.
     * @return false if there is no room; nothing has changed then.
     */
    public boolean number(final Segment segment)
    {
        return number(segment, segment.ports());
    }

    /**
     * @param segment gets one more port.
     * @param port    to add; it has no number yet.
     * @return false if there is no room; nothing has changed then.
     */
    public boolean add(final Segment segment, final LocalPort port)
    {
        return number(segment, segment.ports().with(port));
    }

    /**
     * Take a port from a segment, and forget what was behind it. Nobody polls it any more.
     *
     * @param segment that has other ports too.
     * @param port    to remove.
     */
    public void remove(final Segment segment, final Port port)
    {
        final LocalPort leaving = segment.ports().find(port);
        final LocalPorts after = segment.ports().without(leaving);
        segment.ports(after);
        final int only = after.size() == 1 ? after.get(0).number() : LocalPort.UNNUMBERED;
        fdb.forEach((vni, mac, word, stamp) ->
        {
            final int number = FdbEntry.remote(word);
            // What the only port has learned would not be kept up: nothing is switched any more.
            if (number == leaving.number() || number == only && FdbEntry.kind(word) == FdbEntry.LEARNED)
            {
                fdb.remove(vni, mac);
                reconciler.forget(new EntryKey(EntryKey.Kind.FDB, vni, new MacAddress(mac)));
            }
        });
        remotes.release(leaving.number());
    }

    /**
     * Any thread.
     *
     * @param number where an FDB entry leads.
     * @return true if it is the number of a port and not of a remote.
     */
    public boolean isPort(final int number)
    {
        return number >= 0 && number < remotes.maxRemotes() && remotes.high(number) == LocalPorts.ADDRESS_HIGH;
    }

    /**
     * Whether what was heard a moment ago is still worth learning: the segment is there, and the port if it was one.
     *
     * @param vni  of a segment.
     * @param high first word of where a station was heard from.
     * @param low  second word.
     * @return false if it is gone.
     */
    public boolean isCurrent(final int vni, final long high, final long low)
    {
        final Segment segment = segments.lookup(vni);
        if (segment == null || high != LocalPorts.ADDRESS_HIGH)
        {
            return segment != null;
        }
        return segment.ports().size() > 1 && segment.ports().find(remotes.find(high, low)) != null;
    }

    /** The segment goes, and its ports with it. */
    void forget(final Segment segment)
    {
        for (final LocalPort port : segment.ports().all())
        {
            if (port.number() != LocalPort.UNNUMBERED)
            {
                remotes.release(port.number());
            }
        }
    }

    private boolean number(final Segment segment, final LocalPorts ports)
    {
        final LocalPort[] numbered = ports.all().toArray(new LocalPort[0]);
        for (int i = 0; i < numbered.length; i++)
        {
            if (numbered[i].number() == LocalPort.UNNUMBERED)
            {
                lastPortId++;
                final int number = remotes.intern(LocalPorts.ADDRESS_HIGH, lastPortId, peerUdpPort);
                if (number == RemoteTable.MISSING)
                {
                    for (int taken = 0; taken < i; taken++)
                    {
                        if (segment.ports().find(numbered[taken].number()) == null)
                        {
                            remotes.release(numbered[taken].number());
                        }
                    }
                    return false;
                }
                numbered[i] = numbered[i].numbered(number);
            }
        }
        segment.ports(new LocalPorts(numbered));
        return true;
    }
}
