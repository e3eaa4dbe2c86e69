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
     * @param encapTraffic counts what its ports sent.
     * @param decapTraffic counts what its ports were given.
     */
    public Segment(final SegmentContext settings, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        this(settings, ports(settings), new FloodList(), new KnownSources(), encapTraffic, decapTraffic);
    }

    /** Every port, none with a number. */
    private static LocalPorts ports(final SegmentContext settings)
    {
        final List<Port> ports = settings.ports();
        LocalPorts all = new LocalPorts(new LocalPort(ports.get(0), LocalPort.UNNUMBERED, settings.ownMac()));
        for (int i = 1; i < ports.size(); i++)
        {
            all = all.with(new LocalPort(ports.get(i), LocalPort.UNNUMBERED, settings.furtherPortMacs().get(i - 1)));
        }
        return all;
    }

    /**
     * The same segment by way of another queue of its port.
     *
     * @param settings     concluded settings.
     * @param port         the queue.
     * @param floodList    the segment's.
     * @param knownSources the segment's.
     * @param encapTraffic counts what the queue sent.
     * @param decapTraffic counts what the queue was given.
     */
    public Segment(
        final SegmentContext settings,
        final Port port,
        final FloodList floodList,
        final KnownSources knownSources,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        this(
            settings,
            new LocalPorts(new LocalPort(port, LocalPort.UNNUMBERED, settings.ownMac())),
            floodList,
            knownSources,
            encapTraffic,
            decapTraffic);
    }

    private Segment(
        final SegmentContext settings,
        final LocalPorts ports,
        final FloodList floodList,
        final KnownSources knownSources,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        vni = settings.vni();
        this.ports = ports;
        this.floodList = floodList;
        this.knownSources = knownSources;
        portMtu = settings.portMtu();
        rules = settings.policy().fixed();
        furtherOwnMacs = settings.furtherOwnMacs().stream().mapToLong(MacAddress::value).toArray();
        this.encapTraffic = encapTraffic;
        this.decapTraffic = decapTraffic;
    }

    /** @return the VXLAN network identifier. */
    public int vni()
    {
        return vni;
    }

    /** @return where its frames enter and leave. */
    public LocalPorts ports()
    {
        return ports;
    }

    /**
     * Only the thread that writes the tables, which keeps them in step.
     *
     * @param ports where its frames enter and leave from now on.
     */
    public void ports(final LocalPorts ports)
    {
        this.ports = ports;
    }

    /** @return what it does with frames; to be asked once for all that is done with one. */
    public SegmentPolicy rules()
    {
        return rules;
    }

    /**
     * Only the thread that writes the tables. What was taken from the rules to be kept, as by the paths of the ports,
     * is for the caller to change too.
     *
     * @param rules what it does with frames from now on; {@link SegmentPolicy#fixed()}.
     */
    public void rules(final SegmentPolicy rules)
    {
        this.rules = rules;
    }

    /**
     * In constant time, whatever the source.
     *
     * @param judging {@link #rules()} as the frame is judged by.
     * @param high    first word of an outer source address.
     * @param low     second word.
     * @return true if datagrams are accepted from there.
     */
    public boolean accepts(final SegmentPolicy judging, final long high, final long low)
    {
        switch (judging.sourcePolicy())
        {
            case ANY:
                return true;

            case LISTED:
                return judging.lists(high, low);

            default:
                return knownSources.contains(high, low);
        }
    }

    /** @return the largest IP packet its ports may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /** @return the MAC of the device behind the first port, or {@link SegmentContext#NO_MAC}. */
    public long ownMac()
    {
        return ports.get(0).ownMac();
    }

    /**
     * @param mac source of a received frame.
     * @return true if it is ours.
     */
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

    /** @return who gets copies of flooded frames. */
    public FloodList floodList()
    {
        return floodList;
    }

    /** @return the addresses its configuration names. */
    public KnownSources knownSources()
    {
        return knownSources;
    }

    /** @return counts what its ports sent. */
    public Traffic encapTraffic()
    {
        return encapTraffic;
    }

    /** @return counts what its ports were given. */
    public Traffic decapTraffic()
    {
        return decapTraffic;
    }
}
