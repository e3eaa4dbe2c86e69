// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What one engine must do with each frame and datagram. It is written from the documents, RFC 7348 and what Linux does,
 * and uses no code of the engine's tables and paths.
 */
final class EngineModel
{
    /** The engine keeps ages in milliseconds. */
    static final long CLOCK_STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A flooded frame that came from no port of its segment. */
    static final int NO_PORT = -1;

    private static final int TUNNEL_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private final Map<Integer, SegmentModel> segments = new HashMap<>();
    private final int self;
    private final IntPredicate isUp;
    private final RoutingModel routing = new RoutingModel(this);

    /** {@code self} is the engine's endpoint; {@code isUp} answers whether an endpoint can be reached at all. */
    EngineModel(final int self, final IntPredicate isUp)
    {
        this.self = self;
        this.isUp = isUp;
    }

    Map<Integer, SegmentModel> segments()
    {
        return segments;
    }

    RoutingModel routing()
    {
        return routing;
    }

    int self()
    {
        return self;
    }

    /** The engine ends. */
    void clear()
    {
        segments.clear();
        routing.clear();
    }

    SegmentModel segment(final int vni)
    {
        final SegmentModel segment = segments.get(vni);
        if (segment == null)
        {
            throw new IllegalStateException("the model has no segment with VNI " + vni);
        }
        return segment;
    }

    boolean mayAge(final long nowNs)
    {
        for (final SegmentModel segment : segments.values())
        {
            if (segment.mayAge(nowNs))
            {
                return true;
            }
        }
        return false;
    }

    /**
     * Remove the entries that the engine has removed for their age. In the time in which the engine may do so,
     * {@code isPresent} decides.
     *
     * @return a disagreement, or null.
     */
    @Nullable String settleAges(final long nowNs, final BiPredicate<Integer, Long> isPresent)
    {
        for (final SegmentModel segment : segments.values())
        {
            final String difference = segment.mayAge(nowNs) ? segment.settleAges(nowNs, isPresent) : null;
            if (difference != null)
            {
                return difference;
            }
        }
        return null;
    }

    /** A port sends a frame, or a super-frame: {@code cut} are its segments, else null. */
    void fromPort(
        final int vni,
        final int port,
        final byte[] sent,
        final byte @Nullable [][] cut,
        final long nowNs,
        final Effects effects)
    {
        final SegmentModel segment = segment(vni);
        byte[] frame = sent;
        if (Bytes.u16(frame, 12) == StationFrames.VLAN && segment.rules().encapVlan() != VlanPolicy.PASS)
        {
            if (segment.rules().encapVlan() == VlanPolicy.DROP)
            {
                drop(effects, Fate.Direction.ENCAP, DropReason.INNER_VLAN, 1);
                return;
            }
            frame = StationFrames.untagged(frame);
        }
        final byte[][] pieces = cut == null ? new byte[][]{frame} : cut;
        final long destination = Bytes.mac(frame, 0);
        final SegmentModel.Entry entry = MacAddress.isGroup(destination) ? null : segment.station(destination);
        if (segment.learnsPorts() && !segment.learn(Bytes.mac(frame, 6), SegmentModel.portPlace(port), nowNs))
        {
            drop(effects, Fate.Direction.ENCAP, DropReason.STATIC_VIOLATION, pieces.length);
            return;
        }
        if (routing.fromPort(segment, port, pieces, effects))
        {
            return;
        }
        final boolean mayAnswer = segment.rules().proxy() && MacAddress.isGroup(destination);
        final byte[] answer = mayAnswer ? segment.answer(frame) : null;
        if (answer != null)
        {
            effects.offers.add(new Effects.Offer(vni, port, answer));
            effects.fates.add(Fate.Direction.ENCAP, false, Fate.Outcome.ANSWERED, DropReason.NONE, 1);
        }
        else if (entry == null)
        {
            flood(segment, port, pieces, effects);
        }
        else if (!entry.isPort())
        {
            final DropReason reason = send(segment.vniOf(entry.vni), entry.place, pieces, effects);
            settle(effects, Fate.Direction.ENCAP, false, reason, pieces.length);
        }
        else if (entry.port() == port)
        {
            drop(effects, Fate.Direction.ENCAP, DropReason.SPLIT_HORIZON, pieces.length);
        }
        else
        {
            offer(segment, entry.port(), pieces, effects);
            settle(effects, Fate.Direction.ENCAP, false, DropReason.NONE, pieces.length);
        }
    }

