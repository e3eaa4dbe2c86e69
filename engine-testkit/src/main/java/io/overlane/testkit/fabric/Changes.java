// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What changes while frames flow: stations, engines, memberships, flood lists, policies, partitions. */
final class Changes
{
    private static final long LATEST_UPDATE_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long LONGEST_ABSENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Simulation simulation;
    private final SplittableRandom random;
    private long count;

    Changes(final Simulation simulation, final SplittableRandom random)
    {
        this.simulation = simulation;
        this.random = random;
    }

    long count()
    {
        return count;
    }

    void start(final FabricContext context)
    {
        if (context.changesPerSecond() > 0)
        {
            planNext((long)(SECOND_NS / context.changesPerSecond()));
        }
        if (context.partitionEveryNs() > 0)
        {
            simulation.scheduler().after(context.partitionEveryNs(), () -> divide(context));
        }
    }

    private void planNext(final long gapNs)
    {
        simulation.scheduler().after(random.nextLong(1, 2 * gapNs + 1), () ->
        {
            if (!simulation.isOver())
            {
                planNext(gapNs);
                change();
            }
        });
    }

    private void divide(final FabricContext context)
    {
        if (simulation.isOver())
        {
            return;
        }
        simulation.wire().divide(true);
        simulation.scheduler().after(context.partitionNs(), () -> simulation.wire().divide(false));
        simulation.scheduler().after(context.partitionEveryNs(), () -> divide(context));
    }

    private void change()
    {
        count++;
        final Station station = simulation.stations().get(random.nextInt(simulation.stations().size()));
        final SimEngine engine = simulation.engines().get(random.nextInt(simulation.engines().size()));
        final int choice = random.nextInt(100);
        if (choice < 20)
        {
            comeOrLeave(station);
        }
        else if (choice < 40)
        {
            move(station);
        }
        else if (choice < 50)
        {
            restart(engine);
        }
        else if (choice < 65)
        {
            leaveOut(engine);
        }
        else if (choice < 72)
        {
            join(engine);
        }
        else if (choice < 79)
        {
            leave(engine);
        }
        else if (choice < 85)
        {
            changePorts(engine);
        }
        else
        {
            reload(engine);
        }
    }

    private void comeOrLeave(final Station station)
    {
        if (station.isPresent)
        {
            station.isPresent = false;
            note("a station leaves", station);
            update(station.network);
        }
        else
        {
            station.isPresent = true;
            move(station);
        }
    }

    private void move(final Station station)
    {
        final List<SimEngine> members = station.network.members;
        final SimEngine to = members.get(random.nextInt(members.size()));
        station.engine = to;
        station.port = random.nextInt(to.membership(station.network).portCount);
        note("a station moves here", station);
        simulation.workload().announce(station);
        update(station.network);
    }

    private void note(final String about, final Station station)
    {
        simulation.history().add(simulation.scheduler().nowNs(), about, station.engine.index, station.vni(),
            station.mac, station.port);
    }

    private void restart(final SimEngine engine)
    {
        if (engine.isUp())
        {
            engine.stop();
            final long pauseNs = random.nextInt(4) == 0 ? 1 : random.nextLong(1, LONGEST_ABSENCE_NS);
            simulation.scheduler().after(pauseNs, engine::start);
        }
    }

    /** One remote is missing in a flood list for a while. */
    private void leaveOut(final SimEngine engine)
    {
        final Membership membership = any(engine);
        final Network network = membership.network;
        final SimEngine other = network.members.get(random.nextInt(network.members.size()));
        if (other != engine && membership.leftOut.add(other))
        {
            simulation.history().add(simulation.scheduler().nowNs(), "leaves a remote out of the flood list",
                engine.index, membership.vni, 0, other.index);
            simulation.control().apply(engine, network);
            simulation.scheduler().after(random.nextLong(SECOND_NS, LONGEST_ABSENCE_NS), () ->
            {
                membership.leftOut.remove(other);
                simulation.control().apply(engine, network);
            });
        }
    }

    private void join(final SimEngine engine)
    {
        // Network 0 is large enough.
        final Network network = simulation.networks().get(random.nextInt(1, simulation.networks().size()));
        if (network.members.size() < 24 && simulation.join(engine, network, random))
        {
            final Membership membership = engine.membership(network);
            simulation.history().add(
                simulation.scheduler().nowNs(), "joins a network", engine.index, membership.vni, 0, network.id);
            if (engine.isUp())
            {
                engine.ask(running -> running.segments().add(engine.segment(membership)));
                simulation.control().apply(engine, network);
            }
            update(network);
        }
    }

    private void leave(final SimEngine engine)
    {
        final Membership membership = any(engine);
        final Network network = membership.network;
        if (engine.memberships.size() < 2 || network.members.size() < 3 || network.id == 0 ||
            network.isRouted() && Routing.home(network) == engine)
        {
            return;
        }
        simulation.history().add(
            simulation.scheduler().nowNs(), "leaves a network", engine.index, membership.vni, 0, network.id);
        if (engine.isUp())
        {
            engine.ask(running -> running.segments().remove(membership.vni));
            engine.model.segments().remove(membership.vni);
            engine.age();
        }
        engine.memberships.remove(membership.vni);
        network.members.remove(engine);
        for (final Station station : network.stations)
        {
            if (station.engine == engine)
            {
                station.isPresent = false;
            }
        }
        update(network);
    }

    private void changePorts(final SimEngine engine)
    {
        final Membership membership = any(engine);
        simulation.history().add(simulation.scheduler().nowNs(), "gets or loses a port", engine.index,
            membership.vni, 0, membership.portCount);
        engine.changePorts(membership);
        for (final Station station : membership.network.stations)
        {
            if (station.engine == engine)
            {
                station.port = Math.min(station.port, membership.portCount - 1);
            }
        }
    }

    private void reload(final SimEngine engine)
    {
        final Membership membership = any(engine);
        membership.policy = random.nextInt(64);
        simulation.history().add(simulation.scheduler().nowNs(), "gets another policy", engine.index,
            membership.vni, 0, membership.policy);
        if (engine.isUp())
        {
            engine.ask(running -> running.segments().change(
                membership.vni, policy -> policy.set(engine.policy(membership))));
            final SegmentModel model = engine.model.segment(membership.vni);
            model.rules(engine.rules(membership), simulation.scheduler().nowNs());
            engine.age();
        }
    }

    /** All members learn of a change, each some time later. */
    private void update(final Network network)
    {
        for (final SimEngine member : new ArrayList<>(network.members))
        {
            simulation.scheduler().after(
                random.nextLong(1, LATEST_UPDATE_NS), () -> simulation.control().apply(member, network));
        }
    }

    private Membership any(final SimEngine engine)
    {
        final List<Membership> all = new ArrayList<>(engine.memberships.values());
        return all.get(random.nextInt(all.size()));
    }
}
