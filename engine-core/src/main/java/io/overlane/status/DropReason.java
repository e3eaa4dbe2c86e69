// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.regex.Pattern;

/**
 * Why a frame is dropped. Every frame that is neither delivered nor answered has exactly one of these reasons. The
 * constants are the engine's own reasons; {@link #custom} makes further ones for the stages and ports of an
 * application, and these are counted and shown everywhere as the others are. There is one object for each reason.
 *
 * <p>The comments give the names that Linux has for the same reasons ({@code include/net/dropreason-core.h}).
 */
public final class DropReason implements Comparable<DropReason>
{
    /** The most reasons that an application can add in one JVM: each costs counters and memory for samples. */
    public static final int MAX_CUSTOM = 32;

    private static final Pattern LABEL = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final int MAX_LABEL_LENGTH = 40;

    private static final Object LOCK = new Object();
    /** The counters of all engines that exist. Guarded by the lock. */
    private static final Set<EngineCounters> COUNTERS = Collections.newSetFromMap(new WeakHashMap<>());

    private static final DropReason[] VALUES = new DropReason[128];
    private static volatile int count;

    /** Not dropped. */
    public static final DropReason NONE = builtIn("delivered");

    /** The datagram is shorter than the 8-byte VXLAN header. Linux PKT_TOO_SMALL. */
    public static final DropReason SHORT_HEADER = builtIn("short-header");

    /** The I flag is clear, so there is no VNI. RFC 7348 §5; Linux VXLAN_INVALID_HDR. */
    public static final DropReason NO_I_FLAG = builtIn("no-i-flag");

    /** A reserved flag or byte is set. Linux VXLAN_INVALID_HDR; RFC 7348 §5 would ignore it. */
    public static final DropReason RESERVED_BITS = builtIn("reserved-bits");

    /** No segment here has this VNI. RFC 7348 §4.1; Linux VXLAN_VNI_NOT_FOUND. */
    public static final DropReason UNKNOWN_VNI = builtIn("unknown-vni");

    /** The engine accepts no datagrams from the outer source. Linux has no such check. */
    public static final DropReason SOURCE_NOT_ALLOWED = builtIn("source-not-allowed");

    /** The inner frame is shorter than an Ethernet header. Linux reports NOMEM. */
    public static final DropReason INNER_TOO_SHORT = builtIn("inner-too-short");

    /** The inner frame says IP and ends before the IP header does. Linux PKT_TOO_SMALL. */
    public static final DropReason INNER_IP_TRUNCATED = builtIn("inner-ip-truncated");

    /** The frame has a VLAN tag that the segment or the trunk port does not accept. RFC 7348 §6.1; Linux passes it. */
    public static final DropReason INNER_VLAN = builtIn("inner-vlan");

    /** The frame comes from outside and has our own source MAC: a loop. Linux LOCAL_MAC. */
    public static final DropReason OWN_MAC = builtIn("own-mac");

    /** The source MAC is a group address or all zero: no station sends from it. Linux MAC_INVALID_SOURCE. */
    public static final DropReason BAD_SOURCE_MAC = builtIn("bad-source-mac");

    /** A configured FDB entry has another destination for this source MAC. Linux VXLAN_ENTRY_EXISTS. */
    public static final DropReason STATIC_VIOLATION = builtIn("static-violation");

    /** The outer header reports congestion, and the inner one cannot. RFC 6040 §4.2; Linux IP_TUNNEL_ECN. */
    public static final DropReason ECN_NOT_CAPABLE = builtIn("ecn-not-capable");

    /** No FDB entry, and no flood list to fall back to. Linux NO_TX_TARGET. */
    public static final DropReason NO_DESTINATION = builtIn("no-destination");

    /** The station is behind the port, or the network, from which the frame came. */
    public static final DropReason SPLIT_HORIZON = builtIn("split-horizon");

    /** The frame is longer than the segment's or the underlay's MTU allows. Linux PKT_TOO_BIG. */
    public static final DropReason OVERSIZE = builtIn("oversize");

    /** A partial checksum or a segmentation request that does not fit its frame. Linux PKT_TOO_SMALL. */
    public static final DropReason BAD_OFFLOAD = builtIn("bad-offload");

    /** The path does not carry this IP version. */
    public static final DropReason BAD_IP_VERSION = builtIn("bad-ip-version");

    /** An IP header whose lengths contradict each other or the packet. Linux IP_INHDR. */
    public static final DropReason BAD_IP_HEADER = builtIn("bad-ip-header");

    /** A TCP, UDP or ICMP header that is cut off, or whose lengths contradict the packet. Linux PKT_TOO_SMALL. */
    public static final DropReason BAD_TRANSPORT_HEADER = builtIn("bad-transport-header");

