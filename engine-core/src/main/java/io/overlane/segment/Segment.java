package io.overlane.segment;

import io.overlane.port.Port;
import io.overlane.status.Traffic;

/**
 * One VXLAN segment as the data path sees it: a VNI, the ports behind it and the rules for its frames. Its addresses
 * live in the engine's tables under its VNI.
 */
public final class Segment
{
    private final int vni;
    private volatile LocalPorts ports;
    private final int portMtu;
    private final boolean learning;
    private final long reservedBits;
    private final SourcePolicy sourcePolicy;
    private final FloodList floodList;
    private final Traffic encapTraffic;
    private final Traffic decapTraffic;

    /**
     * @param settings     concluded settings.
     * @param encapTraffic counts what its ports sent.
     * @param decapTraffic counts what its ports were given.
     */
    public Segment(final SegmentContext settings, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        this(settings, settings.localPorts(), new FloodList(), encapTraffic, decapTraffic);
    }

    /**
     * The same segment by way of another queue of its port.
     *
     * @param settings     concluded settings.
     * @param port         the queue.
     * @param floodList    the segment's.
     * @param encapTraffic counts what the queue sent.
     * @param decapTraffic counts what the queue was given.
     */
    public Segment(
        final SegmentContext settings,
        final Port port,
        final FloodList floodList,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        this(
            settings,
            new LocalPorts(new LocalPort(port, LocalPort.UNNUMBERED, settings.ownMac())),
            floodList,
            encapTraffic,
            decapTraffic);
    }

    private Segment(
        final SegmentContext settings,
        final LocalPorts ports,
        final FloodList floodList,
        final Traffic encapTraffic,
        final Traffic decapTraffic)
    {
        vni = settings.vni();
        this.ports = ports;
        this.floodList = floodList;
        portMtu = settings.portMtu();
        learning = settings.learning();
        reservedBits = settings.reservedBits();
        sourcePolicy = settings.sourcePolicy();
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

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /** @return who gets copies of flooded frames. */
    public FloodList floodList()
    {
        return floodList;
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
