// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.MacAddress;
import io.overlane.forwarding.Forwarding;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.policy.PolicyChange;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.Traffic;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;

/**
 * The segments of a running engine, which come and go while others carry frames and lose none. Any thread.
 *
 * <p><b>Futures</b> complete on one of the engine's threads: what is hung on them must not wait for anything. They
 * complete exceptionally, with an {@link IllegalArgumentException} and one line, where something contradicts what
 * there is. Ports that were to be added are the caller's again then; the engine may have closed them if it ended.
 *
 * <p><b>Which ports.</b> In {@link ThreadingMode#SPLIT} and {@link ThreadingMode#INVOKER} any; in SPLIT a port that
 * can neither wake a thread nor be waited for together with others gets a thread that waits for it. In
 * {@link ThreadingMode#SHARED} those that can wake the thread, and those that the engine's idleWait takes. An engine
 * with several queues keeps its port, one with an IP network stays as it was launched.
 *
 * <p><b>What a removed segment leaves.</b> Its FDB entries, neighbours, flood list and what owners wanted of it are
 * forgotten, its ports closed. Its traffic is told to who removed it and counted on under {@code removed-segments}, so
 * that the traffic of all segments adds up to what was delivered. Its lines in the drop ledger stay.
 */
public final class EngineSegments
{
    /** Traffic that is counted besides that of segments: that of removed ones. */
    static final int FURTHER_COUNTERS = 1;

    private final EngineContext context;
    private final Forwarding forwarding;
    private final CommandQueue commands;
    private final SegmentChanges.Lane lane;
    private final CommandQueue portCommands;
    private final PathBuilder paths;
    private final EncapAgent encapAgent;
    private final PortWait wait;
    private final TakenResources resources;
    private final Shutdown shutdown;
    private final SegmentChanges changes;
    private final Traffic removedEncap;
    private final Traffic removedDecap;

    /** Which segment a port is in, until it is closed. */
    private final Map<Port, Integer> portVnis = Collections.synchronizedMap(new IdentityHashMap<>());

    /** Being removed; of the thread that writes the tables, as the next. */
    private final IntHashSet leavingVnis = new IntHashSet();
    private final IdentityHashMap<Port, Integer> leavingPorts = new IdentityHashMap<>();

    EngineSegments(
        final EngineContext context,
        final EngineCounters counters,
        final Forwarding forwarding,
        final CommandQueue commands,
        final List<SegmentChanges.Lane> lanes,
        final PortWait wait,
        final TakenResources resources,
        final Shutdown shutdown)
    {
        this.context = context;
        this.forwarding = forwarding;
        this.commands = commands;
        lane = lanes.get(0);
        portCommands = lane.portCommands();
        paths = lane.paths();
        encapAgent = lane.encapAgent();
        this.wait = wait;
        this.resources = resources;
        this.shutdown = shutdown;
        changes = new SegmentChanges(context, forwarding, commands, lanes);
        removedEncap = counters.newTraffic("encap", "removed-segments");
        removedDecap = counters.newTraffic("decap", "removed-segments");
        context.segments().forEach(settings -> settings.ports().forEach(port -> portVnis.put(port, settings.vni())));
    }

    /** @return all segments, as they are now. */
    public List<SegmentView> all()
    {
        return forwarding.segments().all().stream().map(this::view).toList();
    }

    /**
     * @param vni of a segment.
     * @return the segment, null if there is none.
     */
    public SegmentView get(final int vni)
    {
        final Segment segment = forwarding.segments().lookup(vni);
        return segment == null ? null : view(segment);
    }

    private SegmentView view(final Segment segment)
    {
        return new SegmentView(segment, forwarding.remotes());
    }

    /**
     * Add a segment. It carries frames when the future completes.
     *
     * @param settings of the segment; the engine takes its ports over and closes them.
     * @return completes with the segment.
     */
    public CompletableFuture<SegmentView> add(final SegmentContext settings)
    {
        return ask(() ->
        {
            requireGiven("segment", settings);
            context.check().segment(settings);
            requireFree(settings.vni());
            settings.ports().forEach(this::requireFree);
            resources.take(settings.ports());
            final Segment segment = undoing(settings.ports(), () -> paths.open(settings));
            settings.ports().forEach(port -> portVnis.put(port, settings.vni()));
            return begin(paths.encapPaths(segment), () -> takeBack(segment)).thenApply(none -> view(segment));
        });
    }

    /**
     * Change what a segment does with frames. Nothing else is touched, and no frame is lost: each is judged by the
     * rules before or by those after. Entries learned so far stay when learning ends, until they have aged.
     *
     * @param vni    of the segment.
     * @param change sets what is to be different, on the thread that writes the tables.
     * @return completes with the rules before and after, when all of it is in force; exceptionally, with everything
     *         as it was, if the segment cannot have the rules.
     */
    public CompletableFuture<PolicyChange> change(final int vni, final Consumer<SegmentPolicy> change)
    {
        if (context.ipNetwork() != null)
        {
            return refuseIpNetwork();
        }
        return commands.ask(() -> changes.change(requireSegment(vni), change)).thenCompose(following -> following);
    }

