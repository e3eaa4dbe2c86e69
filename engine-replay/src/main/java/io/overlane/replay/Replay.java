// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.PcapException;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.util.List;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Runs a capture through an engine, packet by packet: first the checks of the host's IP and UDP layers, then the decap
 * path. The same capture and settings always give the same verdicts, as the engine's clock is the capture's.
 */
public final class Replay implements AutoCloseable
{
    /** The packet had no VXLAN header with a VNI. */
    public static final int NO_VNI = -1;

    private final OuterStack stack;
    private final CaptureUnderlay underlay;
    private final OverlayEngine engine;
    private final PathCounters decap;
    private final Listener listener;
    private final long[] droppedBefore = new long[DropReason.count() + DropReason.MAX_CUSTOM];
    private final VxlanHeader vxlan = new VxlanHeader();

    private boolean isPending;
    private long pendingNumber;
    private long pendingTimestampNs;
    private @Nullable Frame delivered;
    private @Nullable IOException failure;

    /** Gets each packet. */
    @FunctionalInterface
    public interface Listener
    {
        /**
         * One packet has its verdict.
         *
         * @param packetNumber 1 for the first of the capture.
         * @param timestampNs  capture time, in nanoseconds since 1970.
         * @param verdict      {@code NONE} if its inner frame was delivered.
         * @param vni          of its VXLAN header, or {@link #NO_VNI}.
         * @param outer        the datagram if the outer layers found one.
         * @param inner        the inner frame if it was delivered. Valid during the call.
         */
        void onPacket(
            long packetNumber,
            long timestampNs,
            DropReason verdict,
            int vni,
            @Nullable OuterDatagram outer,
            @Nullable Frame inner);
    }

    /**
     * @param reader   before the first packet; closed with this.
     * @param stack    of the imagined socket, for the reader's link type.
     * @param segments to deliver to; their ports are set here.
     * @param listener gets each packet.
     * @throws IllegalArgumentException if a setting cannot work.
     * @throws PcapException if all packets have a link type that is not supported.
     */
    public Replay(
        final CaptureReader reader,
        final OuterStack stack,
        final List<SegmentContext> segments,
        final Listener listener)
        throws PcapException
    {
        this.stack = stack;
        this.listener = listener;
        final ErrorHandler errors = error ->
            failure = error instanceof IOException io ? io : new IOException(error);
        underlay = new CaptureUnderlay(reader, stack, 1, this::onOuter, sent -> {}, errors);
        final EngineContext context = new EngineContext()
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(underlay)
            .clock(underlay::timestampNs)
            .errorHandler(errors);
        for (final SegmentContext segment : segments)
        {
            context.segment(segment.port(new CapturePort(frame -> delivered = frame)));
        }
        engine = OverlayEngine.launch(context);
        decap = engine.counters().decap();
    }

    /**
     * Go on to the next packet that reaches the decap path; packets before it are reported to the listener.
     *
     * @return false if the capture is over.
     * @throws IOException if it cannot be read further; the packets before were reported.
     */
    public boolean next() throws IOException
    {
        delivered = null;
        engine.doWork();
        if (isPending)
        {
            isPending = false;
            final DropReason verdict = verdict();
            listener.onPacket(
                pendingNumber,
                pendingTimestampNs,
                verdict,
                vni(stack.datagram()),
                stack.datagram(),
                verdict == DropReason.NONE ? delivered : null);
        }
        if (failure != null)
        {
            throw failure;
        }
        return !underlay.isAtEnd();
    }

    /** @return the engine, for its counters and tables. */
    public OverlayEngine engine()
    {
        return engine;
    }

    @Override
    public void close()
    {
        engine.close();
    }

    private void onOuter(final long packetNumber, final long timestampNs, final DropReason verdict)
    {
        if (verdict == DropReason.NONE)
        {
            isPending = true;
            pendingNumber = packetNumber;
            pendingTimestampNs = timestampNs;
        }
        else
        {
            listener.onPacket(packetNumber, timestampNs, verdict, NO_VNI, null, null);
        }
    }

    /** The reason whose counter changed. */
    private DropReason verdict()
    {
        DropReason verdict = DropReason.NONE;
        for (int i = 1; i < DropReason.count(); i++)
        {
            final long dropped = decap.dropped(DropReason.get(i));
            if (dropped != droppedBefore[i])
            {
                droppedBefore[i] = dropped;
                verdict = DropReason.get(i);
            }
        }
        return verdict;
    }

    private int vni(final OuterDatagram datagram)
    {
        final boolean hasHeader =
            vxlan.wrap(datagram.buffer(), datagram.offset(), datagram.length()).check() == DropReason.NONE;
        return hasHeader && (vxlan.flags() & VxlanHeader.I_FLAG) != 0 ? vxlan.vni() : NO_VNI;
    }
}
