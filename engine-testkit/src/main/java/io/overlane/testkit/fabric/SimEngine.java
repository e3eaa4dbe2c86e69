// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.EngineTables;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fate.Fate;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.status.TableCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One engine of the fabric with its model. Every input runs through both, and their effects are compared at once. The
 * engine has no thread: it runs only here.
 */
final class SimEngine
{
    private static final int BATCH = 8;

    /** A command with its next steps needs a few duty cycles. */
    private static final int MAX_CYCLES = 100;

    final int index;
    final Vtep vtep;
    final Map<Integer, Membership> memberships = new TreeMap<>();
    final EngineModel model;
    private final Simulation simulation;
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private final List<Throwable> errors = new ArrayList<>();
    private Sums sums = new Sums();
    private @Nullable OverlayEngine engine;
    private long life;
    /** Entries that the engine had removed for their age when the model was last brought up to date. */
    private long aged;

    /** A datagram that is on its way to this engine. */
    private record Arrival(long dueNs, long number, int from, byte[] bytes, boolean isForged)
        implements Comparable<Arrival>
    {
        @Override
        public int compareTo(final Arrival other)
        {
            return dueNs != other.dueNs ? Long.compare(dueNs, other.dueNs) : Long.compare(number, other.number);
        }
    }

    SimEngine(final int index, final Simulation simulation)
    {
        this.index = index;
        this.simulation = simulation;
        vtep = Endpoints.vtep(index);
        model = new EngineModel(index, simulation::isUp);
    }

    boolean isUp()
    {
        return engine != null;
    }

    Sums sums()
    {
        return sums;
    }

    OverlayEngine engine()
    {
        return Objects.requireNonNull(engine, "engine");
    }

    Membership membership(final Network network)
    {
        final Membership membership = memberships.get(network.vni(this));
        if (membership == null)
        {
            throw new IllegalStateException(this + " is not a member of network " + network.id);
        }
        return membership;
    }

    /** Launch an engine with empty tables. The flood lists of networks that learn are in its settings. */
    void start()
    {
        final EngineContext context = new EngineContext()
            .underlay(simulation.fabric().attach(vtep))
            .clock(simulation.scheduler().clock())
            .threadingMode(ThreadingMode.INVOKER)
            .errorHandler(errors::add)
            .fdb(fdb -> fdb.maxEntries(simulation.maxStations()).learnsPerSecond(0).seed(index)
                .maxMoves(SegmentModel.MAX_MOVES))
            .maxNeighbors(simulation.maxStations())
            .maxRemotes(simulation.maxRemotes())
            .maxRoutes(Routing.MAX_ROUTES)
            .maxDropLines(16)
            .maxSegments(Simulation.MAX_MEMBERSHIPS)
            .batchLimit(BATCH);
        memberships.values().forEach(membership -> context.segment(segment(membership)));
        sums = new Sums();
        aged = 0;
        engine = OverlayEngine.launch(context);
        engine.fates(this::onFate);
        simulation.onStart();
        simulation.history().add(now(), "starts", index, -1, 0, life);
        simulation.begin(this);
        engine.doWork();
        simulation.control().apply(this);
    }

    void stop()
    {
        receive();
        simulation.history().add(now(), "stops", index, -1, 0, life);
        simulation.onStop(this, engine());
        engine().close();
        requireNoErrors();
        engine = null;
        life++;
        arrivals.clear();
        model.clear();
        memberships.values().forEach(membership -> membership.ports = new SimPort[0]);
    }