    /** An ARP or neighbour discovery message that is cut off or malformed, or not for Ethernet. */
    public static final DropReason BAD_NEIGHBOR_MESSAGE = builtIn("bad-neighbor-message");

    /** The IP time to live ran out. */
    public static final DropReason TTL_EXPIRED = builtIn("ttl-expired");

    /** No route for the inner destination, and RFC 1122 §3.2.2 permits no ICMP error. Linux IP_INNOROUTES. */
    public static final DropReason NO_ROUTE = builtIn("no-route");

    /** The frame is for the gateway's MAC, and neither IP nor a message for its neighbours. */
    public static final DropReason NOT_IP = builtIn("not-ip");

    /**
     * Source or destination is an address that no router forwards: loopback, multicast, link-local. RFC 1812 §5.3.7.
     */
    public static final DropReason MARTIAN_ADDRESS = builtIn("martian-address");

    /** The route of the destination says that its packets are dropped, or it is the broadcast address of a subnet. */
    public static final DropReason ROUTE_BLACKHOLE = builtIn("route-blackhole");

    /** The next hop did not say its MAC, and RFC 1812 §4.3.2.7 permits no ICMP error. Linux NEIGH_FAILED. */
    public static final DropReason NEIGHBOR_UNRESOLVED = builtIn("neighbor-unresolved");

    /** Too many frames wait for the MACs of next hops. Linux NEIGH_QUEUEFULL. */
    public static final DropReason NEIGHBOR_QUEUE_FULL = builtIn("neighbor-queue-full");

    /** The packet is for an address of the gateway, which has nothing that takes it. */
    public static final DropReason NO_SERVICE = builtIn("no-service");

    /** A packet came through the tunnel for an address that is not behind this node. */
    public static final DropReason NOT_LOCAL = builtIn("not-local");

    /** The port had no room. Linux FULL_RING. */
    public static final DropReason PORT_FULL = builtIn("port-full");

    /** The port's device is down. Linux DEV_READY. */
    public static final DropReason PORT_DOWN = builtIn("port-down");

    /** The port refused the frame: it is closed, or its device is broken. The error handler got the cause. */
    public static final DropReason PORT_ERROR = builtIn("port-error");

    /** An application claimed room for the frame and neither committed nor aborted it in time. */
    public static final DropReason CLAIM_ABANDONED = builtIn("claim-abandoned");

    /** The port was closed before the engine carried the frame: the engine stopped, or the port was removed. */
    public static final DropReason PORT_CLOSED = builtIn("port-closed");

    /** The underlay socket had no room. */
    public static final DropReason UNDERLAY_BUSY = builtIn("underlay-busy");

    /** The underlay has no route to the remote. Linux IP_OUTNOROUTES. */
    public static final DropReason UNDERLAY_UNREACHABLE = builtIn("underlay-unreachable");

    /** The underlay refused the datagram for another reason; the error handler got the cause. */
    public static final DropReason UNDERLAY_ERROR = builtIn("underlay-error");

    /** Replay: an IP packet whose outer headers are cut off or contradict each other. Linux IP_INHDR, PKT_TOO_SMALL. */
    public static final DropReason BAD_OUTER_HEADER = builtIn("bad-outer-header");

    /** Replay: the capture holds fewer bytes than the packet had. */
    public static final DropReason CAPTURE_CUT = builtIn("capture-cut");

    /** Replay: the outer UDP checksum is wrong, or zero over IPv6. Linux UDP_CSUM. */
    public static final DropReason UDP_CHECKSUM = builtIn("udp-checksum");

    /** Replay: other traffic, which is not IP, not UDP, or UDP for another port. Linux NO_SOCKET, UNHANDLED_PROTO. */
    public static final DropReason NO_SOCKET = builtIn("no-socket");

    /** Replay: an outer fragment, held for the rest of its datagram or never completed. Linux FRAG_REASM_TIMEOUT. */
    public static final DropReason FRAGMENT = builtIn("fragment");

    /** The port sends more broadcast, unknown unicast and multicast frames than its limit. */
    public static final DropReason PORT_FLOOD_LIMIT = builtIn("port-flood-limit");

    /** The port sends more ARP packets and neighbour discovery messages to groups than its limit. */
    public static final DropReason PORT_ARP_LIMIT = builtIn("port-arp-limit");

    /** The ports of the segment together send more broadcast, unknown unicast and multicast frames than its limit. */
    public static final DropReason SEGMENT_FLOOD_LIMIT = builtIn("segment-flood-limit");

    /** The segment sends more copies of flooded frames than its limit. */
    public static final DropReason FLOOD_COPIES_LIMIT = builtIn("flood-copies-limit");

