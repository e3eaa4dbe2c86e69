// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.fate.Fate;
import io.overlane.status.DropReason;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the gateways of one engine must do: answer for their addresses, and route packets between the segments of one
 * context and through its L3 VNI. It is written from docs/ip-gateway.md, RFC 1812 and RFC 9135.
 */
final class RoutingModel
{
    private static final int DESTINATION4 = 30;
    private static final int DESTINATION6 = 38;

    /** By the network that they lead to, the endpoints of configured routes. */
    final Map<Integer, Integer> routes = new HashMap<>();
    /** Whether the engine has the context with the L3 VNI. */
    boolean hasContext;
    private final EngineModel engine;

    RoutingModel(final EngineModel engine)
    {
        this.engine = engine;
    }

    void clear()
    {
        routes.clear();
        hasContext = false;
    }

    /** Take a frame of a port, or the segments of a super-frame. False if it is bridged like any other. */
    boolean fromPort(final SegmentModel segment, final int port, final byte[][] pieces, final Effects effects)
    {
        if (!segment.isGateway)
        {
            return false;
        }
        if (Bytes.mac(pieces[0], 0) == Routing.GATEWAY_MAC)
        {
            route(pieces, Fate.Direction.ENCAP, effects);
            return true;
        }
        final byte[] answer = answer(Routing.network(segment.vni), pieces[0]);
        if (answer != null)
        {
            effects.offers.add(new Effects.Offer(segment.vni, port, answer));
            effects.fates.add(Fate.Direction.ENCAP, false, Fate.Outcome.ANSWERED, DropReason.NONE, 1);
        }
        return answer != null;
    }

    /** The answer to a request for the MAC of a gateway; null if the frame is none. */
    private static byte @Nullable [] answer(final int network, final byte[] frame)
    {
        if (StationFrames.isArpRequest(frame) && Bytes.i32(frame, 38) == Routing.gateway4(network))
        {
            return StationFrames.bareArpReply(frame, Routing.GATEWAY_MAC);
        }
        if (StationFrames.isSolicitation(frame) && Bytes.i64(frame, 62) == StationFrames.NET6 &&
            Bytes.i64(frame, 70) == Routing.gateway6Low(network))
        {
            return StationFrames.advertisement(frame, Routing.GATEWAY_MAC, StationFrames.ROUTER);
        }
        return null;
    }

    /** A frame to the gateway's MAC came in the VNI of a segment. */
    void fromRemote(final byte[] frame, final Effects effects)
    {
        if (hasStationMac(frame))
        {
            route(new byte[][]{frame}, Fate.Direction.DECAP, effects);
        }
        else
        {
            EngineModel.settle(effects, Fate.Direction.DECAP, false, DropReason.BAD_SOURCE_MAC, 1);
        }
    }

    /** Whether the source MAC is one that a station can have. */
    private static boolean hasStationMac(final byte[] frame)
    {
        final long mac = Bytes.mac(frame, 6);
        return mac != 0 && !MacAddress.isGroup(mac);
    }

    /** A datagram came in the L3 VNI. */
    void fromL3(final int self, final int source, final byte[] frame, final Effects effects)
    {
        final DropReason reason =
            !routes.containsValue(source) ? DropReason.SOURCE_NOT_ALLOWED :
            frame.length < StationFrames.ETHERNET ? DropReason.INNER_TOO_SHORT :
            Bytes.mac(frame, 0) != Routing.routerMac(self) ? DropReason.NOT_LOCAL :
            !hasStationMac(frame) ? DropReason.BAD_SOURCE_MAC :
            engine.segments().containsKey(Routing.vni(networkOf(frame))) ? DropReason.NONE : DropReason.SPLIT_HORIZON;
        if (reason == DropReason.NONE)
        {
            fromRemote(frame, effects);
        }
        else
        {
            EngineModel.settle(effects, Fate.Direction.DECAP, false, reason, 1);
        }
    }

    private static int networkOf(final byte[] frame)
    {
        return Bytes.u16(frame, 12) == StationFrames.IPV4 ?
            Routing.networkOf(Bytes.i32(frame, DESTINATION4)) :
            Routing.networkOf(Bytes.i64(frame, DESTINATION6 + Long.BYTES));
    }