    /** The settings of a segment, whose ports are new; the model gets the segment, too. */
    SegmentContext segment(final Membership membership)
    {
        final int vni = membership.vni;
        final SegmentContext segment = new SegmentContext(vni);
        segment.policy().set(policy(membership));
        membership.ports = new SimPort[membership.portCount];
        for (int i = 0; i < membership.portCount; i++)
        {
            membership.ports[i] = port(vni, i);
            if (i == 0)
            {
                segment.port(membership.ports[i]);
            }
            else
            {
                segment.addPort(membership.ports[i]);
            }
        }
        final SegmentModel ofModel = new SegmentModel(vni, membership.portCount, rules(membership));
        model.segments().put(vni, ofModel);
        if (membership.network.kind == Network.Kind.LEARNING)
        {
            for (final SimEngine member : simulation.control().floodList(this, membership))
            {
                segment.flood(member.vtep);
                ofModel.flood.add(new SegmentModel.Remote(member.index, SegmentModel.OWN_VNI));
            }
        }
        return segment;
    }

    private SimPort port(final int vni, final int number)
    {
        return new SimPort(vni, number, simulation.portMemory(), simulation.found());
    }

    /** Add a port to a segment with one, or remove the second. */
    void changePorts(final Membership membership)
    {
        final int vni = membership.vni;
        final boolean isAdded = membership.portCount == 1;
        membership.portCount = isAdded ? 2 : 1;
        if (!isUp())
        {
            return;
        }
        if (isAdded)
        {
            final SimPort added = port(vni, 1);
            ask(running -> running.segments().addPort(vni, added));
            membership.ports = new SimPort[]{membership.ports[0], added};
            model.segment(vni).ports = 2;
        }
        else
        {
            final SimPort removed = membership.ports[1];
            ask(running -> running.segments().removePort(vni, removed));
            membership.ports = new SimPort[]{membership.ports[0]};
            model.segment(vni).removeSecondPort();
        }
        age();
    }

    SegmentPolicy policy(final Membership membership)
    {
        return simulation.control().policy(membership.network.kind, membership.policy);
    }

    Rules rules(final Membership membership)
    {
        return Rules.of(policy(membership), Simulation.ENGINE_AGE_NS);
    }

    /** A station behind this engine sends frames together; {@code cut} are the segments of a single super-frame. */
    void send(final Station station, final List<byte[]> frames, final byte @Nullable [][] cut, final int gsoSize)
    {
        final int vni = station.vni();
        receive();
        final Effects expected = simulation.begin(this);
        for (final byte[] frame : frames)
        {
            simulation.history().add(now(), "sends", index, vni, station.mac, StationFrames.id(frame));
            simulation.history().add(now(), "sends to", index, vni, Bytes.mac(frame, 0), StationFrames.id(frame));
            model.fromPort(vni, station.port, frame, cut, now(), expected);
        }
        membership(station.network).ports[station.port].put(frames, gsoSize);
        carry();
        finish(station.mac);
        for (final Effects.Offer offer : simulation.found().offers)
        {
            simulation.workload().onDelivered(this, offer.vni(), offer.port(), offer.bytes());
        }
    }

    /** Let the engine carry its input. Packets that it routes from a remote to a remote leave one duty cycle later. */
    private void carry()
    {
        int done = engine().doWork();
        while (done > 0 && model.routing().hasContext)
        {
            done = engine().doWork();
        }
    }

    /** The wire carries a datagram to this engine. */
    void plan(final int from, final byte[] bytes, final long delayNs, final boolean isForged)
    {
        final long ofLife = life;
        arrivals.add(new Arrival(now() + delayNs, simulation.nextArrival(), from, bytes, isForged));
        simulation.scheduler().after(delayNs, () ->
        {
            if (life == ofLife)
            {
                receive();
            }
        });
    }

    /** Receive the datagrams that are due. Everything else at this time comes behind them. */
    void receive()
    {
        while (engine != null && !arrivals.isEmpty() && arrivals.peek().dueNs <= now())
        {
            receiveBatch();
        }
    }

