// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

/**
 * Why a frame is dropped. Every frame that is neither delivered nor answered has exactly one of these reasons.
 *
 * <p>The comments give the names that Linux has for the same reasons ({@code include/net/dropreason-core.h}).
 */
public enum DropReason
{
    /** Not dropped. */
    NONE("delivered"),

    /** The datagram is shorter than the 8-byte VXLAN header. Linux PKT_TOO_SMALL. */
    SHORT_HEADER("short-header"),

    /** The I flag is clear, so there is no VNI. RFC 7348 §5; Linux VXLAN_INVALID_HDR. */
    NO_I_FLAG("no-i-flag"),

    /** A reserved flag or byte is set. Linux VXLAN_INVALID_HDR; RFC 7348 §5 would ignore it. */
    RESERVED_BITS("reserved-bits"),

    /** No segment here has this VNI. RFC 7348 §4.1; Linux VXLAN_VNI_NOT_FOUND. */
    UNKNOWN_VNI("unknown-vni"),

    /** The engine accepts no datagrams from the outer source. Linux has no such check. */
    SOURCE_NOT_ALLOWED("source-not-allowed"),

    /** The inner frame is shorter than an Ethernet header. Linux reports NOMEM. */
    INNER_TOO_SHORT("inner-too-short"),

    /** The inner frame says IP and ends before the IP header does. Linux PKT_TOO_SMALL. */
    INNER_IP_TRUNCATED("inner-ip-truncated"),

    /** The frame has a VLAN tag that the segment or the trunk port does not accept. RFC 7348 §6.1; Linux passes it. */
    INNER_VLAN("inner-vlan"),

    /** The frame comes from outside and has our own source MAC: a loop. Linux LOCAL_MAC. */
    OWN_MAC("own-mac"),

    /** The source MAC is a group address or all zero: no station sends from it. Linux MAC_INVALID_SOURCE. */
    BAD_SOURCE_MAC("bad-source-mac"),

    /** A configured FDB entry has another destination for this source MAC. Linux VXLAN_ENTRY_EXISTS. */
    STATIC_VIOLATION("static-violation"),

    /** The outer header reports congestion, and the inner one cannot. RFC 6040 §4.2; Linux IP_TUNNEL_ECN. */
    ECN_NOT_CAPABLE("ecn-not-capable"),

    /** No FDB entry, and no flood list to fall back to. Linux NO_TX_TARGET. */
    NO_DESTINATION("no-destination"),

    /** The station is behind the port, or the network, from which the frame came. */
    SPLIT_HORIZON("split-horizon"),

    /** The frame is longer than the segment's or the underlay's MTU allows. Linux PKT_TOO_BIG. */
    OVERSIZE("oversize"),

    /** A partial checksum or a segmentation request that does not fit its frame. Linux PKT_TOO_SMALL. */
    BAD_OFFLOAD("bad-offload"),

    /** The path does not carry this IP version. */
    BAD_IP_VERSION("bad-ip-version"),

    /** An IP header whose lengths contradict each other or the packet. Linux IP_INHDR. */
    BAD_IP_HEADER("bad-ip-header"),

    /** A TCP, UDP or ICMP header that is cut off, or whose lengths contradict the packet. Linux PKT_TOO_SMALL. */
    BAD_TRANSPORT_HEADER("bad-transport-header"),

    /** An ARP or neighbour discovery message that is cut off or malformed, or not for Ethernet. */
    BAD_NEIGHBOR_MESSAGE("bad-neighbor-message"),

    /** The IP time to live ran out. */
    TTL_EXPIRED("ttl-expired"),

    /** No route for the inner destination, and RFC 1122 §3.2.2 permits no ICMP error. Linux IP_INNOROUTES. */
    NO_ROUTE("no-route"),

    /** A packet came through the tunnel for an address that is not behind this node. */
    NOT_LOCAL("not-local"),

    /** The port had no room. Linux FULL_RING. */
    PORT_FULL("port-full"),

    /** The port's device is down. Linux DEV_READY. */
    PORT_DOWN("port-down"),

    /** The port refused the frame: it is closed, or its device is broken. The error handler got the cause. */
    PORT_ERROR("port-error"),

    /** An application claimed room for the frame and neither committed nor aborted it in time. */
    CLAIM_ABANDONED("claim-abandoned"),

    /** The port was closed before the engine carried the frame: the engine stopped, or the port was removed. */
    PORT_CLOSED("port-closed"),

    /** The underlay socket had no room. */
    UNDERLAY_BUSY("underlay-busy"),

    /** The underlay has no route to the remote. Linux IP_OUTNOROUTES. */
    UNDERLAY_UNREACHABLE("underlay-unreachable"),

    /** The underlay refused the datagram for another reason; the error handler got the cause. */
    UNDERLAY_ERROR("underlay-error"),

    /** Replay: an IP packet whose outer headers are cut off or contradict each other. Linux IP_INHDR, PKT_TOO_SMALL. */
    BAD_OUTER_HEADER("bad-outer-header"),

    /** Replay: the capture holds fewer bytes than the packet had. */
    CAPTURE_CUT("capture-cut"),

    /** Replay: the outer UDP checksum is wrong, or zero over IPv6. Linux UDP_CSUM. */
    UDP_CHECKSUM("udp-checksum"),

    /** Replay: other traffic, which is not IP, not UDP, or UDP for another port. Linux NO_SOCKET, UNHANDLED_PROTO. */
    NO_SOCKET("no-socket"),

    /** Replay: an outer fragment, held for the rest of its datagram or never completed. Linux FRAG_REASM_TIMEOUT. */
    FRAGMENT("fragment"),

    /** The port sends more broadcast, unknown unicast and multicast frames than its limit. */
    PORT_FLOOD_LIMIT("port-flood-limit"),

    /** The ports of the segment together send more broadcast, unknown unicast and multicast frames than its limit. */
    SEGMENT_FLOOD_LIMIT("segment-flood-limit"),

    /** The segment sends more copies of flooded frames than its limit. */
    FLOOD_COPIES_LIMIT("flood-copies-limit");

    private static final DropReason[] VALUES = values();

    private final String label;

    DropReason(final String label)
    {
        this.label = label;
    }

    /** @return the reason with an ordinal of 0…count-1. */
    public static DropReason get(final int ordinal)
    {
        return VALUES[ordinal];
    }

    /** @return number of values, {@link #NONE} included. */
    public static int count()
    {
        return VALUES.length;
    }

    /** @return the name in counters, tables and logs. */
    public String label()
    {
        return label;
    }
}
