// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.address.MacAddress;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.status.Traffic;
import java.util.List;

/**
 * One VXLAN segment as the data path sees it: a VNI, the ports behind it and the rules for its frames. Its addresses
 * live in the engine's tables under its VNI.
 */
public final class Segment
{
    private final int vni;
    private volatile LocalPorts ports;
    private final int portMtu;
    /** Besides those of the devices behind the ports. */
    private final long[] furtherOwnMacs;
    private volatile SegmentPolicy rules;
    private final FloodList floodList;
    private final KnownSources knownSources;
    private final Traffic encapTraffic;
    private final Traffic decapTraffic;

    /**
     * @param settings     concluded settings.
     * @param encapTraffic counts the frames that its ports sent.
     * @param decapTraffic counts the frames that its ports got.
     */
    public Segment(final SegmentContext settings, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        vni = settings.vni();
        ports = ports(settings);
        portMtu = settings.portMtu();
        rules = settings.policy().fixed();
        furtherOwnMacs = settings.furtherOwnMacs().stream().mapToLong(MacAddress::value).toArray();
        floodList = new FloodList();
        knownSources = new KnownSources();
        this.encapTraffic = encapTraffic;
        this.decapTraffic = decapTraffic;
    }

    /**
     * The same segment by way of another queue of its only port.
     *
     * @param first        by way of the first queue.
     * @param queue        the other queue.
     * @param encapTraffic counts the frames that the queue sent.
     * @param decapTraffic counts the frames that the queue got.
     */
    public Segment(final Segment first, final Port queue, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        vni = first.vni;
        ports = new LocalPorts(new LocalPort(queue, LocalPort.UNNUMBERED, first.ownMac()));
        portMtu = first.portMtu;
        rules = first.rules;
        furtherOwnMacs = first.furtherOwnMacs;
        floodList = first.floodList;
        knownSources = first.knownSources;
        this.encapTraffic = encapTraffic;
        this.decapTraffic = decapTraffic;
    }

    /** Every port of the settings, without a number. */
    private static LocalPorts ports(final SegmentContext settings)
    {
        final List<Port> ports = settings.ports();
        final LocalPort[] all = new LocalPort[ports.size()];
        for (int i = 0; i < all.length; i++)
        {
            final long ownMac = i == 0 ? settings.ownMac() : settings.furtherPortMacs().get(i - 1);
            all[i] = new LocalPort(ports.get(i), LocalPort.UNNUMBERED, ownMac);
        }
        return new LocalPorts(all);
    }

    public int vni()
    {
        return vni;
    }

    /** Where its frames enter and leave. */
    public LocalPorts ports()
    {
        return ports;
    }

    /** Change the ports. Only the thread that writes the tables, which keeps them in step. */
    public void ports(final LocalPorts ports)
    {
        this.ports = ports;
    }

    /** The rules for its frames. Read them once for all decisions on one frame. */
    public SegmentPolicy rules()
    {
        return rules;
    }

    /**
     * Change the rules. Only the thread that writes the tables. The caller also replaces everything that was made from
     * the old rules, such as the paths of the ports.
     *
     * @param rules {@link SegmentPolicy#fixed()}.
     */
    public void rules(final SegmentPolicy rules)
    {
        this.rules = rules;
    }

    /**
     * Whether datagrams are accepted from an outer source, in constant time.
     *
     * @param judging the {@link #rules()} that were read for this frame.
     */
    public boolean accepts(final SegmentPolicy judging, final long high, final long low)
    {
        return switch (judging.sourcePolicy())
        {
            case ANY -> true;
            case LISTED -> judging.lists(high, low);
            default -> knownSources.contains(high, low);
        };
    }

    /** The largest IP packet its ports may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /** The MAC of the device behind the first port, or {@link SegmentContext#NO_MAC}. */
    public long ownMac()
    {
        return ports.get(0).ownMac();
    }

    /** Whether the source of a received frame is a station of this host. */
    public boolean isOwnMac(final long mac)
    {
        return ports.isOwnMac(mac) || isFurtherOwnMac(mac);
    }

    private boolean isFurtherOwnMac(final long mac)
    {
        for (final long own : furtherOwnMacs)
        {
            if (own == mac)
            {
                return true;
            }
        }
        return false;
    }

    /** The remotes that get copies of flooded frames. */
    public FloodList floodList()
    {
        return floodList;
    }

    /** The addresses its configuration names. */
    public KnownSources knownSources()
    {
        return knownSources;
    }

    /** Counts the frames that its ports sent. */
    public Traffic encapTraffic()
    {
        return encapTraffic;
    }

    /** Counts the frames that its ports got. */
    public Traffic decapTraffic()
    {
        return decapTraffic;
    }
}