    private void receiveBatch()
    {
        final Effects expected = simulation.begin(this);
        int count = 0;
        long mac = 0;
        boolean isForged = false;
        while (count < BATCH && !arrivals.isEmpty() && arrivals.peek().dueNs <= now())
        {
            final Arrival next = arrivals.poll();
            count++;
            isForged |= next.isForged;
            mac = next.bytes.length < 20 ? 0 : Bytes.mac(next.bytes, 14);
            simulation.history().add(now(), next.isForged ? "receives a forged datagram of" : "receives from", index,
                next.bytes.length < 8 ? -1 : Bytes.i32(next.bytes, 4) >>> 8, mac, StationFrames.id(next.bytes));
            model.fromUnderlay(next.from, next.bytes, now(), expected);
        }
        carry();
        finish(mac);
        simulation.onArrived(count);
        for (final Effects.Offer offer : simulation.found().offers)
        {
            if (!isForged)
            {
                simulation.requireRightPlace(this, offer);
            }
            simulation.workload().onDelivered(this, offer.vni(), offer.port(), offer.bytes());
        }
    }

    /**
     * Remove the entries from the model that the engine has removed for their age. Call this whenever the engine has
     * worked, and before its next input.
     */
    void age()
    {
        if (!model.mayAge(now()))
        {
            return;
        }
        // Mostly nothing was removed, and the table need not be read.
        final long before = aged;
        aged = engine().counters().tables().get(TableCounters.Event.AGED);
        final Set<EngineTables.Key<MacAddress>> keys = aged == before ? Set.of() : engine().tables().fdbKeys();
        final String difference = model.settleAges(now(), (vni, mac) ->
            aged == before || keys.contains(new EngineTables.Key<>(vni, new MacAddress(mac))));
        if (difference != null)
        {
            throw new Disagreement(index, 0, difference);
        }
    }

    /** Let the engine work without input. */
    void work()
    {
        receive();
        simulation.begin(this);
        engine().doWork();
        age();
    }

    /**
     * Give the engine a command, and let it work until the command is done. Then change the model in the same way, and
     * call {@link #age()}.
     */
    <T> T ask(final Function<OverlayEngine, CompletableFuture<T>> command)
    {
        receive();
        simulation.begin(this);
        final CompletableFuture<T> answer = command.apply(engine());
        for (int i = 0; i < MAX_CYCLES && !answer.isDone(); i++)
        {
            engine().doWork();
        }
        requireNoErrors();
        if (!answer.isDone())
        {
            throw new Disagreement(index, 0, "a command is not done after " + MAX_CYCLES + " duty cycles");
        }
        return answer.join();
    }

    /** Compare all tables and counters with the model. */
    void check()
    {
        work();
        if (engine().doWork() != 0)
        {
            throw new Disagreement(index, 0, "the engine works without input");
        }
        final List<String> differences = new TableCheck(this).differences();
        differences.addAll(sums.differences(Fate.Direction.ENCAP, engine().counters().encap()));
        differences.addAll(sums.differences(Fate.Direction.DECAP, engine().counters().decap()));
        if (!differences.isEmpty())
        {
            throw new Disagreement(index, 0, String.join("; ", differences));
        }
    }

    private void finish(final long mac)
    {
        final String difference = Effects.difference(simulation.expected(), simulation.found());
        if (difference != null)
        {
            throw new Disagreement(index, mac, difference);
        }
        requireNoErrors();
        age();
        simulation.expected().fates.addTo(sums);
        simulation.onFinished(this);
    }

    private void requireNoErrors()
    {
        if (!errors.isEmpty())
        {
            throw new Disagreement(index, 0, "the error handler got " + errors);
        }
    }

    private void onFate(final Fate fate)
    {
        simulation.found().fates.add(
            fate.direction(), fate.kind() == Fate.Kind.FLOOD_COPY, fate.outcome(), fate.reason(), fate.frames());
    }

    private long now()
    {
        return simulation.scheduler().nowNs();
    }

    @Override
    public String toString()
    {
        return "engine " + index + " (" + vtep + ")";
    }
}