    /**
     * Remove a segment and close its ports. Until the future completes its VNI cannot be used again.
     *
     * @param vni of the segment.
     * @return completes with what it had carried.
     */
    public CompletableFuture<SegmentTotals> remove(final int vni)
    {
        return ask(() ->
        {
            final Segment segment = requireSegment(vni);
            forwarding.withdraw(segment);
            leavingVnis.add(vni);
            return end(ports(segment), () -> removedEncap.add(segment.encapTraffic()), () -> settle(segment));
        });
    }

    /**
     * Add a port to a segment.
     *
     * @param vni  of the segment.
     * @param port where more of its frames enter and leave; the engine closes it.
     * @return completes when it carries frames.
     */
    public CompletableFuture<Void> addPort(final int vni, final Port port)
    {
        return addPort(vni, new LocalPort(port, LocalPort.UNNUMBERED, SegmentContext.NO_MAC));
    }

    /**
     * Add a port to a segment.
     *
     * @param vni    of the segment.
     * @param port   where more of its frames enter and leave; the engine closes it.
     * @param ownMac of the device behind it, see {@link SegmentContext#ownMac(MacAddress)}.
     * @return completes when it carries frames.
     */
    public CompletableFuture<Void> addPort(final int vni, final Port port, final MacAddress ownMac)
    {
        return addPort(vni, new LocalPort(port, LocalPort.UNNUMBERED, ownMac.value()));
    }

    private CompletableFuture<Void> addPort(final int vni, final LocalPort local)
    {
        final Port port = local.port();
        return ask(() ->
        {
            requireGiven("port", port);
            final Segment segment = requireSegment(vni);
            requireFree(port);
            if (port.mtu() < segment.portMtu())
            {
                throw new IllegalArgumentException("port " + port.name() + " has an MTU of " + port.mtu() +
                    ", segment " + vni + " one of " + segment.portMtu());
            }
            resources.take(List.of(port));
            return undoing(List.of(port), () ->
            {
                if (!forwarding.ports().add(segment, local))
                {
                    throw new IllegalArgumentException("maxRemotes=" + context.maxRemotes() + ": no room for a port");
                }
                portVnis.put(port, vni);
                return begin(List.of(paths.encapPath(segment, port)), () -> takeBack(segment, port));
            });
        });
    }

    /**
     * Remove a port from a segment, forget what was behind it, and close it. A segment has one port at least.
     *
     * @param vni  of the segment.
     * @param port of that segment.
     * @return completes when it is closed.
     */
    public CompletableFuture<Void> removePort(final int vni, final Port port)
    {
        return ask(() ->
        {
            final Segment segment = requireSegment(vni);
            requirePort(segment, port);
            leavingPorts.put(port, vni);
            return end(List.of(port), () -> {}, () -> forget(segment, port));
        });
    }

    /** Have ports polled; what was done before is undone if that fails. */
    private CompletableFuture<Void> begin(final List<EncapPath> encapPaths, final Supplier<Void> undo)
    {
        return portCommands.follow(() -> attach(encapPaths))
            .thenCompose(error -> error == null ?
                CompletableFuture.completedFuture(null) :
                commands.follow(undo).thenCompose(none -> CompletableFuture.failedFuture(error)));
    }

    /**
     * Have what ports have taken carried, as far as there is time, and ports not polled any more, then the tables put
     * in order, then the ports closed.
     */
    private <T> CompletableFuture<T> end(
        final List<Port> ports, final Runnable afterLastFrame, final Supplier<T> settle)
    {
        return lane.drain(() -> ports, context.clock(), context.drainNs())
            .thenCompose(drained -> portCommands.follow(() ->
            {
                final Runnable lastWait = encapAgent.end(ports);
                afterLastFrame.run();
                return lastWait;
            }))
            .thenCompose(lastWait -> commands.follow(settle)
                .thenCompose(answer -> close(ports, lastWait).thenApply(none -> answer)));
    }

    /** Give ports back if what is done with them fails. */
    private <T> T undoing(final List<Port> ports, final Supplier<T> action)
    {
        try
        {
            return action.get();
        }
        catch (final RuntimeException | Error ex)
        {
            resources.giveBack(ports);
            throw ex;
        }
    }

    private Throwable attach(final List<EncapPath> encapPaths)
    {
        try
        {
            encapPaths.forEach(encapAgent::add);
            return null;
        }
        catch (final RuntimeException | Error ex)
        {
            encapPaths.forEach(path -> encapAgent.remove(path.port()));
            return ex;
        }
    }

