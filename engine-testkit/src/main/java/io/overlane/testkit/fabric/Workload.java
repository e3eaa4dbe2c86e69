// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The frames of stations: requests and replies, unicast, broadcast, multicast, super-frames, tagged frames. */
final class Workload
{
    private static final long UNKNOWN_MAC = 0x0A00_0000_0000L;
    private static final long MULTICAST_MAC = 0x0100_5E00_0000L;
    private static final int NOBODY_IP = 0x0B00_0001;
    private static final int LONGEST_PAYLOAD = 1_380;
    private static final int USUAL_PAYLOAD = 64;
    private static final int PIECE = 16;
    /** Pieces in a full segment: 1,376 bytes. */
    private static final int SEGMENT_PIECES = 86;
    private static final int MAX_SEGMENTS = 6;
    private static final long REPLY_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Simulation simulation;
    private final SplittableRandom random;
    private final RoutedWorkload routed;

    Workload(final Simulation simulation, final SplittableRandom random)
    {
        this.simulation = simulation;
        this.random = random;
        routed = new RoutedWorkload(simulation, random, this);
    }

    /** Begin to send, on average this often. */
    void start(final int framesPerSecond)
    {
        final long gapNs = TimeUnit.SECONDS.toNanos(1) / framesPerSecond;
        simulation.scheduler().after(random.nextLong(1, 2 * gapNs + 1), () -> next(gapNs));
    }

    private void next(final long gapNs)
    {
        if (simulation.isOver())
        {
            return;
        }
        simulation.scheduler().after(random.nextLong(1, 2 * gapNs + 1), () -> next(gapNs));
        final Station station = simulation.stations().get(random.nextInt(simulation.stations().size()));
        if (station.canSend())
        {
            send(station);
        }
    }

    private void send(final Station from)
    {
        if (from.network.isRouted() && random.nextInt(3) == 0 && routed.send(from))
        {
            return;
        }
        final Station to = peer(from);
        final int choice = random.nextInt(100);
        if (choice < 62)
        {
            unicast(from, to);
        }
        else if (choice < 66)
        {
            unicastV6(from, to);
        }
        else if (choice < 70)
        {
            final long id = next(from);
            sendOne(from, StationFrames.udp4(
                UNKNOWN_MAC + random.nextInt(16), from.mac, NOBODY_IP, from.ip, 9, USUAL_PAYLOAD, id));
        }
        else if (choice < 76)
        {
            sendOne(from, StationFrames.udp4(
                MacAddress.BROADCAST, from.mac, -1, from.ip, 9, USUAL_PAYLOAD, next(from)));
        }
        else if (choice < 80)
        {
            final int group = random.nextInt(8);
            sendOne(from, StationFrames.udp4(
                MULTICAST_MAC + group, from.mac, 0xE000_0100 + group, from.ip, 9, USUAL_PAYLOAD, next(from)));
        }
        else if (choice < 90)
        {
            ask(from, to);
        }
        else if (choice < 94)
        {
            sendOne(from, StationFrames.solicitation(from.mac, from.ip6Low, to.ip6Low, next(from)));
        }
        else if (choice < 97)
        {
            superFrame(from, to);
        }
        else
        {
            sendOne(from, StationFrames.tagged(StationFrames.udp4(
                to.mac, from.mac, to.ip, from.ip, 9, USUAL_PAYLOAD, next(from)), 1 + random.nextInt(100)));
        }
    }

    /** Ask for a station, for nobody, before the own address is used (RFC 5227), or claim the address of another. */
    private void ask(final Station from, final Station to)
    {
        final int choice = random.nextInt(10);
        final int sender = choice == 0 ? 0 : choice == 1 ? to.ip : from.ip;
        final int target = choice == 2 ? NOBODY_IP : to.ip;
        sendOne(from, StationFrames.arp(
            MacAddress.BROADCAST, StationFrames.ARP_REQUEST, from.mac, sender, 0, target, next(from)));
    }

    private void unicast(final Station from, final Station to)
    {
        final int burst = random.nextInt(10) == 0 ? random.nextInt(2, 5) : 1;
        final int port = random.nextInt(3) == 0 ? StationFrames.ECHO_PORT : 9;
        final List<byte[]> frames = new ArrayList<>(burst);
        for (int i = 0; i < burst; i++)
        {
            final int size = random.nextInt(8) == 0 ? random.nextInt(LONGEST_PAYLOAD) : USUAL_PAYLOAD;
            frames.add(StationFrames.udp4(to.mac, from.mac, to.ip, from.ip, port, size, next(from)));
        }
        from.engine.send(from, frames, null, 0);
    }

    private void unicastV6(final Station from, final Station to)
    {
        sendOne(from, StationFrames.udp6(to.mac, from.mac, to.ip6Low, from.ip6Low, USUAL_PAYLOAD, next(from)));
    }

