// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.forwarding.Forwarding;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.policy.PolicyChange;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.NanoClock;

/**
 * Changes the rules of running segments. What is received meets the new rules as soon as they are there; what a port
 * sends, when its path has been replaced between two batches. No frame is lost, none waits.
 */
final class SegmentChanges
{
    /** Entries that make room in one command: frames wait for it. */
    private static final int EVICTED_AT_A_TIME = 64;

    private final EngineContext context;
    private final Forwarding forwarding;
    private final CommandQueue commands;
    private final List<Lane> lanes;

    /**
     * What carries one queue.
     *
     * @param paths        makes its paths.
     * @param portCommands for the thread that polls its ports.
     * @param encapAgent   polls them.
     */
    record Lane(PathBuilder paths, CommandQueue portCommands, EncapAgent encapAgent)
    {
        /**
         * Take no more frames from ports, and carry what they have taken.
         *
         * @param ports   of this queue; asked for on the thread that polls them.
         * @param clock   measures the time.
         * @param limitNs how long it may take, in nanoseconds; 0: nothing is done.
         * @return completes when all is carried or the time is over.
         */
        CompletableFuture<Void> drain(
            final Supplier<List<Port>> ports, final NanoClock clock, final long limitNs)
        {
            if (limitNs == 0)
            {
                return CompletableFuture.completedFuture(null);
            }
            final long startNs = clock.nanoTime();
            return portCommands.follow(() ->
            {
                ports.get().forEach(Port::endInput);
                return null;
            })
                .thenCompose(none -> carry(ports, clock, startNs, limitNs));
        }

        private CompletableFuture<Void> carry(
            final Supplier<List<Port>> ports, final NanoClock clock, final long startNs, final long limitNs)
        {
            return portCommands.follow(() ->
                ports.get().stream().anyMatch(Port::hasInput) && clock.nanoTime() - startNs < limitNs)
                .thenCompose(isMore -> isMore ?
                    carry(ports, clock, startNs, limitNs) :
                    CompletableFuture.completedFuture(null));
        }
    }

    /**
     * @param context    settings.
     * @param forwarding the tables.
     * @param commands   for the thread that writes them.
     * @param lanes      every queue, the first one first.
     */
    SegmentChanges(
        final EngineContext context,
        final Forwarding forwarding,
        final CommandQueue commands,
        final List<Lane> lanes)
    {
        this.context = context;
        this.forwarding = forwarding;
        this.commands = commands;
        this.lanes = List.copyOf(lanes);
    }

    /** On the thread that writes the tables. Completes when all of the change is in force. */
    CompletableFuture<PolicyChange> change(final Segment segment, final Consumer<SegmentPolicy> change)
    {
        final int vni = segment.vni();
        final SegmentPolicy before = segment.rules();
        final SegmentPolicy wanted = before.copy();
        change.accept(wanted);
        context.check().policy(vni, wanted);
        if (before.isSameAs(wanted))
        {
            return CompletableFuture.completedFuture(new PolicyChange(before, before));
        }
        if (before.floodBudget().equals(wanted.floodBudget()))
        {
            // What was taken from it stays taken.
            wanted.floodBudget(before.floodBudget());
        }
        join(vni, less(wanted.groups(), before.groups()));
        final SegmentPolicy after = wanted.fixed();
        lanes.forEach(lane -> lane.paths.segments().lookup(vni).rules(after));
        lanes.get(0).paths.apply(vni, after);
        less(before.groups(), after.groups()).forEach(group -> lanes.get(0).paths.leave(vni, group));

        final List<CompletableFuture<?>> open = new ArrayList<>();
        lanes.forEach(lane -> open.add(replacePaths(lane, vni)));
        open.add(trim(segment));
        return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
            .thenApply(done -> new PolicyChange(before, after));
    }

    /** All of them or none. */
    private void join(final int vni, final Set<IpAddress> groups)
    {
        final List<IpAddress> joined = new ArrayList<>();
        try
        {
            for (final IpAddress group : groups)
            {
                lanes.get(0).paths.join(vni, group);
                joined.add(group);
            }
        }
        catch (final RuntimeException | Error ex)
        {
            joined.forEach(group -> lanes.get(0).paths.leave(vni, group));
            throw ex;
        }
    }

    /** Ports that join later get paths of the new rules anyway, and those that have left are passed over. */
    private static CompletableFuture<Void> replacePaths(final Lane lane, final int vni)
    {
        final List<EncapPath> paths = lane.paths.encapPaths(lane.paths.segments().lookup(vni));
        return lane.portCommands.follow(() ->
        {
            paths.forEach(lane.encapAgent::replace);
            return null;
        });
    }

    private CompletableFuture<Void> trim(final Segment segment)
    {
        return segment == forwarding.segments().lookup(segment.vni()) &&
            forwarding.fdb().trim(segment.vni(), EVICTED_AT_A_TIME) ?
            commands.follow(() -> trim(segment)).thenCompose(rest -> rest) :
            CompletableFuture.completedFuture(null);
    }

    private static Set<IpAddress> less(final Set<IpAddress> from, final Set<IpAddress> some)
    {
        final Set<IpAddress> rest = new LinkedHashSet<>(from);
        rest.removeAll(some);
        return rest;
    }
}
