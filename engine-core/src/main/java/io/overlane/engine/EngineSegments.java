// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.MacAddress;
import io.overlane.event.EngineEvent;
import io.overlane.event.delivery.EventQueue;
import io.overlane.forwarding.Forwarding;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.policy.PolicyChange;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import io.overlane.setting.Setting;
import io.overlane.status.EngineCounters;
import io.overlane.status.Traffic;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds, changes and removes the segments and ports of a running engine. Other segments carry frames meanwhile and lose
 * none. Any thread.
 *
 * <p><b>Futures</b> complete on one of the engine's threads: actions that depend on them must not block. They complete
 * exceptionally, with an {@link IllegalArgumentException} of one line, if the request contradicts the present state.
 * Ports that were to be added belong to the caller again then; the engine may have closed them if it ended.
 *
 * <p><b>Ports.</b> In {@link ThreadingMode#SPLIT} and {@link ThreadingMode#INVOKER} every port can be added; in SPLIT a
 * port that cannot wake a thread and cannot be selected together with others gets a thread that waits for it. In
 * {@link ThreadingMode#SHARED} a port must be able to wake the thread, or the engine's idleWait must be a selector that
 * takes the port. An engine with several queues keeps its port; an engine with an IP network has no segments.
 *
 * <p><b>Removal.</b> The engine closes the ports of a removed segment and forgets its FDB entries, neighbours, flood
 * list and the states of its owners. The future has the traffic of the segment, which is also added to the counter
 * {@code removed-segments}, so that the traffic of all segments adds up to the delivered frames. The lines of the
 * segment in the drop ledger stay.
 */
public final class EngineSegments
{
    /** Traffic counters besides those of the segments: those of removed segments, and of L3 VNIs. */
    static final int MORE_COUNTERS = 2;

    private final EngineContext context;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final EventQueue events;
    private final CommandQueue commands;
    /** Carries the only queue; changes of policies concern all queues. */
    private final Worker worker;
    private final TakenResources resources;
    private final Shutdown shutdown;
    private final FastPathMirror fastPath;
    private final SegmentChanges changes;
    private final Traffic removedEncap;
    private final Traffic removedDecap;

    /** The segments and ports that are being removed. Only the thread that writes the tables uses these. */
    private final IntHashSet leavingVnis = new IntHashSet();
    private final Set<Port> leavingPorts = Collections.newSetFromMap(new IdentityHashMap<>());

    EngineSegments(
        final EngineContext context,
        final EngineCounters counters,
        final Forwarding forwarding,
        final EventQueue events,
        final CommandQueue commands,
        final List<Worker> workers,
        final TakenResources resources,
        final Shutdown shutdown,
        final FastPathMirror fastPath)
    {
        this.context = context;
        this.counters = counters;
        this.forwarding = forwarding;
        this.events = events;
        this.commands = commands;
        worker = workers.get(0);
        this.resources = resources;
        this.shutdown = shutdown;
        this.fastPath = fastPath;
        changes = new SegmentChanges(context, forwarding, commands, workers, fastPath);
        removedEncap = counters.newTraffic("encap", 0, "removed-segments");
        removedDecap = counters.newTraffic("decap", 0, "removed-segments");
    }

    /** @return all segments, as they are now. */
    public List<SegmentView> all()
    {
        return forwarding.segments().all().stream().map(this::view).toList();
    }

    /** @return the segment, null if there is none. */
    public @Nullable SegmentView get(final int vni)
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
            final int vni = Setting.notNull("segment", settings).vni();
            context.check().segment(settings);
            requireFree(vni);
            settings.ports().forEach(this::requireFree);
            resources.take(settings.ports());
            final Segment segment = undoing(settings.ports(), () -> worker.paths().open(settings));
            fastPath.update(vni);
            return begin(worker.paths().encapPaths(segment), () -> takeBack(segment)).thenApply(none ->
            {
                events.offer(new EngineEvent.SegmentAdded(events.nowNs(), vni));
                return view(segment);
            });
        });
    }

    /**
     * Change the policy of a segment. No frame is lost: each is judged by the policy before or by the policy after.
     * Entries learned so far stay when learning ends, until they have aged.
     *
     * @param change sets the rules that shall be different; runs on the thread that writes the tables.
     * @return completes with the policy before and after, when the whole change is in force; exceptionally, and without
     *         any change, if the segment cannot have the policy.
     */
    public CompletableFuture<PolicyChange> change(final int vni, final Consumer<SegmentPolicy> change)
    {
        return context.ipNetwork() != null ? refuseIpNetwork() :
            commands.ask(() -> changes.change(requireSegment(vni), change)).thenCompose(following -> following);
    }

    /**
     * Remove a segment and close its ports. Until the future completes its VNI cannot be used again.
     *
     * @return completes with the traffic that the segment carried.
     */
    public CompletableFuture<SegmentView.Totals> remove(final int vni)
    {
        return ask(() ->
        {
            final Segment segment = requireSegment(vni);
            forwarding.withdraw(segment);
            fastPath.update(vni);
            leavingVnis.add(vni);
            return end(ports(segment), () -> removedEncap.add(segment.encapTraffic()), () -> settle(segment))
                .thenApply(totals ->
                {
                    events.offer(new EngineEvent.SegmentRemoved(events.nowNs(), vni));
                    return totals;
                });
        });
    }

    /**
     * Add a port to a segment.
     *
     * @param port to add; the engine closes it.
     * @return completes when the port carries frames.
     */
    public CompletableFuture<Void> addPort(final int vni, final Port port)
    {
        return addPort(vni, new LocalPort(port, LocalPort.UNNUMBERED, SegmentContext.NO_MAC));
    }

    /**
     * Add a port to a segment.
     *
     * @param port   to add; the engine closes it.
     * @param ownMac of the device behind it, see {@link SegmentContext#ownMac(MacAddress)}.
     * @return completes when the port carries frames.
     */
    public CompletableFuture<Void> addPort(final int vni, final Port port, final MacAddress ownMac)
    {
        return addPort(vni, new LocalPort(port, LocalPort.UNNUMBERED, ownMac.value()));
    }

    private CompletableFuture<Void> addPort(final int vni, final LocalPort local)
    {
        return ask(() ->
        {
            final Port port = Setting.notNull("port", local.port());
            final Segment segment = requireSegment(vni);
            requireFree(port);
            require(port.mtu() >= segment.portMtu(), "port " + port.name() + " has an MTU of " + port.mtu() +
                ", but segment " + vni + " needs " + segment.portMtu() + "; raise the MTU of the port");
            resources.take(List.of(port));
            return undoing(List.of(port), () ->
            {
                require(forwarding.ports().add(segment, local),
                    "no room for a port: maxRemotes=" + context.maxRemotes() + " is reached; set it higher");
                fastPath.update(vni);
                return begin(List.of(worker.paths().encapPath(segment, port)), () -> takeBack(segment, port));
            }).thenRun(() -> events.offer(new EngineEvent.PortAdded(events.nowNs(), vni, port.name())));
        });
    }

    /**
     * Remove a port from a segment, forget the entries that lead to it, and close it. A segment keeps its last port;
     * the entries that were learned from that port are removed too, because nothing is switched any more.
     *
     * @param port of that segment.
     * @return completes when it is closed.
     */
    public CompletableFuture<Void> removePort(final int vni, final Port port)
    {
        return ask(() ->
        {
            final Segment segment = requireSegment(vni);
            requirePort(segment, port);
            leavingPorts.add(port);
            return end(List.of(port), () -> {}, () -> forget(segment, port))
                .thenRun(() -> events.offer(new EngineEvent.PortRemoved(events.nowNs(), vni, port.name())));
        });
    }

    /** Poll more ports; if that fails, undo the steps before it. */
    private CompletableFuture<Void> begin(final List<EncapPath> encapPaths, final Runnable undo)
    {
        return worker.portCommands().follow(() -> attach(encapPaths))
            .thenCompose(error -> error == null ?
                CompletableFuture.completedFuture(null) :
                commands.perform(undo).thenCompose(none -> CompletableFuture.failedFuture(error)));
    }

    /**
     * Carry the frames that ports have taken, within the time there is for it; poll the ports no more; settle the
     * tables; close the ports.
     */
    private <T> CompletableFuture<T> end(
        final List<Port> ports, final Runnable afterLastFrame, final Supplier<T> settle)
    {
        return worker.drain(() -> ports, context.drainNs())
            .thenCompose(drained -> worker.portCommands().follow(() ->
            {
                final Runnable lastWait = worker.encapAgent().end(ports);
                afterLastFrame.run();
                return lastWait;
            }))
            .thenCompose(lastWait -> commands.follow(settle)
                .thenCompose(answer -> close(ports, lastWait).thenApply(none -> answer)));
    }

    /** Give ports back if an action with them fails. */
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

    private @Nullable Throwable attach(final List<EncapPath> encapPaths)
    {
        try
        {
            encapPaths.forEach(worker.encapAgent()::add);
            return null;
        }
        catch (final RuntimeException | Error ex)
        {
            encapPaths.forEach(path -> worker.encapAgent().remove(path.port()));
            return ex;
        }
    }

    private void takeBack(final Segment segment)
    {
        forwarding.withdraw(segment);
        fastPath.update(segment.vni());
        worker.paths().close(segment);
        resources.giveBack(ports(segment));
    }

    private void takeBack(final Segment segment, final Port port)
    {
        forget(segment, port);
        resources.giveBack(List.of(port));
    }

    private Void forget(final Segment segment, final Port port)
    {
        // The whole segment may have been removed meanwhile.
        if (segment == forwarding.segments().lookup(segment.vni()))
        {
            forwarding.ports().remove(segment, port);
            fastPath.update(segment.vni());
        }
        leavingPorts.remove(port);
        return null;
    }

    private SegmentView.Totals settle(final Segment segment)
    {
        final SegmentView.Totals totals = SegmentView.totals(segment);
        removedDecap.add(segment.decapTraffic());
        worker.paths().close(segment);
        leavingVnis.remove(segment.vni());
        return totals;
    }

    private CompletableFuture<Void> close(final List<Port> ports, final Runnable lastWait)
    {
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        final Runnable close = () ->
        {
            context.errorHandler().run(lastWait);
            context.errorHandler().closeAll(ports);
            ports.forEach(resources::closed);
            ports.forEach(counters::forget);
            closed.complete(null);
        };
        if (context.threadingMode() == ThreadingMode.INVOKER)
        {
            close.run();
            return closed;
        }
        // A device takes time to close. Frames do not wait for that, but the engine does: this is one of its threads.
        shutdown.enter();
        final Runnable closeAndLeave = () ->
        {
            close.run();
            shutdown.leave();
        };
        try
        {
            EngineThreads.make(context.threadFactory(), "overlane-close", closeAndLeave).start();
        }
        catch (final RuntimeException | Error ex)
        {
            // Without a thread frames wait, but the ports are closed.
            context.errorHandler().onError(ex);
            closeAndLeave.run();
        }
        return closed;
    }

    /** Begin on the thread that writes the tables. The steps that follow are queued there, and so in the same order. */
    private <T> CompletableFuture<T> ask(final Supplier<CompletableFuture<T>> first)
    {
        if (context.ipNetwork() != null)
        {
            return refuseIpNetwork();
        }
        if (!context.queues().isEmpty())
        {
            return CompletableFuture.failedFuture(
                new IllegalArgumentException("an engine with several queues keeps its only segment and port"));
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

    private static void require(final boolean isRight, final String message)
    {
        SettingsCheck.require(isRight, message);
    }

    private void requireFree(final int vni)
    {
        require(get(vni) == null, "VNI " + vni + " has a segment already; choose another VNI or remove the segment");
        require(forwarding.gateways().l3(vni) == null,
            "VNI " + vni + " is the L3 VNI of a routing context; choose another VNI");
        require(!leavingVnis.contains(vni),
            "VNI " + vni + " is still being removed; wait until the future of remove(...) completes");
        require(all().size() + leavingVnis.size() < context.maxSegments(),
            "maxSegments=" + context.maxSegments() + " is reached; set it higher or remove a segment");
    }

    private void requireFree(final Port port)
    {
        final Segment segment = segmentOf(port);
        if (segment != null)
        {
            throw new IllegalArgumentException(
                "port " + port.name() + " is in segment " + segment.vni() + " already; remove it there first");
        }
        worker.portWait().check(port, false);
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
        final String name = "port " + port.name();
        final Segment home = segmentOf(port);
        require(home == segment,
            name + " is not in segment " + segment.vni() + (home == null ? "" : " but in " + home.vni()));
        require(!leavingPorts.contains(port), name + " is being removed already");
        require(ports(segment).stream().anyMatch(other -> other != port && !leavingPorts.contains(other)),
            name + " is the last of segment " + segment.vni() + "; remove the segment instead");
    }

    private @Nullable Segment segmentOf(final Port port)
    {
        return forwarding.segments().all().stream()
            .filter(segment -> segment.ports().find(port) != null)
            .findFirst()
            .orElse(null);
    }
}
