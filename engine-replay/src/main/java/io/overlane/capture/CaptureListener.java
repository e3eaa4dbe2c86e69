// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static io.overlane.capture.CaptureRecord.BITS_OFFSET;
import static io.overlane.capture.CaptureRecord.BYTES_OFFSET;
import static io.overlane.capture.CaptureRecord.COPY_BIT;
import static io.overlane.capture.CaptureRecord.DECAP_BIT;
import static io.overlane.capture.CaptureRecord.FLOW_HASH_OFFSET;
import static io.overlane.capture.CaptureRecord.FRAMES_OFFSET;
import static io.overlane.capture.CaptureRecord.GSO_SIZE_OFFSET;
import static io.overlane.capture.CaptureRecord.HAS_REMOTE_BIT;
import static io.overlane.capture.CaptureRecord.HIGH_OFFSET;
import static io.overlane.capture.CaptureRecord.ID_OFFSET;
import static io.overlane.capture.CaptureRecord.IN_OFFSET;
import static io.overlane.capture.CaptureRecord.LENGTH_OFFSET;
import static io.overlane.capture.CaptureRecord.LOST_IN_OFFSET;
import static io.overlane.capture.CaptureRecord.LOST_OUT_OFFSET;
import static io.overlane.capture.CaptureRecord.LOW_OFFSET;
import static io.overlane.capture.CaptureRecord.NONE;
import static io.overlane.capture.CaptureRecord.OUTER_VNI_OFFSET;
import static io.overlane.capture.CaptureRecord.OUT_OFFSET;
import static io.overlane.capture.CaptureRecord.PIECES_OFFSET;
import static io.overlane.capture.CaptureRecord.PIECE_OFFSET;
import static io.overlane.capture.CaptureRecord.QUEUE_SHIFT;
import static io.overlane.capture.CaptureRecord.REASON_OFFSET;
import static io.overlane.capture.CaptureRecord.SUPER_FRAME_BIT;
import static io.overlane.capture.CaptureRecord.TIME_OFFSET;
import static io.overlane.capture.CaptureRecord.TOS_OFFSET;
import static io.overlane.capture.CaptureRecord.TTL_OFFSET;
import static io.overlane.capture.CaptureRecord.TUNNEL_HEADER_BIT;
import static io.overlane.capture.CaptureRecord.UDP_PORT_OFFSET;
import static io.overlane.capture.CaptureRecord.VNI_OFFSET;

import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import io.overlane.frame.Frame;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies what a capture needs of each packet into the ring, on the engine's threads. Allocates only at the first packet
 * of a port, and never waits.
 */
final class CaptureListener implements FateListener
{
    private final RingBuffer ring;
    private final int messageType;
    private final CaptureInterfaces interfaces;
    private final CaptureFilter filter;
    private final int snapLength;
    private final boolean everySegment;
    private final boolean isIpNetwork;

    CaptureListener(
        final RingBuffer ring,
        final int messageType,
        final CaptureInterfaces interfaces,
        final CaptureFilter filter,
        final CaptureContext context,
        final boolean isIpNetwork)
    {
        this.ring = ring;
        this.messageType = messageType;
        this.interfaces = interfaces;
        this.filter = filter;
        snapLength = context.snapLength();
        everySegment = context.everySegment();
        this.isIpNetwork = isIpNetwork;
    }

    @Override
    public void onFate(final Fate fate)
    {
        final int vni = vni(fate);
        if (!filter.passes(fate, vni))
        {
            return;
        }
        final CaptureInterface in = in(fate);
        final CaptureInterface out = out(fate);
        final int pieces = fate.pieces();
        final int headers = pieces == 1 || everySegment ? 0 : TcpRun.headerLength(fate, isIpNetwork);
        if (headers > 0)
        {
            final int joined = pieces * (fate.length(0) - headers) + fate.length(pieces - 1) - fate.length(0) + headers;
            write(fate, vni, 0, 1, joined, fate.length(0) - headers, in, out);
            return;
        }
        for (int i = 0; i < pieces; i++)
        {
            write(fate, vni, i, pieces, fate.length(i), fate.gsoSize(), in, out);
        }
    }

    /** The segment, or the VNI in the tunnel header of a datagram that was refused. */
    private static int vni(final Fate fate)
    {
        return fate.vni() == DropLedger.NO_VNI && fate.hasTunnelHeader() ?
            InnerHeaders.vni(fate.buffer(), fate.offset(), fate.length()) :
            fate.vni();
    }

