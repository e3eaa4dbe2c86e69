// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.MacAddress;
import io.overlane.control.Entry;
import io.overlane.fdb.FdbEntry;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import java.util.Objects;

/**
 * Changes the ports of segments together with their numbers and the FDB entries that lead to them. Used by the thread
 * that writes the tables, except for {@link #isPort}.
 */
public final class SegmentPorts
{
    private final Forwarding tables;
    private final int peerUdpPort;
    private long lastPortId;

    SegmentPorts(final Forwarding tables, final int peerUdpPort)
    {
        this.tables = tables;
        this.peerUdpPort = peerUdpPort;
    }

    /**
     * Give every port of a segment a number; ports need numbers as soon as a segment has several.
     *
     * @return false if there is no room; nothing has changed then.
     */
    public boolean number(final Segment segment)
    {
        return number(segment, segment.ports());
    }

    /**
     * @param segment that gets one more port.
     * @param port    to add; it has no number yet.
     * @return false if there is no room; nothing has changed then.
     */
    public boolean add(final Segment segment, final LocalPort port)
    {
        return number(segment, segment.ports().with(port));
    }

    /**
     * Remove a port that is no longer polled from a segment, and the FDB entries that lead to it.
     *
     * @param segment that has other ports, too.
     * @param port    to remove.
     */
    public void remove(final Segment segment, final Port port)
    {
        final LocalPort leaving = Objects.requireNonNull(segment.ports().find(port), "port");
        final LocalPorts after = segment.ports().without(leaving);
        segment.ports(after);
        final int only = after.size() == 1 ? after.get(0).number() : LocalPort.UNNUMBERED;
        tables.fdb().forEach((vni, mac, word, stamp) ->
        {
            final int number = FdbEntry.remote(word);
            // Nothing is switched any more, so nothing would refresh the entries learned from the only port.
            if (number == leaving.number() || number == only && FdbEntry.kind(word) == FdbEntry.LEARNED)
            {
                tables.fdb().remove(vni, mac);
                tables.reconciler().forget(new Entry.Key(Entry.Kind.FDB, vni, new MacAddress(mac)));
            }
        });
        tables.remotes().release(leaving.number());
    }

    /**
     * Any thread.
     *
     * @param number where an FDB entry leads.
     * @return true if it is the number of a port and not of a remote.
     */
    public boolean isPort(final int number)
    {
        return number >= 0 && number < tables.remotes().maxRemotes() &&
            tables.remotes().high(number) == LocalPorts.ADDRESS_HIGH;
    }

    /**
     * Whether a source that another thread reported can be learned. Any thread.
     *
     * @param high first word of the address of the remote or port that the frame came from.
     * @return false if the segment or the port is gone.
     */
    public boolean isCurrent(final int vni, final long high, final long low)
    {
        final Segment segment = tables.segments().lookup(vni);
        if (segment == null || high != LocalPorts.ADDRESS_HIGH)
        {
            return segment != null;
        }
        final boolean isSwitched = segment.ports().size() > 1 || tables.gateways().link(vni) != null;
        return isSwitched && segment.ports().find(tables.remotes().find(high, low)) != null;
    }

    /** Release the numbers of a removed segment's ports. */
    void forget(final Segment segment)
    {
        for (final LocalPort port : segment.ports().all())
        {
            if (port.number() != LocalPort.UNNUMBERED)
            {
                tables.remotes().release(port.number());
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
                final int number = tables.remotes().intern(LocalPorts.ADDRESS_HIGH, ++lastPortId, peerUdpPort);
                if (number == RemoteTable.MISSING)
                {
                    for (int taken = 0; taken < i; taken++)
                    {
                        if (segment.ports().find(numbered[taken].number()) == null)
                        {
                            tables.remotes().release(numbered[taken].number());
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