    void flood(final SegmentModel segment, final int from, final byte[][] pieces, final Effects effects)
    {
        DropReason first = DropReason.NO_DESTINATION;
        boolean isDelivered = false;
        for (int port = 0; port < segment.ports; port++)
        {
            if (port != from)
            {
                offer(segment, port, pieces, effects);
                settle(effects, Fate.Direction.ENCAP, true, DropReason.NONE, pieces.length);
                isDelivered = true;
            }
        }
        for (final SegmentModel.Remote remote : segment.flood)
        {
            final DropReason reason = send(segment.vniOf(remote.vni()), remote.endpoint(), pieces, effects);
            settle(effects, Fate.Direction.ENCAP, true, reason, pieces.length);
            first = first == DropReason.NO_DESTINATION && reason != DropReason.NONE ? reason : first;
            isDelivered |= reason == DropReason.NONE;
        }
        settle(effects, Fate.Direction.ENCAP, false, isDelivered ? DropReason.NONE : first, pieces.length);
    }

    DropReason send(final int vni, final int endpoint, final byte[][] pieces, final Effects effects)
    {
        if (!isUp.test(endpoint))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        for (final byte[] piece : pieces)
        {
            effects.datagrams.add(new Effects.Datagram(endpoint, StationFrames.tunnelled(vni, piece)));
        }
        return DropReason.NONE;
    }

    static void offer(
        final SegmentModel segment, final int port, final byte[][] pieces, final Effects effects)
    {
        for (final byte[] piece : pieces)
        {
            effects.offers.add(new Effects.Offer(segment.vni, port, piece));
        }
    }

    /** A datagram arrives. */
    void fromUnderlay(final int source, final byte[] datagram, final long nowNs, final Effects effects)
    {
        final SegmentModel segment = segmentOf(datagram);
        if (segment == null && !(routing.hasContext && isOfVni(datagram, Routing.L3_VNI)))
        {
            drop(effects, Fate.Direction.DECAP, reasonWithoutSegment(datagram), 1);
            return;
        }
        final byte[] inner = Arrays.copyOfRange(datagram, TUNNEL_HEADER, datagram.length);
        if (segment == null)
        {
            routing.fromL3(self, source, inner, effects);
            return;
        }
        final DropReason reason = admit(segment, source, Bytes.i64(datagram, 0), inner, nowNs);
        if (reason != DropReason.NONE)
        {
            drop(effects, Fate.Direction.DECAP, reason, 1);
            return;
        }
        final boolean isUntagged = isTagged(inner) && segment.rules().decapVlan() == VlanPolicy.STRIP;
        final byte[] frame = isUntagged ? StationFrames.untagged(inner) : inner;
        if (segment.isGateway && Bytes.mac(frame, 0) == Routing.GATEWAY_MAC)
        {
            routing.fromRemote(frame, effects);
        }
        else
        {
            deliver(segment, frame, effects);
        }
    }

    private static boolean isOfVni(final byte[] datagram, final int vni)
    {
        return datagram.length >= TUNNEL_HEADER && (datagram[0] & 0x08) != 0 && Bytes.i32(datagram, 4) >>> 8 == vni;
    }

    private @Nullable SegmentModel segmentOf(final byte[] datagram)
    {
        return datagram.length < TUNNEL_HEADER || (datagram[0] & 0x08) == 0 ?
            null : segments.get(Bytes.i32(datagram, 4) >>> 8);
    }

    private static DropReason reasonWithoutSegment(final byte[] datagram)
    {
        if (datagram.length < TUNNEL_HEADER)
        {
            return DropReason.SHORT_HEADER;
        }
        return (datagram[0] & 0x08) == 0 ? DropReason.NO_I_FLAG : DropReason.UNKNOWN_VNI;
    }