    /** Where the packet came in. Null for a copy, and for an answer, which no longer has the bytes of the request. */
    private @Nullable CaptureInterface in(final Fate fate)
    {
        if (fate.kind() == Fate.Kind.FLOOD_COPY || isAnswer(fate))
        {
            return null;
        }
        if (fate.direction() == Fate.Direction.DECAP)
        {
            return interfaces.underlay(fate.queue());
        }
        final Port from = fate.from();
        return from == null ? null : interfaces.port(from);
    }

    /** Where it left or should have left. */
    private @Nullable CaptureInterface out(final Fate fate)
    {
        final Port to = fate.to();
        if (to != null)
        {
            return interfaces.port(to);
        }
        final Port from = fate.from();
        if (from != null && isAnswer(fate))
        {
            return interfaces.port(from);
        }
        return fate.hasOuter() ? interfaces.underlay(fate.queue()) : null;
    }

    private static boolean isAnswer(final Fate fate)
    {
        return fate.outcome() == Fate.Outcome.ANSWERED &&
            InnerHeaders.isNeighborAnswer(fate.buffer(), fate.offset(), fate.length());
    }

    private void write(
        final Fate fate,
        final int vni,
        final int piece,
        final int pieces,
        final int length,
        final int gsoSize,
        final @Nullable CaptureInterface in,
        final @Nullable CaptureInterface out)
    {
        final int copied = Math.min(fate.length(piece), snapLength);
        final boolean isJoined = length != fate.length(piece);
        final int index = BYTES_OFFSET + copied > ring.maxMsgLength() ? NONE :
            ring.tryClaim(messageType, BYTES_OFFSET + copied);
        if (index < 0)
        {
            lose(in);
            lose(out);
            return;
        }
        final AtomicBuffer buffer = ring.buffer();
        buffer.putLong(index + TIME_OFFSET, fate.timeNs());
        buffer.putLong(index + ID_OFFSET, fate.id());
        buffer.putLong(index + HIGH_OFFSET, fate.remoteHigh());
        buffer.putLong(index + LOW_OFFSET, fate.remoteLow());
        buffer.putLong(index + LOST_IN_OFFSET, in == null ? 0 : in.lost());
        buffer.putLong(index + LOST_OUT_OFFSET, out == null ? 0 : out.lost());
        buffer.putInt(index + VNI_OFFSET, vni);
        buffer.putInt(index + OUTER_VNI_OFFSET, fate.outerVni());
        buffer.putInt(index + IN_OFFSET, in == null ? NONE : in.id());
        buffer.putInt(index + OUT_OFFSET, out == null ? NONE : out.id());
        buffer.putInt(index + UDP_PORT_OFFSET, fate.remoteUdpPort());
        buffer.putInt(index + FLOW_HASH_OFFSET, fate.flowHash());
        buffer.putInt(index + TOS_OFFSET, fate.outerTos());
        buffer.putInt(index + TTL_OFFSET, fate.outerTtl());
        buffer.putInt(index + LENGTH_OFFSET, length);
        buffer.putInt(index + FRAMES_OFFSET, fate.frames());
        buffer.putInt(index + PIECE_OFFSET, piece);
        buffer.putInt(index + PIECES_OFFSET, pieces);
        buffer.putInt(index + REASON_OFFSET, fate.reason().ordinal());
        buffer.putInt(index + BITS_OFFSET, bits(fate) | (isJoined ? SUPER_FRAME_BIT : 0));
        buffer.putInt(index + GSO_SIZE_OFFSET, gsoSize);
        buffer.putBytes(index + BYTES_OFFSET, fate.buffer(), fate.offset(piece), copied);
        if (isJoined)
        {
            TcpRun.join(buffer, index + BYTES_OFFSET, copied, length, isIpNetwork);
        }
        ring.commit(index);
    }

    private static int bits(final Fate fate)
    {
        return fate.outcome().ordinal() |
            (fate.direction() == Fate.Direction.DECAP ? DECAP_BIT : 0) |
            (fate.kind() == Fate.Kind.FLOOD_COPY ? COPY_BIT : 0) |
            (fate.hasTunnelHeader() ? TUNNEL_HEADER_BIT : 0) |
            (fate.gsoType() != Frame.GSO_NONE ? SUPER_FRAME_BIT : 0) |
            (fate.hasRemote() ? HAS_REMOTE_BIT : 0) |
            fate.queue() << QUEUE_SHIFT;
    }

    private static void lose(final @Nullable CaptureInterface where)
    {
        if (where != null)
        {
            where.lose();
        }
    }
}
