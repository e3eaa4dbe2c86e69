package io.overlane.tun;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GsoSplitter;
import io.overlane.status.DropReason;

/**
 * Which super-frames a device still takes, and what becomes of one it refuses: it is written in pieces, and that kind
 * is not offered again. Kernels have agreed to an offload and then refused the write (tailscale#13041, gluetun#3424).
 */
final class SuperFrames
{
    private final TunOffload offload;
    private final boolean isEthernet;
    private volatile boolean refusesTcpV4;
    private volatile boolean refusesTcpV6;
    private volatile boolean refusesUdp;

    /** Made when first needed, and held under this object's lock: refusals are rare. */
    private GsoSplitter splitter;
    private Frame piece;

    /** Writes one ordinary frame. */
    interface Writer
    {
        /**
         * @param frame complete, with room for the vnet header in front.
         * @return {@link DropReason#NONE} if it was written.
         */
        DropReason write(Frame frame);
    }

    /**
     * @param offload    what the device agreed to.
     * @param isEthernet true for a TAP.
     */
    SuperFrames(final TunOffload offload, final boolean isEthernet)
    {
        this.offload = offload;
        this.isEthernet = isEthernet;
    }

    /**
     * @param gsoType of a super-frame.
     * @return true if the device takes it.
     */
    boolean taken(final int gsoType)
    {
        return offload.takes(gsoType) && !refuses(gsoType);
    }

    /**
     * The device said no to this one. Any thread.
     *
     * @param frame  a super-frame.
     * @param writer writes its pieces.
     * @return {@link DropReason#NONE} if all pieces were written, else why the first was not.
     */
    synchronized DropReason onRefused(final Frame frame, final Writer writer)
    {
        refuse(frame.gsoType() & ~Frame.GSO_ECN);
        if (splitter == null)
        {
            splitter = new GsoSplitter();
            piece = new FrameSlab(1, TunPort.MAX_FRAME_LENGTH).frame(0);
        }
        DropReason verdict = splitter.open(frame, 0, isEthernet);
        while (verdict == DropReason.NONE && splitter.hasNext())
        {
            piece.wrap(FrameSlab.HEADROOM, 0);
            piece.length(splitter.cut(piece.buffer(), piece.offset(), TunPort.MAX_FRAME_LENGTH, 1));
            verdict = writer.write(piece);
        }
        return verdict;
    }

    @Override
    public String toString()
    {
        final boolean tcp = taken(Frame.GSO_TCPV4) || taken(Frame.GSO_TCPV6);
        final boolean udp = taken(Frame.GSO_UDP_L4);
        if (offload == TunOffload.NONE)
        {
            return "no offload";
        }
        return "checksum" + (tcp ? ", TCP" : "") + (udp ? ", UDP" : "") + " offload";
    }

    private boolean refuses(final int gsoType)
    {
        return switch (gsoType)
        {
            case Frame.GSO_TCPV4 -> refusesTcpV4;
            case Frame.GSO_TCPV6 -> refusesTcpV6;
            default -> refusesUdp;
        };
    }

    private void refuse(final int gsoType)
    {
        switch (gsoType)
        {
            case Frame.GSO_TCPV4 -> refusesTcpV4 = true;
            case Frame.GSO_TCPV6 -> refusesTcpV6 = true;
            default -> refusesUdp = true;
        }
    }
}
