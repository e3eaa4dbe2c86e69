// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import io.overlane.address.IpAddress;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.port.Port;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A frame that a stage decides about: a reused view with headers over the bytes of the frame. Valid during the call of
 * {@link Stage#onFrame}, on the calling thread. Nothing here allocates but {@link #remote()}.
 *
 * <p><b>Bytes.</b> A stage may change bytes of the frame where they lie, but not the EtherType or the number of VLAN
 * tags, nor the IP version in an IP network: the engine drops such a frame as {@code stage-error}. The length stays.
 * The stage must also correct the checksums that cover these bytes: {@link Checksum#update} and
 * {@link Ipv4Header#updateChecksum} do. In a super-frame the TCP or UDP checksum covers only the pseudo header, and the
 * engine completes it for each segment. The engine reads the destination MAC after the last stage.
 *
 * <p><b>Super-frames</b> from a port come whole, with {@link #gsoType()}, and a decision is for all their segments.
 * Frames from the underlay come one by one, before the engine joins them.
 */
public interface StageFrame
{
    /** @return the way of the frame. */
    Fate.Direction direction();

    /** @return its segment; {@link DropLedger#NO_VNI} in an IP network. */
    int vni();

    /** @return the port that it came from; null if it came from the underlay. */
    @Nullable Port port();

    /** @return first word of the outer source ({@link IpAddress#high()}); 0 if the frame came from a port. */
    long remoteHigh();

    /** @return second word of the outer source; 0 if the frame came from a port. */
    long remoteLow();

    /** @return the outer source; null if the frame came from a port. Allocates. */
    default @Nullable IpAddress remote()
    {
        return (remoteHigh() | remoteLow()) == 0 ? null : new IpAddress(remoteHigh(), remoteLow());
    }

    /** @return the memory of the frame. */
    MutableDirectBuffer buffer();

    /** @return index in the buffer of the first byte of the frame. */
    int offset();

    /** @return bytes in the frame. */
    int length();

    /** @return number of frames on the wire that it becomes: the segments of a super-frame, else 1. */
    int frames();

    /** @return {@link Frame#GSO_NONE}, or the kind of the super-frame, perhaps with {@link Frame#GSO_ECN}. */
    int gsoType();

    /** @return bytes of payload in each segment of a super-frame. */
    int gsoSize();

    /** @return bytes in front of layer 3: the Ethernet header and VLAN tags; 0 in an IP network. */
    int layer3Offset();

    /** @return EtherType behind all VLAN tags; 0 if the frame ends in a tag. */
    int etherType();

    /** @return the Ethernet header; null in an IP network. */
    @Nullable EthernetHeader ethernet();

    /** @return the IPv4 header if it is there whole, else null. */
    @Nullable Ipv4Header ipv4();

    /** @return the IPv6 header if it is there whole, else null. */
    @Nullable Ipv6Header ipv6();

    /**
     * @return IP protocol number, behind IPv6 extension headers; -1 if the frame is not IP, if its headers are cut off,
     *         or if it has more than 8 extension headers.
     */
    int protocol();

    /** @return the TCP header if it is there whole, else null; null for every fragment, the first one too. */
    @Nullable TcpHeader tcp();

    /** @return the UDP header if it is there whole, else null; null for every fragment, the first one too. */
    @Nullable UdpHeader udp();

    /**
     * Drop the frame. No further stage sees it.
     *
     * @param reason one of the engine, or of the application ({@link DropReason#custom}).
     */
    void drop(DropReason reason);

    /**
     * Send the frame to a target instead of to its destination. Further stages still see it; the last redirection
     * holds. A port that refuses it gives it its reason to be dropped.
     *
     * @param target one of {@link StageContext#target}.
     */
    void redirect(StageTarget target);

    /**
     * Send a copy of the frame, as it is now, to a target. The copy is counted, and does not influence what becomes of
     * the frame. It may overtake frames that came earlier.
     *
     * @param target one of {@link StageContext#target}.
     */
    void mirror(StageTarget target);
}