    private void route(final byte[][] pieces, final Fate.Direction direction, final Effects effects)
    {
        final byte[] frame = pieces[0];
        final int network = networkOf(frame);
        final SegmentModel out = engine.segments().get(Routing.vni(network));
        if (out == null)
        {
            // The workload sends nothing that has no route.
            final int home = Objects.requireNonNull(routes.get(network), "a route");
            final byte[][] routed = routed(pieces, Routing.routerMac(home), Routing.routerMac(engine.self()));
            toRemote(Routing.L3_VNI, home, routed, direction, effects);
            return;
        }
        final IpAddress to = Bytes.u16(frame, 12) == StationFrames.IPV4 ?
            IpAddress.ofV4(Bytes.i32(frame, DESTINATION4)) :
            new IpAddress(Bytes.i64(frame, DESTINATION6), Bytes.i64(frame, DESTINATION6 + Long.BYTES));
        final long mac = Objects.requireNonNull(out.neighbors.get(to), "a neighbour");
        final SegmentModel.Entry entry = out.station(mac);
        final byte[][] routed = routed(pieces, mac, Routing.GATEWAY_MAC);
        if (entry == null)
        {
            flood(out, routed, direction, effects);
        }
        else if (entry.isPort())
        {
            EngineModel.offer(out, entry.port(), routed, effects);
            EngineModel.settle(effects, direction, false, DropReason.NONE, routed.length);
        }
        else
        {
            toRemote(out.vni, entry.place, routed, direction, effects);
        }
    }

    /**
     * Frames from ports leave at once. Those from remotes end as delivered in their direction, and begin anew in the
     * other, on the thread that sends.
     */
    private void toRemote(
        final int vni,
        final int endpoint,
        final byte[][] pieces,
        final Fate.Direction direction,
        final Effects effects)
    {
        if (direction == Fate.Direction.DECAP)
        {
            EngineModel.settle(effects, direction, false, DropReason.NONE, pieces.length);
        }
        EngineModel.settle(
            effects, Fate.Direction.ENCAP, false, engine.send(vni, endpoint, pieces, effects), pieces.length);
    }

    private void flood(
        final SegmentModel out, final byte[][] pieces, final Fate.Direction direction, final Effects effects)
    {
        if (direction == Fate.Direction.ENCAP)
        {
            engine.flood(out, EngineModel.NO_PORT, pieces, effects);
            return;
        }
        for (int port = 0; port < out.ports; port++)
        {
            EngineModel.offer(out, port, pieces, effects);
            EngineModel.settle(effects, direction, true, DropReason.NONE, 1);
        }
        for (final SegmentModel.Remote remote : out.flood)
        {
            EngineModel.settle(effects, direction, true, DropReason.NONE, 1);
            final DropReason reason = engine.send(out.vni, remote.endpoint(), pieces, effects);
            EngineModel.settle(effects, Fate.Direction.ENCAP, false, reason, 1);
        }
        EngineModel.settle(effects, direction, false, DropReason.NONE, 1);
    }

    /** The frames that leave a router: other MACs, and a time to live or hop limit that is one less. */
    private static byte[][] routed(final byte[][] pieces, final long to, final long from)
    {
        final byte[][] routed = new byte[pieces.length][];
        for (int i = 0; i < pieces.length; i++)
        {
            final byte[] frame = pieces[i].clone();
            Bytes.putMac(frame, 0, to);
            Bytes.putMac(frame, 6, from);
            if (Bytes.u16(frame, 12) == StationFrames.IPV4)
            {
                Bytes.put8(frame, 22, Bytes.u8(frame, 22) - 1);
                Bytes.put16(frame, 24, 0);
                Bytes.put16(frame, 24, Bytes.checksum(Bytes.sum(frame, 14, 20)));
            }
            else
            {
                Bytes.put8(frame, 21, Bytes.u8(frame, 21) - 1);
            }
            routed[i] = frame;
        }
        return routed;
    }
}
