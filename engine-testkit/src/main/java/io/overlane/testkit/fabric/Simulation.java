// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.engine.OverlayEngine;
import io.overlane.frame.FrameSlab;
import io.overlane.testkit.MemoryFabric;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What all parts of one run share: clock, network in memory, engines, networks, and what is compared now. */
final class Simulation
{
    static final int MAX_MEMBERSHIPS = 24;

    /** The engine's default age of learned entries. */
    static final long ENGINE_AGE_NS = TimeUnit.SECONDS.toNanos(300);

    /** Outer addresses of attackers, which no engine has. */
    static final int STRANGERS = 8;

    /** The kinds of the first networks, of those behind them, and so on. */
    private static final Network.Kind[] KINDS =
        {Network.Kind.LEARNING, Network.Kind.STATES, Network.Kind.OWN_VNIS, Network.Kind.LEARNING};

    private static final int BIG_NETWORK = 100;
    private static final int MAX_MEMBERS = 16;
    private static final int MTU = 1_500;
    private static final int QUEUE = 1 << 16;
    private static final int BURST = 8;
    private static final int LONGEST_FRAME = 12_000;
    private static final int MAX_STATIONS = 1_024;

    private final FabricContext context;
    private final Scheduler scheduler = new Scheduler();
    private final MemoryFabric fabric;
    private final FrameSlab portMemory = new FrameSlab(BURST, LONGEST_FRAME);
    private final Effects expected = new Effects();
    private final Effects found = new Effects();
    private final History history = new History();
    private final Traces traces = new Traces();
    private final List<SimEngine> engines = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final List<Station> stations = new ArrayList<>();
    private final Map<String, Long> drops = new TreeMap<>();
    private final List<WeakReference<OverlayEngine>> ended = new ArrayList<>();
    private final Routing routing = new Routing();
    private final ControlPlane control;
    private final Workload workload;
    private final Wire wire;
    private long nextArrival;
    private long arrived;
    private long delivered;
    private long starts;
    private long hash;

    Simulation(final FabricContext context)
    {
        this.context = context;
        final SplittableRandom random = new SplittableRandom(context.seed());
        fabric = new MemoryFabric(scheduler.clock(), MTU, QUEUE);
        control = new ControlPlane(context.policies(), routing);
        wire = new Wire(this, context, random.split());
        fabric.wire(wire);
        workload = new Workload(this, random.split());
        build(random.split());
    }

    private void build(final SplittableRandom random)
    {
        for (int i = 0; i < context.engines(); i++)
        {
            engines.add(new SimEngine(i, this));
        }
        for (int i = 0; i < context.networks(); i++)
        {
            final Network network = new Network(i, KINDS[i % KINDS.length]);
            networks.add(network);
            final int size = i == 0 ? BIG_NETWORK : random.nextInt(2, MAX_MEMBERS + 1);
            while (network.members.size() < Math.min(size, engines.size()))
            {
                join(engines.get(random.nextInt(engines.size())), network, random);
            }
            routing.add(network);
        }
        for (final SimEngine engine : engines)
        {
            while (engine.memberships.isEmpty())
            {
                join(engine, networks.get(random.nextInt(1, networks.size())), random);
            }
        }
        for (int i = 0; i < context.stations(); i++)
        {
            final Network network = networks.get(i % networks.size());
            final SimEngine engine = network.members.get(random.nextInt(network.members.size()));
            final Station station = new Station(
                i, network, engine, random.nextInt(engine.membership(network).portCount));
            network.stations.add(station);
            stations.add(station);
        }
        engines.forEach(SimEngine::start);
    }

    /** Make an engine a member of a network, without changes to a running engine. False if it is one. */
    boolean join(final SimEngine engine, final Network network, final SplittableRandom random)
    {
        if (network.members.contains(engine) || engine.memberships.size() == MAX_MEMBERSHIPS)
        {
            return false;
        }
        final int ports = random.nextInt(4) == 0 ? 2 : 1;
        engine.memberships.put(network.vni(engine),
            new Membership(network, network.vni(engine), ports, random.nextInt(64)));
        network.members.add(engine);
        return true;
    }