    private static DropReason admit(
        final SegmentModel segment, final int source, final long header, final byte[] inner, final long nowNs)
    {
        final Rules rules = segment.rules();
        if ((header & rules.reservedBits()) != 0)
        {
            return DropReason.RESERVED_BITS;
        }
        if (rules.knownSourcesOnly() && !segment.isKnown(source))
        {
            return DropReason.SOURCE_NOT_ALLOWED;
        }
        if (inner.length < StationFrames.ETHERNET)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        if (isTagged(inner) && rules.decapVlan() == VlanPolicy.DROP)
        {
            return DropReason.INNER_VLAN;
        }
        final long mac = Bytes.mac(inner, 6);
        if (segment.isGateway && mac == Routing.GATEWAY_MAC)
        {
            // Other engines route into the segment with the same MAC.
            return isTruncated(inner, rules) ? DropReason.INNER_IP_TRUNCATED : DropReason.NONE;
        }
        if (mac == 0 || MacAddress.isGroup(mac))
        {
            if (rules.dropBadSource())
            {
                return DropReason.BAD_SOURCE_MAC;
            }
        }
        else if (!isRightPlace(segment, mac, source, nowNs))
        {
            return DropReason.STATIC_VIOLATION;
        }
        return isTruncated(inner, rules) ? DropReason.INNER_IP_TRUNCATED : DropReason.NONE;
    }

    private static boolean isRightPlace(
        final SegmentModel segment, final long mac, final int source, final long nowNs)
    {
        if (segment.rules().learning())
        {
            return segment.learn(mac, source, nowNs) || !segment.rules().dropStaticViolation();
        }
        final SegmentModel.Entry entry = segment.station(mac);
        return !segment.rules().dropStaticViolation() || entry == null || !entry.isConfigured || entry.place == source;
    }

    /** Frames with a tag that stays are not examined further. */
    private static boolean isTruncated(final byte[] inner, final Rules rules)
    {
        if (isTagged(inner) && rules.decapVlan() == VlanPolicy.PASS)
        {
            return false;
        }
        final int layer3 = isTagged(inner) ? StationFrames.ETHERNET + 4 : StationFrames.ETHERNET;
        final int type = Bytes.u16(inner, layer3 - 2);
        final int shortest = type == StationFrames.IPV4 ? IPV4_HEADER : type == StationFrames.IPV6 ? IPV6_HEADER : 0;
        return inner.length < layer3 + shortest;
    }

    private static boolean isTagged(final byte[] inner)
    {
        return Bytes.u16(inner, 12) == StationFrames.VLAN && inner.length >= StationFrames.ETHERNET + 4;
    }

    private static void deliver(final SegmentModel segment, final byte[] frame, final Effects effects)
    {
        final long destination = Bytes.mac(frame, 0);
        if (segment.ports == 1)
        {
            toPorts(segment, List.of(0), false, frame, effects);
            return;
        }
        final long source = Bytes.mac(frame, 6);
        final SegmentModel.Entry of = segment.station(source);
        if (!segment.rules().learning() && of != null && of.isPort() && !of.isConfigured)
        {
            // The station sends from a remote now, and its new place is not learned.
            segment.stations.remove(source);
        }
        final SegmentModel.Entry entry = MacAddress.isGroup(destination) ? null : segment.station(destination);
        if (entry == null)
        {
            final List<Integer> all = new ArrayList<>();
            for (int port = 0; port < segment.ports; port++)
            {
                all.add(port);
            }
            toPorts(segment, all, true, frame, effects);
        }
        else if (entry.isPort())
        {
            toPorts(segment, List.of(entry.port()), false, frame, effects);
        }
        else
        {
            drop(effects, Fate.Direction.DECAP, DropReason.SPLIT_HORIZON, 1);
        }
    }

    private static void toPorts(
        final SegmentModel segment,
        final List<Integer> ports,
        final boolean isFlood,
        final byte[] frame,
        final Effects effects)
    {
        for (final int port : ports)
        {
            effects.offers.add(new Effects.Offer(segment.vni, port, frame));
            if (isFlood)
            {
                settle(effects, Fate.Direction.DECAP, true, DropReason.NONE, 1);
            }
        }
        settle(effects, Fate.Direction.DECAP, false, DropReason.NONE, 1);
    }

    private static void drop(
        final Effects effects, final Fate.Direction direction, final DropReason reason, final int frames)
    {
        settle(effects, direction, false, reason, frames);
    }

    static void settle(
        final Effects effects,
        final Fate.Direction direction,
        final boolean isCopy,
        final DropReason reason,
        final int frames)
    {
        final boolean isDelivered = reason == DropReason.NONE;
        effects.fates.add(
            direction, isCopy, isDelivered ? Fate.Outcome.DELIVERED : Fate.Outcome.DROPPED, reason, frames);
    }
}
