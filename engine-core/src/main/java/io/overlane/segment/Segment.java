package io.overlane.segment;

import io.overlane.address.MacAddress;
import io.overlane.outer.OuterContext;
import io.overlane.port.Port;
import io.overlane.route.RouteTable;
import io.overlane.status.Traffic;

/**
 * One VXLAN segment as the data path sees it: a VNI, the ports behind it and the rules for its frames. Its addresses
 * live in the engine's tables under its VNI.
 */
public final class Segment
{
    private static final int LISTED = 0;

    private final int vni;
    private volatile LocalPorts ports;
    private final int portMtu;
    private final boolean dropsOwnMac;
    /** Besides those of the devices behind the ports. */
    private final long[] furtherOwnMacs;
    private final boolean learning;
    private final long reservedBits;
    private final SourcePolicy sourcePolicy;
    private final VlanPolicy decapVlan;
    private final VlanPolicy encapVlan;
    private final EcnPolicy ecn;
    private final boolean dropsStaticViolation;
    private final boolean dropsBadSource;
    private final FloodBudget floodBudget;
    private final OuterContext outer;
    private final FloodList floodList;
    private final KnownSources knownSources;
    /** Null but for {@link SourcePolicy#LISTED}. */
    private final RouteTable listedSources;
    private final Traffic encapTraffic;
    private final Traffic decapTraffic;

    /**
     * @param settings     concluded settings.
     * @param encapTraffic counts what its ports sent.
     * @param decapTraffic counts what its ports were given.
     */
    public Segment(final SegmentContext settings, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        this(settings, settings.localPorts(), new FloodList(), new KnownSources(), encapTraffic, decapTraffic);
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
        outer = settings.outer();
        learning = settings.learning();
        floodBudget = settings.floodBudget();
        reservedBits = settings.reservedBits();
        sourcePolicy = settings.sourcePolicy();
        decapVlan = settings.decapVlan();
        encapVlan = settings.encapVlan();
        ecn = settings.ecn();
        dropsOwnMac = settings.dropOwnMac().applies(learning);
        furtherOwnMacs = settings.furtherOwnMacs().stream().mapToLong(MacAddress::value).toArray();
        dropsStaticViolation = settings.dropStaticViolation().applies(learning);
        dropsBadSource = settings.dropBadSource().applies(learning);
        listedSources = sourcePolicy == SourcePolicy.LISTED ? new RouteTable(settings.sources().size()) : null;
        if (listedSources != null)
        {
            settings.sources().forEach(prefix -> listedSources.put(prefix, LISTED));
        }
        this.encapTraffic = encapTraffic;
        this.decapTraffic = decapTraffic;
    }

    /** @return the VXLAN network identifier. */
    public int vni()
    {
        return vni;
    }

    /** @return where its frames enter and leave; the first such place if there are several. */
    public Port port()
    {
        return ports.first();
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

    /** @return how much each of its ports may flood. */
    public FloodBudget floodBudget()
    {
        return floodBudget;
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
     * @return true if it is ours and may not come from outside.
     */
    public boolean refusesOwnMac(final long mac)
    {
        return dropsOwnMac && (ports.isOwnMac(mac) || isFurtherOwnMac(mac));
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

    /** @return true if source MACs of received frames are learned. */
    public boolean learning()
    {
        return learning;
    }

    /** @return bits of the 64-bit VXLAN header that must be zero on receipt. */
    public long reservedBits()
    {
        return reservedBits;
    }

    /**
     * In constant time, whatever the source.
     *
     * @param high first word of an outer source address.
     * @param low  second word.
     * @return true if datagrams are accepted from there.
     */
    public boolean accepts(final long high, final long low)
    {
        switch (sourcePolicy)
        {
            case ANY:
                return true;

            case LISTED:
                return listedSources.lookup(high, low) == LISTED;

            default:
                return knownSources.contains(high, low);
        }
    }

    /** @return what becomes of received frames with a VLAN tag. */
    public VlanPolicy decapVlan()
    {
        return decapVlan;
    }

    /** @return what becomes of frames of the port with a VLAN tag. */
    public VlanPolicy encapVlan()
    {
        return encapVlan;
    }

    /** @return how outer congestion marks are carried into received frames. */
    public EcnPolicy ecn()
    {
        return ecn;
    }

    /** @return true if a frame is dropped whose source a configured FDB entry puts behind another remote. */
    public boolean dropsStaticViolation()
    {
        return dropsStaticViolation;
    }

    /** @return true if a frame is dropped whose source MAC is a group address or zero. */
    public boolean dropsBadSource()
    {
        return dropsBadSource;
    }

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /** @return what outer headers say. */
    public OuterContext outer()
    {
        return outer;
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
