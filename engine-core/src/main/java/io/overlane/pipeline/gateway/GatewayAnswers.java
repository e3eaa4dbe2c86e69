// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.limit.RateLimit;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.oversize.IcmpAnswer;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.util.Objects;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway answers to packets: ICMP errors, as often as the engine's limit allows, and replies to echo requests
 * for its own addresses. One thread.
 */
public final class GatewayAnswers
{
    /** The frame has become the answer. */
    static final int REPLIED = 0;

    /** {@link #error()} is the answer. */
    static final int ERROR = 1;

    /** There is no answer. */
    static final int NOTHING = 2;

    private static final int TIME_TO_LIVE = 64;
    /** Precedence "internetwork control" (RFC 1812 §4.3.2.5). */
    private static final int ERROR_TOS = 0xC0;
    private static final int PORT_UNREACHABLE = 3;
    private static final int PORT_UNREACHABLE_V6 = 4;
    private static final int HOST_UNREACHABLE = 1;
    private static final int ADDRESS_UNREACHABLE_V6 = 3;
    private static final int ECHO_REQUEST_V6 = 128;
    private static final int ECHO_REPLY_V6 = 129;

    private final RateLimit limit;
    private final NanoClock clock;
    private final IcmpAnswer answer = new IcmpAnswer();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();
    private final IcmpHeader icmp = new IcmpHeader();
    private @Nullable Frame error;

    /** @param limit of all ICMP errors of the engine. */
    GatewayAnswers(final RateLimit limit, final NanoClock clock)
    {
        this.limit = limit;
        this.clock = clock;
    }

    /** The last error. */
    public Frame error()
    {
        return Objects.requireNonNull(error, "error");
    }

    /**
     * Build the error that {@link Router} decided on.
     *
     * @param in    the gateway of the segment that the packet came by; null for the L3 VNI.
     * @param frame that it is about; stays as it is.
     * @return false if its sender gets none.
     */
    boolean about(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3, final Router router)
    {
        return build(vrf, in, frame, layer3, router.errorType(), router.errorCode(), router.errorRest());
    }

    /** Build the error about a packet whose next hop has no MAC. */
    boolean aboutUnresolved(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3)
    {
        return Layer3.etherType(layer3) == EtherType.IPV4 ?
            build(vrf, in, frame, layer3, IcmpHeader.DESTINATION_UNREACHABLE, HOST_UNREACHABLE, 0) :
            build(vrf, in, frame, layer3, Router.UNREACHABLE_V6, ADDRESS_UNREACHABLE_V6, 0);
    }

    /** Build the error about a packet that is longer than the path to a remote takes. */
    public boolean aboutTooLong(final Vrf vrf, final Link in, final Frame frame, final int layer3, final int mtu)
    {
        if (Layer3.etherType(layer3) != EtherType.IPV4)
        {
            return build(vrf, in, frame, layer3, IcmpHeader.PACKET_TOO_BIG_V6, 0, mtu);
        }
        ip4.wrap(frame.buffer(), frame.offset() + Layer3.offset(layer3), Ipv4Header.LENGTH);
        return ip4.dontFragment() && build(
            vrf, in, frame, layer3, IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, mtu);
    }

    private boolean build(
        final Vrf vrf,
        final @Nullable Link in,
        final Frame frame,
        final int layer3,
        final int type,
        final int code,
        final int rest)
    {
        if (!answer.about(frame, layer3))
        {
            return false;
        }
        final long high = answer.isV4() ? 0 : answer.sourceHigh();
        final long low = answer.isV4() ? IpAddress.v4Low(answer.sourceV4()) : answer.sourceLow();
        final Link from = in != null && in.source(high, low) != Link.NO_ADDRESS ? in : vrf.anyLink(high, low);
        final int source = from == null ? Link.NO_ADDRESS : from.source(high, low);
        if (from == null || source == Link.NO_ADDRESS || !limit.take(1, clock.nanoTime()))
        {
            return false;
        }
        error = answer.isV4() ?
            answer.build((int)from.low(source), ERROR_TOS, TIME_TO_LIVE, type, code, rest) :
            answer.build(from.high(source), from.low(source), TIME_TO_LIVE, type, code, rest);
        return true;
    }

    /**
     * Answer a packet for an address of the gateway: an echo request with its reply, TCP and UDP with "port
     * unreachable".
     *
     * @param frame may become the reply.
     * @return {@link #REPLIED}, {@link #ERROR} or {@link #NOTHING}.
     */
    int local(final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3)
    {
        final int l3 = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        return Layer3.etherType(layer3) == EtherType.IPV4 ?
            localV4(vrf, in, frame, layer3, l3, length) :
            localV6(vrf, in, frame, layer3, l3, length);
    }

    private int localV4(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3, final int l3, final int length)
    {
        ip4.wrap(frame.buffer(), l3, length);
        final int protocol = ip4.protocol();
        final int payload = ip4.totalLength() - ip4.headerLength();
        if (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)
        {
            return build(vrf, in, frame, layer3, IcmpHeader.DESTINATION_UNREACHABLE, PORT_UNREACHABLE, 0) ?
                ERROR : NOTHING;
        }
        // Fragments are not put together, so a request in several is not answered.
        if (protocol != IpProtocol.ICMP || ip4.isFragment() || payload < IcmpHeader.LENGTH)
        {
            return NOTHING;
        }
        icmp.wrap(frame.buffer(), l3 + ip4.headerLength(), payload);
        if (icmp.type() != IcmpHeader.ECHO_REQUEST || icmp.code() != 0 || !icmp.isChecksumValid())
        {
            return NOTHING;
        }
        exchangeMacs(frame);
        final int source = ip4.source();
        ip4.source(ip4.destination()).destination(source).ttl(TIME_TO_LIVE).updateChecksum();
        icmp.init(IcmpHeader.ECHO_REPLY, 0, icmp.identifier() << Short.SIZE | icmp.sequence()).updateChecksum();
        return REPLIED;
    }

    private int localV6(
        final Vrf vrf, final @Nullable Link in, final Frame frame, final int layer3, final int l3, final int length)
    {
        ip6.wrap(frame.buffer(), l3, length);
        final int protocol = ip6.nextHeader();
        if (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)
        {
            return build(vrf, in, frame, layer3, Router.UNREACHABLE_V6, PORT_UNREACHABLE_V6, 0) ? ERROR : NOTHING;
        }
        if (protocol != IpProtocol.ICMPV6 || ip6.payloadLength() < IcmpHeader.LENGTH)
        {
            return NOTHING;
        }
        icmp.wrap(frame.buffer(), l3 + Ipv6Header.LENGTH, ip6.payloadLength());
        if (icmp.type() != ECHO_REQUEST_V6 || icmp.code() != 0 || !icmp.isChecksumValid(ip6))
        {
            return NOTHING;
        }
        exchangeMacs(frame);
        final long high = ip6.sourceHigh();
        final long low = ip6.sourceLow();
        ip6.sourceHigh(ip6.destinationHigh()).sourceLow(ip6.destinationLow())
            .destinationHigh(high).destinationLow(low)
            .hopLimit(TIME_TO_LIVE);
        icmp.init(ECHO_REPLY_V6, 0, icmp.identifier() << Short.SIZE | icmp.sequence()).updateChecksum(ip6);
        return REPLIED;
    }

    private void exchangeMacs(final Frame frame)
    {
        ethernet.wrap(frame.buffer(), frame.offset(), EthernetHeader.LENGTH);
        final long source = ethernet.source();
        ethernet.source(ethernet.destination()).destination(source);
    }
}
