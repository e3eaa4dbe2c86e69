// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
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

    /**
     * The engine looks for old entries once a second, and an entry may hide another one that was last seen within 1,024
     * ms of it.
     */
    private static final long AGE_TOLERANCE_NS = TimeUnit.MILLISECONDS.toNanos(2_100);

    private static final int TUNNEL_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    private final Map<Integer, SegmentModel> segments = new HashMap<>();
    private final IntPredicate isUp;

    /** {@code isUp} answers whether an endpoint can be reached at all. */
    EngineModel(final IntPredicate isUp)
    {
        this.isUp = isUp;
    }

    Map<Integer, SegmentModel> segments()
    {
        return segments;
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
            if (segment.mayAge(nowNs))
            {
                for (final Map.Entry<Long, SegmentModel.Entry> station : segment.aged(nowNs))
                {
                    final long mac = station.getKey();
                    final long ageNs = nowNs - station.getValue().seenNs;
                    if (!isPresent.test(segment.vni, mac))
                    {
                        segment.stations.remove(mac);
                    }
                    else if (segment.overdueNs(station.getValue(), nowNs) > AGE_TOLERANCE_NS)
                    {
                        return "the entry of " + MacAddress.toString(mac) + " in VNI " + segment.vni + " is " +
                            TimeUnit.NANOSECONDS.toMillis(ageNs) + " ms old, its age limit is " +
                            TimeUnit.NANOSECONDS.toMillis(segment.rules().ageNs()) + " ms";
                    }
                }
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
        if (segment.ports > 1 && !segment.learn(Bytes.mac(frame, 6), SegmentModel.portPlace(port), nowNs))
        {
            drop(effects, Fate.Direction.ENCAP, DropReason.STATIC_VIOLATION, pieces.length);
            return;
        }
        final boolean mayAnswer = segment.rules().proxy() && MacAddress.isGroup(destination);
        final byte[] answer = mayAnswer ? answer(segment, frame) : null;
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
            final DropReason reason = send(segment, entry.place, entry.vni, pieces, effects);
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

    private void flood(final SegmentModel segment, final int from, final byte[][] pieces, final Effects effects)
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
            final DropReason reason = send(segment, remote.endpoint(), remote.vni(), pieces, effects);
            settle(effects, Fate.Direction.ENCAP, true, reason, pieces.length);
            first = first == DropReason.NO_DESTINATION && reason != DropReason.NONE ? reason : first;
            isDelivered |= reason == DropReason.NONE;
        }
        settle(effects, Fate.Direction.ENCAP, false, isDelivered ? DropReason.NONE : first, pieces.length);
    }

    private DropReason send(
        final SegmentModel segment,
        final int endpoint,
        final int remoteVni,
        final byte[][] pieces,
        final Effects effects)
    {
        if (!isUp.test(endpoint))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        for (final byte[] piece : pieces)
        {
            effects.datagrams.add(new Effects.Datagram(endpoint, StationFrames.tunnelled(
                remoteVni == SegmentModel.OWN_VNI ? segment.vni : remoteVni, piece)));
        }
        return DropReason.NONE;
    }

    private static void offer(
        final SegmentModel segment, final int port, final byte[][] pieces, final Effects effects)
    {
        for (final byte[] piece : pieces)
        {
            effects.offers.add(new Effects.Offer(segment.vni, port, piece));
        }
    }

    /** The answer to a request for a neighbour that is behind a remote; null if the frame is none, or is flooded. */
    private static byte @Nullable [] answer(final SegmentModel segment, final byte[] frame)
    {
        final int type = Bytes.u16(frame, 12);
        if (type == StationFrames.ARP && Bytes.u16(frame, 20) == StationFrames.ARP_REQUEST)
        {
            final Long mac = segment.neighbors.get(IpAddress.ofV4(Bytes.i32(frame, 38)));
            final boolean isAnnouncement = Bytes.i32(frame, 28) == Bytes.i32(frame, 38);
            return mac == null || isAnnouncement || !mayAnswer(segment, mac, Bytes.mac(frame, 22)) ?
                null : StationFrames.arpReply(frame, mac);
        }
        if (type == StationFrames.IPV6 && frame.length >= StationFrames.ND_LENGTH && Bytes.u8(frame, 20) == 58 &&
            Bytes.u8(frame, 54) == StationFrames.SOLICITATION)
        {
            final Long mac = segment.neighbors.get(new IpAddress(Bytes.i64(frame, 62), Bytes.i64(frame, 70)));
            return mac == null || !mayAnswer(segment, mac, Bytes.mac(frame, 6)) ?
                null : StationFrames.advertisement(frame, mac);
        }
        return null;
    }

    private static boolean mayAnswer(final SegmentModel segment, final long mac, final long asker)
    {
        final SegmentModel.Entry entry = segment.station(mac);
        return mac != asker && (entry == null || !entry.isPort());
    }

    /** A datagram arrives. */
    void fromUnderlay(final int source, final byte[] datagram, final long nowNs, final Effects effects)
    {
        final SegmentModel segment = segmentOf(datagram);
        if (segment == null)
        {
            drop(effects, Fate.Direction.DECAP, reasonWithoutSegment(datagram), 1);
            return;
        }
        final byte[] inner = Arrays.copyOfRange(datagram, TUNNEL_HEADER, datagram.length);
        final DropReason reason = admit(segment, source, Bytes.i64(datagram, 0), inner, nowNs);
        if (reason != DropReason.NONE)
        {
            drop(effects, Fate.Direction.DECAP, reason, 1);
            return;
        }
        final boolean isUntagged = isTagged(inner) && segment.rules().decapVlan() == VlanPolicy.STRIP;
        deliver(segment, isUntagged ? StationFrames.untagged(inner) : inner, effects);
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

    private static void settle(
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