    /** A super-frame to a station, or to all. Its segments are made one by one, as the wire must carry them. */
    private void superFrame(final Station from, final Station to)
    {
        superFrame(from, to, random.nextInt(10) == 0 ? MacAddress.BROADCAST : to.mac);
    }

    void superFrame(final Station from, final Station to, final long destination)
    {
        final int pieces = random.nextInt(SEGMENT_PIECES + 1, MAX_SEGMENTS * SEGMENT_PIECES);
        final int count = (pieces + SEGMENT_PIECES - 1) / SEGMENT_PIECES;
        final int identification = random.nextInt(0x1_0000);
        final long id = simulation.traces().next(from, to.network);
        final byte[][] cut = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            final int first = i * SEGMENT_PIECES;
            cut[i] = StationFrames.tcp4(
                destination, from.mac, to.ip, from.ip, first, Math.min(SEGMENT_PIECES, pieces - first),
                i == count - 1, identification + i & 0xFFFF, id);
        }
        final byte[] whole = StationFrames.tcp4(
            destination, from.mac, to.ip, from.ip, 0, pieces, true, identification, id);
        from.engine.send(from, List.of(whole), cut, SEGMENT_PIECES * PIECE);
    }

    /** A station that came or moved says where it is. */
    void announce(final Station station)
    {
        if (station.canSend())
        {
            sendOne(station, StationFrames.arp(
                MacAddress.BROADCAST, StationFrames.ARP_REQUEST, station.mac, station.ip, 0, station.ip,
                next(station)));
        }
    }

    /** A port got a frame; the stations behind it may answer. */
    void onDelivered(final SimEngine engine, final int vni, final int port, final byte[] frame)
    {
        final int type = frame.length < 42 ? 0 : Bytes.u16(frame, 12);
        final long asker = Bytes.mac(frame, 6);
        final long destination = Bytes.mac(frame, 0);
        if (type == StationFrames.ARP && Bytes.u16(frame, 20) == StationFrames.ARP_REQUEST)
        {
            final Station target = find(engine, vni, station -> station.ip == Bytes.i32(frame, 38));
            if (target != null && target.isAt(engine, vni, port) && target.mac != asker)
            {
                reply(engine, vni, port, target, () -> StationFrames.arp(
                    asker, StationFrames.ARP_REPLY, target.mac, target.ip, asker, Bytes.i32(frame, 28),
                    next(target)));
            }
        }
        else if (type == StationFrames.IPV6 && frame.length >= StationFrames.ND_LENGTH &&
            Bytes.u8(frame, 20) == 58 && Bytes.u8(frame, 54) == StationFrames.SOLICITATION)
        {
            final Station target = find(engine, vni, station -> station.ip6Low == Bytes.i64(frame, 70));
            if (target != null && target.isAt(engine, vni, port) && target.mac != asker)
            {
                reply(engine, vni, port, target, () -> StationFrames.udp6(
                    asker, target.mac, Bytes.i64(frame, 30), target.ip6Low, USUAL_PAYLOAD, next(target)));
            }
        }
        else if (type == StationFrames.IPV4 && Bytes.u8(frame, 23) == 17 &&
            Bytes.u16(frame, 36) == StationFrames.ECHO_PORT)
        {
            final Station target = find(engine, vni, station -> station.mac == destination);
            final Network askers = routed.networkOfAsker(frame, target);
            if (target != null && askers != null && target.isAt(engine, vni, port))
            {
                reply(engine, vni, port, target, () -> StationFrames.udp4(
                    asker, target.mac, Bytes.i32(frame, 26), target.ip, 9, USUAL_PAYLOAD,
                    simulation.traces().next(target, askers)));
            }
        }
    }

    private void reply(
        final SimEngine engine,
        final int vni,
        final int port,
        final Station station,
        final Supplier<byte[]> frame)
    {
        simulation.scheduler().after(REPLY_NS * random.nextInt(1, 20), () ->
        {
            if (station.canSend() && station.isAt(engine, vni, port))
            {
                sendOne(station, frame.get());
            }
        });
    }

    private static @Nullable Station find(
        final SimEngine engine, final int vni, final Predicate<Station> isWanted)
    {
        final Membership membership = engine.memberships.get(vni);
        if (membership != null)
        {
            for (final Station station : membership.network.stations)
            {
                if (isWanted.test(station))
                {
                    return station;
                }
            }
        }
        return null;
    }

    private Station peer(final Station from)
    {
        final List<Station> stations = from.network.stations;
        Station to = from;
        while (to == from)
        {
            to = stations.get(random.nextInt(stations.size()));
        }
        return to;
    }

    private long next(final Station station)
    {
        return simulation.traces().next(station);
    }

    static void sendOne(final Station from, final byte[] frame)
    {
        from.engine.send(from, List.of(frame), null, 0);
    }
}