    Scheduler scheduler()
    {
        return scheduler;
    }

    MemoryFabric fabric()
    {
        return fabric;
    }

    FrameSlab portMemory()
    {
        return portMemory;
    }

    Effects expected()
    {
        return expected;
    }

    Effects found()
    {
        return found;
    }

    History history()
    {
        return history;
    }

    Traces traces()
    {
        return traces;
    }

    Wire wire()
    {
        return wire;
    }

    Workload workload()
    {
        return workload;
    }

    Routing routing()
    {
        return routing;
    }

    ControlPlane control()
    {
        return control;
    }

    List<SimEngine> engines()
    {
        return engines;
    }

    List<Network> networks()
    {
        return networks;
    }

    List<Station> stations()
    {
        return stations;
    }

    int maxStations()
    {
        return MAX_STATIONS;
    }

    /** Learned remotes take three quarters of the numbers at most. */
    int maxRemotes()
    {
        return 2 * (BIG_NETWORK + 4 * MAX_MEMBERS + STRANGERS);
    }

    boolean isUp(final int endpoint)
    {
        return endpoint >= 0 && endpoint < engines.size() && engines.get(endpoint).isUp();
    }

    boolean isOver()
    {
        return scheduler.elapsedNs() >= context.durationNs();
    }

    /** Begin with the input of one engine; the answer receives what the model expects. */
    Effects begin(final SimEngine engine)
    {
        wire.sender(engine.index);
        expected.clear();
        found.clear();
        return expected;
    }

    void onFinished(final SimEngine engine)
    {
        delivered += found.offers.size();
        hash = mix(hash, scheduler.nowNs(), engine.index, found.fates.hash());
        for (final Effects.Datagram datagram : found.datagrams)
        {
            hash = mix(hash, datagram.to(), datagram.bytes().length, StationFrames.id(datagram.bytes()));
        }
        for (final Effects.Offer offer : found.offers)
        {
            hash = mix(hash, offer.vni(), offer.port(), StationFrames.id(offer.bytes()));
        }
    }

    private static long mix(final long hash, final long a, final long b, final long c)
    {
        long mixed = hash;
        for (final long word : new long[]{a, b, c})
        {
            mixed = (mixed ^ word) * 0x9E37_79B9_7F4A_7C15L;
            mixed ^= mixed >>> 29;
        }
        return mixed;
    }

    void onArrived(final int datagrams)
    {
        arrived += datagrams;
    }

    void onStart()
    {
        starts++;
    }

    void onStop(final SimEngine engine, final OverlayEngine stopped)
    {
        engine.sums().addDropsTo(drops);
        ended.add(new WeakReference<>(stopped));
    }

    long nextArrival()
    {
        return nextArrival++;
    }

    /** A frame stays in its network, or is routed to the one of its address, and does not return to its port. */
    void requireRightPlace(final SimEngine engine, final Effects.Offer offer)
    {
        final long id = StationFrames.id(offer.bytes());
        final Membership membership = engine.memberships.get(offer.vni());
        final String difference = id == StationFrames.FORGED ? null :
            membership == null ? "a frame in a segment that it left" :
                traces.difference(id, membership.network.id, engine.index, offer.vni(), offer.port());
        if (difference != null)
        {
            throw new Disagreement(engine.index, Bytes.mac(offer.bytes(), 6), difference);
        }
    }

    long hash()
    {
        return hash;
    }

    long arrived()
    {
        return arrived;
    }

    long delivered()
    {
        return delivered;
    }

    long starts()
    {
        return starts;
    }

    Map<String, Long> drops()
    {
        final Map<String, Long> all = new TreeMap<>(drops);
        engines.stream().filter(SimEngine::isUp).forEach(engine -> engine.sums().addDropsTo(all));
        return all;
    }

    List<WeakReference<OverlayEngine>> ended()
    {
        return ended;
    }
}
