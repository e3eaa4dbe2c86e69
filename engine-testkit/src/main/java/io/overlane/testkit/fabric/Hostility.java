// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Malformed, forged and repeated datagrams, from strangers and under the addresses of engines. */
final class Hostility
{
    private static final long FORGED_MAC = 0x0600_0000_0000L;
    private static final int FORGED_MACS = 32;

    private final Simulation simulation;
    private final SplittableRandom random;

    Hostility(final Simulation simulation, final SplittableRandom random)
    {
        this.simulation = simulation;
        this.random = random;
    }

    void start(final double perSecond)
    {
        if (perSecond > 0)
        {
            planNext((long)(TimeUnit.SECONDS.toNanos(1) / perSecond));
        }
    }

    private void planNext(final long gapNs)
    {
        simulation.scheduler().after(random.nextLong(1, 2 * gapNs + 1), () ->
        {
            if (!simulation.isOver())
            {
                planNext(gapNs);
                attack();
            }
        });
    }

    private void attack()
    {
        if (random.nextInt(8) == 0)
        {
            simulation.wire().repeat();
            return;
        }
        final SimEngine victim = simulation.engines().get(random.nextInt(simulation.engines().size()));
        int source = random.nextInt(simulation.engines().size() + Simulation.STRANGERS);
        // An engine that believes its own address is elsewhere would send to itself.
        source = source == victim.index ? simulation.engines().size() : source;
        final byte[] datagram = datagram(victim);
        final List<Integer> known = List.copyOf(victim.model.routing().routes.values());
        if (!known.isEmpty() && StationFrames.id(datagram) == StationFrames.FORGED && random.nextBoolean())
        {
            // The L3 VNI accepts datagrams only from these.
            source = known.get(random.nextInt(known.size()));
        }
        simulation.wire().forge(source, victim.index, datagram);
    }

    private byte[] datagram(final SimEngine victim)
    {
        final List<Membership> all = List.copyOf(victim.memberships.values());
        final Membership membership = all.get(random.nextInt(all.size()));
        final List<Station> stations = membership.network.stations;
        final Station to = stations.get(random.nextInt(stations.size()));
        final long from = switch (random.nextInt(4))
        {
            case 0 -> stations.get(random.nextInt(stations.size())).mac;
            case 1 -> random.nextBoolean() ? 0 : 0x0100_0000_0001L;
            default -> FORGED_MAC + random.nextInt(FORGED_MACS);
        };
        if (membership.network.isRouted() && random.nextInt(4) == 0)
        {
            return routed(victim, membership.vni, from);
        }
        final byte[] good = StationFrames.tunnelled(
            membership.vni, StationFrames.udp4(to.mac, from, to.ip, to.ip, 9, random.nextInt(64), 0));
        switch (random.nextInt(8))
        {
            case 0:
                return Arrays.copyOf(good, random.nextInt(8));

            case 1:
                good[0] &= ~0x08;
                return good;

            case 2:
                good[random.nextInt(2) == 0 ? random.nextInt(4) : 7] |= 0x40;
                return good;

            case 3:
                Bytes.put32(good, 4, random.nextInt() & 0xFFFF_FF00);
                return good;

            case 4:
                return Arrays.copyOf(good, random.nextInt(8, 44));

            case 5:
                return StationFrames.tunnelled(membership.vni, StationFrames.tagged(
                    Arrays.copyOfRange(good, 8, good.length), random.nextInt(4096)));

            default:
                return good;
        }
    }

    /** A packet to the victim's gateway, or to its router MAC in the L3 VNI, for a station that it can reach. */
    private byte[] routed(final SimEngine victim, final int vni, final long from)
    {
        final List<Network> reached = simulation.routing().networks().stream()
            .filter(network -> !network.stations.isEmpty() && simulation.routing().isReached(victim, network)).toList();
        final List<Station> stations = reached.get(random.nextInt(reached.size())).stations;
        final Station to = stations.get(random.nextInt(stations.size()));
        final boolean isL3 = random.nextBoolean();
        final long destination = isL3 ? Routing.routerMac(victim.index) + random.nextInt(2) : Routing.GATEWAY_MAC;
        return StationFrames.tunnelled(isL3 ? Routing.L3_VNI : vni, StationFrames.udp4(
            destination, from, to.ip, to.ip, 9, random.nextInt(64), StationFrames.FORGED));
    }
}
