// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The frames of stations for other networks: they go to the gateway's MAC, for which stations ask now and then. */
final class RoutedWorkload
{
    private static final int LONGEST_PAYLOAD = 1_380;
    private static final int USUAL_PAYLOAD = 64;
    private static final int PORT = 9;

    private final Simulation simulation;
    private final SplittableRandom random;
    private final Workload workload;

    RoutedWorkload(final Simulation simulation, final SplittableRandom random, final Workload workload)
    {
        this.simulation = simulation;
        this.random = random;
        this.workload = workload;
    }

    /** Send a frame of a station of a routed network. False if no other network can be reached from it. */
    boolean send(final Station from)
    {
        final List<Network> reached = simulation.routing().networks().stream()
            .filter(network -> network != from.network && isReached(from.engine, network)).toList();
        final int choice = random.nextInt(100);
        if (choice < 8)
        {
            ask(from, choice < 5);
            return true;
        }
        if (reached.isEmpty())
        {
            return false;
        }
        final Network network = reached.get(random.nextInt(reached.size()));
        final Station to = network.stations.get(random.nextInt(network.stations.size()));
        if (choice < 30)
        {
            Workload.sendOne(from, StationFrames.udp6(
                Routing.GATEWAY_MAC, from.mac, to.ip6Low, from.ip6Low, USUAL_PAYLOAD, next(from, network)));
        }
        else if (choice < 35)
        {
            workload.superFrame(from, to, Routing.GATEWAY_MAC);
        }
        else
        {
            unicast(from, to);
        }
        return true;
    }

    private boolean isReached(final SimEngine engine, final Network network)
    {
        return !network.stations.isEmpty() && simulation.routing().isReached(engine, network);
    }

    private void ask(final Station from, final boolean isV4)
    {
        final int network = from.network.id;
        Workload.sendOne(from, isV4 ?
            StationFrames.arp(
                MacAddress.BROADCAST, StationFrames.ARP_REQUEST, from.mac, from.ip, 0, Routing.gateway4(network),
                next(from, from.network)) :
            StationFrames.solicitation(
                from.mac, from.ip6Low, Routing.gateway6Low(network), next(from, from.network)));
    }

    private void unicast(final Station from, final Station to)
    {
        final int burst = random.nextInt(10) == 0 ? random.nextInt(2, 5) : 1;
        final int port = random.nextInt(3) == 0 ? StationFrames.ECHO_PORT : PORT;
        final List<byte[]> frames = new ArrayList<>(burst);
        for (int i = 0; i < burst; i++)
        {
            final int size = random.nextInt(8) == 0 ? random.nextInt(LONGEST_PAYLOAD) : USUAL_PAYLOAD;
            frames.add(StationFrames.udp4(
                Routing.GATEWAY_MAC, from.mac, to.ip, from.ip, port, size, next(from, to.network)));
        }
        from.engine.send(from, frames, null, 0);
    }

    private long next(final Station from, final Network to)
    {
        return simulation.traces().next(from, to);
    }

    /** The network of the station that sent an IPv4 packet to another; null if that one cannot reach it. */
    @Nullable Network networkOfAsker(final byte[] frame, final @Nullable Station asked)
    {
        if (asked == null || Bytes.mac(frame, 6) != Routing.GATEWAY_MAC)
        {
            return asked == null ? null : asked.network;
        }
        final Network network = simulation.networks().get(Routing.networkOf(Bytes.i32(frame, 26)));
        return isReached(asked.engine, network) ? network : null;
    }
}