    private Void takeBack(final Segment segment)
    {
        forwarding.withdraw(segment);
        paths.close(segment);
        ports(segment).forEach(portVnis::remove);
        resources.giveBack(ports(segment));
        return null;
    }

    private Void takeBack(final Segment segment, final Port port)
    {
        forget(segment, port);
        resources.giveBack(List.of(port));
        return null;
    }

    private Void forget(final Segment segment, final Port port)
    {
        // Else the whole segment went meanwhile.
        if (segment == forwarding.segments().lookup(segment.vni()))
        {
            forwarding.ports().remove(segment, port);
        }
        leavingPorts.remove(port);
        portVnis.remove(port);
        return null;
    }

    private SegmentTotals settle(final Segment segment)
    {
        final SegmentTotals totals = SegmentView.totals(segment);
        removedDecap.add(segment.decapTraffic());
        paths.close(segment);
        leavingVnis.remove(segment.vni());
        ports(segment).forEach(portVnis::remove);
        return totals;
    }

    private CompletableFuture<Void> close(final List<Port> ports, final Runnable lastWait)
    {
        if (context.threadingMode() == ThreadingMode.INVOKER)
        {
            close(ports);
            return CompletableFuture.completedFuture(null);
        }
        // A device takes its time to go; nobody's frames wait for that. The engine does: this is one of its threads.
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        shutdown.enter();
        try
        {
            EngineThreads.make(context.threadFactory(), "overlane-close", () ->
            {
                close(ports, lastWait, closed);
                shutdown.leave();
            }).start();
        }
        catch (final RuntimeException | Error ex)
        {
            // Without a thread frames wait, but the ports are closed.
            context.errorHandler().onError(ex);
            close(ports, lastWait, closed);
            shutdown.leave();
        }
        return closed;
    }

    private void close(final List<Port> ports)
    {
        context.errorHandler().closeAll(ports);
        ports.forEach(resources::closed);
    }

    private void close(
        final List<Port> ports, final Runnable lastWait, final CompletableFuture<Void> closed)
    {
        context.errorHandler().run(lastWait);
        close(ports);
        closed.complete(null);
    }

    /** Begin on the thread that writes the tables; what follows is asked for there, and so in the same order. */
    private <T> CompletableFuture<T> ask(final Supplier<CompletableFuture<T>> first)
    {
        if (context.ipNetwork() != null)
        {
            return refuseIpNetwork();
        }
        if (!context.queues().isEmpty())
        {
            return CompletableFuture.failedFuture(
                new IllegalArgumentException("an engine with several queues has one port, and keeps it"));
        }
        return commands.ask(first).thenCompose(following -> following);
    }

    private static <T> CompletableFuture<T> refuseIpNetwork()
    {
        return CompletableFuture.failedFuture(
            new IllegalArgumentException("the engine carries an IP network, which has no segments"));
    }

    private static List<Port> ports(final Segment segment)
    {
        return segment.ports().all().stream().map(LocalPort::port).toList();
    }

    private static void requireGiven(final String name, final Object value)
    {
        if (value == null)
        {
            throw new IllegalArgumentException(name + " is null");
        }
    }

    private void requireFree(final int vni)
    {
        if (get(vni) != null)
        {
            throw new IllegalArgumentException("VNI " + vni + " given twice");
        }
        if (leavingVnis.contains(vni))
        {
            throw new IllegalArgumentException("VNI " + vni + " is still being removed");
        }
        final int count = all().size() + leavingVnis.size();
        if (count >= context.maxSegments())
        {
            throw new IllegalArgumentException("maxSegments=" + context.maxSegments() + ": there are " + count);
        }
    }

    private void requireFree(final Port port)
    {
        final Integer vni = portVnis.get(port);
        if (vni != null)
        {
            throw new IllegalArgumentException("port " + port.name() + " is in segment " + vni + " already");
        }
        wait.check(port, false);
    }

    private Segment requireSegment(final int vni)
    {
        final Segment segment = forwarding.segments().lookup(vni);
        if (segment == null)
        {
            throw new IllegalArgumentException("no segment has VNI " + vni);
        }
        return segment;
    }

    private void requirePort(final Segment segment, final Port port)
    {
        final int vni = segment.vni();
        final Integer portVni = portVnis.get(port);
        if (portVni == null || portVni != vni)
        {
            throw new IllegalArgumentException("port " + port.name() + " is not in segment " + vni +
                (portVni == null ? "" : " but in " + portVni));
        }
        if (leavingPorts.containsKey(port))
        {
            throw new IllegalArgumentException("port " + port.name() + " is being removed already");
        }
        final long leaving = leavingPorts.values().stream().filter(other -> other == vni).count();
        if (segment.ports().size() - leaving == 1)
        {
            throw new IllegalArgumentException(
                "port " + port.name() + " is the last of segment " + vni + ": remove the segment");
        }
    }
}
