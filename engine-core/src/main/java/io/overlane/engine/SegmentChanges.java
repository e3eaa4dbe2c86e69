// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.forwarding.Forwarding;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.policy.PolicyChange;
import io.overlane.policy.SegmentPolicy;
import io.overlane.segment.Segment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Changes the policy of running segments. The new policy applies to received frames at once, and to frames from a port
 * when the path of the port has been replaced between two batches. No frame is lost, none waits.
 */
final class SegmentChanges
{
    /** Entries that one command evicts; frames wait for the command. */
    private static final int EVICTED_AT_A_TIME = 64;

    private final EngineContext context;
    private final Forwarding forwarding;
    private final CommandQueue commands;
    private final List<Worker> workers;
    private final PathBuilder paths;
    private final FastPathMirror fastPath;

    /** {@code commands} are for the thread that writes the tables. The worker of the first queue is the first. */
    SegmentChanges(
        final EngineContext context,
        final Forwarding forwarding,
        final CommandQueue commands,
        final List<Worker> workers,
        final FastPathMirror fastPath)
    {
        this.context = context;
        this.forwarding = forwarding;
        this.commands = commands;
        this.workers = workers;
        paths = workers.get(0).paths();
        this.fastPath = fastPath;
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
            // A budget that does not change keeps what has been taken from it.
            wanted.floodBudget(before.floodBudget());
        }
        join(vni, less(wanted.groups(), before.groups()));
        final SegmentPolicy after = wanted.fixed();
        workers.forEach(worker -> worker.paths().segment(vni).rules(after));
        paths.apply(vni, after);
        fastPath.update(vni);
        less(before.groups(), after.groups()).forEach(group -> paths.leave(vni, group));

        final List<CompletableFuture<?>> open = new ArrayList<>();
        workers.forEach(worker -> open.add(replacePaths(worker, vni)));
        open.add(trim(segment));
        return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
            .thenApply(done -> new PolicyChange(before, after));
    }

    /** Join all of the groups or none. */
    private void join(final int vni, final Set<IpAddress> groups)
    {
        final List<IpAddress> joined = new ArrayList<>();
        try
        {
            for (final IpAddress group : groups)
            {
                paths.join(vni, group);
                joined.add(group);
            }
        }
        catch (final RuntimeException | Error ex)
        {
            joined.forEach(group -> paths.leave(vni, group));
            throw ex;
        }
    }

    /** Ports that are added later get paths with the new policy anyway; for removed ports this does nothing. */
    private static CompletableFuture<Void> replacePaths(final Worker worker, final int vni)
    {
        final List<EncapPath> paths = worker.paths().encapPaths(worker.paths().segment(vni));
        return worker.portCommands().perform(() -> paths.forEach(worker.encapAgent()::replace));
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
