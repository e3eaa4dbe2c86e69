// SPDX-License-Identifier: Apache-2.0
package io.overlane.fate;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The fate of a frame: what became of it, where it came from, where it went, and its bytes. A reused view, valid only
 * during the call of {@link FateListener#onFate}, on the calling thread.
 *
 * <p><b>Sums.</b> For each frame there is exactly one view of the kind {@link Kind#FRAME}. The {@link #frames()} of all
 * these views in one direction add up to the counters of that direction: those with {@link Outcome#DELIVERED} to its
 * delivered frames, and so on for answered frames and for each reason of drops.
 *
 * <p><b>Copies.</b> The engine sends a frame to several places if it floods it. Then each copy has a view of the kind
 * {@link Kind#FLOOD_COPY}, and behind these comes the view of the frame itself with the same {@link #id()}. It is
 * delivered if one copy was. A copy that a stage sent is a {@link Kind#MIRROR_COPY} with an id of its own.
 *
 * <p><b>Several frames in one view.</b> A view may stand for several frames of one fate: for a super-frame, which is
 * one range of bytes with a {@link #gsoType()}, or for frames that left in one send and lie in memory with gaps between
 * them. {@link #pieces()} is the number of ranges, and {@link #frames()} the number of frames on the wire.
 */
public interface Fate
{
    /** The way of a frame. */
    enum Direction
    {
        /** From a port. */
        ENCAP,

        /** From the underlay. */
        DECAP
    }

    /** What a view is about. */
    enum Kind
    {
        /** A frame that came in. */
        FRAME,

        /** A copy of a flooded frame. The counters of delivered and dropped frames do not count it. */
        FLOOD_COPY,

        /** A copy that a stage of the application sent; it has an id of its own, and counters of its own. */
        MIRROR_COPY
    }

    /** What became of a frame. */
    enum Outcome
    {
        /** A port or the underlay took it. */
        DELIVERED,

        /** The engine answered it itself. The bytes of a request for a neighbour are already those of the answer. */
        ANSWERED,

        /** It was dropped for {@link Fate#reason()}. */
        DROPPED
    }

    /** @return the way of the frame. */
    Direction direction();

    /** @return the engine's queue that carried it; the first is 0. */
    int queue();

    /** @return whether this is a frame or a copy. */
    Kind kind();

    /** @return a number that no other frame of this engine has, other than the copies of this frame. */
    long id();

    /** @return time on the engine's clock in nanoseconds, the same for all frames of a batch. */
    long timeNs();

    /** @return the frame's segment, or {@link DropLedger#NO_VNI}. */
    int vni();

    /** @return what became of it. */
    Outcome outcome();

    /** @return why it was dropped; {@link DropReason#NONE} if it was not. */
    DropReason reason();

    /** @return the port that it came from; null if it came from the underlay. */
    @Nullable Port from();

    /** @return the port that took or refused it; null if it was offered to none. */
    @Nullable Port to();

    /** @return true if the frame came from a remote, or if it was sent to one or should have been. */
    boolean hasRemote();

    /** @return first word of the remote's address ({@link IpAddress#high()}); 0 if there is no remote. */
    long remoteHigh();

    /** @return second word of the remote's address; 0 if there is no remote. */
    long remoteLow();

    /** @return the remote's address; null if there is no remote. Allocates. */
    default @Nullable IpAddress remote()
    {
        return hasRemote() ? new IpAddress(remoteHigh(), remoteLow()) : null;
    }

    /**
     * @return true if the frame was given to the underlay, which took it or refused it: only then are the fields of the
     *         outer headers known.
     */
    boolean hasOuter();

    /** @return UDP port of the remote; 0 without {@link #hasOuter()}. */
    int remoteUdpPort();

    /** @return VNI in the tunnel header; {@link DropLedger#NO_VNI} if it has none, or without {@link #hasOuter()}. */
    int outerVni();

    /**
     * @return hash of the flow, from which an underlay with several source ports takes one; 0 if the underlay uses no
     *         hash, or without {@link #hasOuter()}.
     */
    int flowHash();

    /** @return outer type of service or traffic class; 0 without {@link #hasOuter()}. */
    int outerTos();

    /** @return outer time to live or hop limit; 0 if the underlay decides, or without {@link #hasOuter()}. */
    int outerTtl();

    /** @return number of frames on the wire that this view stands for. */
    int frames();

    /** @return number of ranges of bytes; 1 for a single frame and for a super-frame, else {@link #frames()}. */
    int pieces();

    /** @return the memory of the frame. A listener must not change it. */
    DirectBuffer buffer();

    /** @return index in the buffer of the first byte of the frame, or of the first piece. */
    default int offset()
    {
        return offset(0);
    }

    /** @return bytes of the frame, or of the first piece. */
    default int length()
    {
        return length(0);
    }

    /** @return index in the buffer of the first byte of a piece, which has a number of 0…{@link #pieces()}-1. */
    int offset(int piece);

    /** @return bytes of a piece. */
    int length(int piece);

    /**
     * @return true if the bytes begin with the tunnel header, or with the part of it that came: a check refused the
     *         datagram. Else they begin with the inner frame.
     */
    boolean hasTunnelHeader();

    /** @return {@link Frame#GSO_NONE}, or the kind of the super-frame, perhaps with {@link Frame#GSO_ECN}. */
    int gsoType();

    /** @return bytes of payload in each segment of a super-frame; 0 for other frames. */
    int gsoSize();
}