    /** A stage of the application threw an exception or changed the type of the frame; the error handler got it. */
    public static final DropReason STAGE_ERROR = builtIn("stage-error");

    /** The frame of a trunk has a VLAN, or no tag, for which there is no segment; or its tag is cut off. */
    public static final DropReason UNKNOWN_VLAN = builtIn("unknown-vlan");

    /** The frame of a trunk has an IEEE 802.1ad tag, or an older service tag, for which there is no segment. */
    public static final DropReason SERVICE_TAG = builtIn("service-tag");

    /** The frame of a trunk has a second tag behind that of its VLAN, and the VLAN carries no further tags. */
    public static final DropReason STACKED_VLAN = builtIn("stacked-vlan");

    /** The frame of a trunk, or for it, has a header of Cisco's ISL, which the engine does not interpret. */
    public static final DropReason ISL = builtIn("isl");

    private static final int BUILT_IN = count;

    /** The most reasons there can be: tables by ordinal have this length. */
    static final int MAX_COUNT = BUILT_IN + MAX_CUSTOM;

    private final int ordinal;
    private final String label;

    private DropReason(final int ordinal, final String label)
    {
        this.ordinal = ordinal;
        this.label = label;
    }

    private static DropReason builtIn(final String label)
    {
        final DropReason reason = new DropReason(count, label);
        VALUES[count] = reason;
        count = reason.ordinal + 1;
        return reason;
    }

    /**
     * A reason of the application. All engines of the JVM, those that run and those to come, have counters for it when
     * this returns. Any thread.
     *
     * @param label shown in counters, tables and logs: lower-case words joined by hyphens, at most 40 characters.
     * @return the reason; the same object for the same label.
     * @throws IllegalArgumentException if the label is not of this form, or a reason of the engine has it.
     * @throws IllegalStateException    if there are {@link #MAX_CUSTOM} reasons of the application already.
     */
    public static DropReason custom(final String label)
    {
        if (label == null || label.length() > MAX_LABEL_LENGTH || !LABEL.matcher(label).matches())
        {
            throw new IllegalArgumentException("'" + label + "' is not a label for a drop reason; use lower-case" +
                " words joined by hyphens, such as 'firewall-denied', of at most " + MAX_LABEL_LENGTH + " characters");
        }
        synchronized (LOCK)
        {
            for (int i = 0; i < count; i++)
            {
                if (VALUES[i].label.equals(label))
                {
                    if (i < BUILT_IN)
                    {
                        throw new IllegalArgumentException(
                            "'" + label + "' is a reason of the engine itself; choose another label");
                    }
                    return VALUES[i];
                }
            }
            if (count == MAX_COUNT)
            {
                throw new IllegalStateException("no room for the drop reason '" + label + "': this JVM has " +
                    MAX_CUSTOM + " reasons of applications already; use one of them");
            }
            final DropReason reason = new DropReason(count, label);
            COUNTERS.forEach(counters -> counters.add(reason));
            VALUES[reason.ordinal] = reason;
            count = reason.ordinal + 1;
            return reason;
        }
    }

    /** Give an engine's counters every reason there is and those to come. */
    static void register(final EngineCounters counters)
    {
        synchronized (LOCK)
        {
            for (int i = 1; i < count; i++)
            {
                counters.add(VALUES[i]);
            }
            COUNTERS.add(counters);
        }
    }

    /** @return the reason with an ordinal of 0…count-1. */
    public static DropReason get(final int ordinal)
    {
        return VALUES[ordinal];
    }

    /** @return number of reasons, {@link #NONE} and those of the application included. It may grow. */
    public static int count()
    {
        return count;
    }

    /** @return all reasons by ordinal, {@link #NONE} first. */
    public static DropReason[] values()
    {
        return Arrays.copyOf(VALUES, count);
    }

    /** @return number of the reason, the same during the life of this JVM. */
    public int ordinal()
    {
        return ordinal;
    }

    /** @return the name in counters, tables and logs. */
    public String label()
    {
        return label;
    }

    /** @return true for a reason that {@link #custom} made. */
    public boolean isCustom()
    {
        return ordinal >= BUILT_IN;
    }

    /**
     * @return true if a frame that came from a port and is dropped for this reason selected no segment: it is counted
     *         without a VNI, and not as traffic of a port.
     */
    public boolean isWithoutSegment()
    {
        return this == UNKNOWN_VLAN || this == SERVICE_TAG || this == ISL;
    }

    /** By ordinal. */
    @Override
    public int compareTo(final DropReason other)
    {
        return Integer.compare(ordinal, other.ordinal);
    }

    /** @return the label. */
    @Override
    public String toString()
    {
        return label;
    }
}
