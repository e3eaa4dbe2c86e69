package io.overlane.segment;

import io.overlane.outer.OuterContext;
import io.overlane.port.Port;
import io.overlane.status.Traffic;

/**
 * One VXLAN segment as the data path sees it: a VNI, the port behind it and the rules for its frames. Its addresses
 * live in the engine's tables under its VNI.
 */
public final class Segment
{
    private final int vni;
    private final Port port;
    private final int portMtu;
    private final long ownMac;
    private final boolean learning;
    private final long reservedBits;
    private final SourcePolicy sourcePolicy;
    private final OuterContext outer;
    private final FloodList floodList;
    private final Traffic encapTraffic;
    private final Traffic decapTraffic;

    /**
     * @param settings     concluded settings.
     * @param encapTraffic counts what its port sent.
     * @param decapTraffic counts what its port was given.
     */
    public Segment(final SegmentContext settings, final Traffic encapTraffic, final Traffic decapTraffic)
    {
        this(settings, settings.port(), new FloodList(), encapTraffic, decapTraffic);
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
        vni = settings.vni();
        this.port = port;
        this.floodList = floodList;
        portMtu = settings.portMtu();
        outer = settings.outer();
        ownMac = settings.ownMac();
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

    /** @return where its frames enter and leave. */
    public Port port()
    {
        return port;
    }

    /** @return the largest IP packet its port may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /** @return the MAC of the device behind the port, or {@link SegmentContext#NO_MAC}. */
    public long ownMac()
    {
        return ownMac;
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

    /** @return counts what its port sent. */
    public Traffic encapTraffic()
    {
        return encapTraffic;
    }

    /** @return counts what its port was given. */
    public Traffic decapTraffic()
    {
        return decapTraffic;
    }
}
