// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.engine.OverlayEngine;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A simulated fabric: engines on a network in memory and a virtual clock, without threads. Stations behind them send
 * frames, while stations, engines, flood lists and policies change and the network loses, delays, copies and reorders
 * datagrams. A model in simple maps, which shares no code with the engine, says what each engine must do with each
 * frame: the datagrams and frames that leave it, their bytes, and the fate of the frame. The first difference ends the
 * run.
 *
 * <pre>
 *   station ─► port ─► engine ─► MemoryFabric (lossy) ─► engine ─► port ─► station
 *                        ║                                 ║
 *                      model                             model         compared after every input
 * </pre>
 *
 * <p>Everything that is random comes from one seed, so that a run can be repeated. Settings are in {@link
 * FabricContext}; an application can give its own policies there.
 */
public final class Fabric
{
    private static final int GARBAGE_COLLECTIONS = 20;
    private static final int TASKS_PER_LOOK_AT_CLOCK = 256;

    private final FabricContext context;
    private final Simulation simulation;
    private final Changes changes;
    private final List<String> disagreements = new ArrayList<>();
    private final long startedNs = System.nanoTime();
    private long checks;
    private int nextChecked;
    private int heldEngines;

    private Fabric(final FabricContext context)
    {
        this.context = context;
        simulation = new Simulation(context);
        final SplittableRandom random = new SplittableRandom(~context.seed());
        changes = new Changes(simulation, random.split());
        changes.start(context);
        new Hostility(simulation, random.split()).start(context.hostilePerSecond());
        simulation.workload().start(context.framesPerSecond());
        planCheck();
    }

    /**
     * Run a fabric on this thread until its time is over, or until an engine does something else than the model says.
     *
     * @return what happened. {@link FabricReport#disagreements()} has the differences.
     * @throws IllegalArgumentException if the model does not know a rule of a policy.
     */
    public static FabricReport run(final FabricContext context)
    {
        return new Fabric(context).run();
    }

    private FabricReport run()
    {
        try
        {
            work();
            simulation.engines().stream().filter(SimEngine::isUp).forEach(this::check);
            if (simulation.fabric().lost() > 0)
            {
                throw new IllegalStateException(
                    "a queue of the network was full; the fabric has too many frames for one instant");
            }
        }
        catch (final Disagreement ex)
        {
            disagreements.add(describe(ex));
        }
        final FabricReport report = report();
        end();
        return new FabricReport(
            report.seed(), report.engines(), report.frames(), report.datagrams(), report.delivered(), report.events(),
            report.starts(), report.changes(), report.checks(), report.drops(), report.virtualNs(),
            report.wallNs(), report.hash(), List.copyOf(disagreements), heldEngines);
    }

    private void work()
    {
        final long launchedNs = System.nanoTime();
        long tasks = 0;
        long reportedNs = startedNs;
        while (simulation.scheduler().runNext())
        {
            if (++tasks % TASKS_PER_LOOK_AT_CLOCK == 0)
            {
                final long nowNs = System.nanoTime();
                if (nowNs - launchedNs >= context.maxWallNs())
                {
                    return;
                }
                if (nowNs - reportedNs >= context.progressNs())
                {
                    reportedNs = nowNs;
                    context.progress().accept(report());
                }
            }
        }
    }

    private void planCheck()
    {
        simulation.scheduler().after(Math.max(1, context.checkEveryNs() / context.engines()), () ->
        {
            if (!simulation.isOver())
            {
                planCheck();
                final SimEngine engine = simulation.engines().get(nextChecked++ % context.engines());
                if (engine.isUp())
                {
                    check(engine);
                }
            }
        });
    }

    private void check(final SimEngine engine)
    {
        engine.check();
        checks++;
    }

    private String describe(final Disagreement ex)
    {
        return String.format(
            Locale.ROOT, "seed %d, at %.9f virtual s, engine %d: %s%nlast events:%n  %s%nto run it again: seed(%d), " +
                "engines(%d), networks(%d), stations(%d), framesPerSecond(%d), changesPerSecond(%s), " +
                "hostilePerSecond(%s), loss(%s), duplication(%s), lateness(%s)",
            context.seed(), simulation.scheduler().nowNs() / 1e9, ex.engine(), ex.getMessage(),
            String.join(System.lineSeparator() + "  ", simulation.history().of(ex.engine(), ex.mac())),
            context.seed(), context.engines(), context.networks(), context.stations(), context.framesPerSecond(),
            context.changesPerSecond(), context.hostilePerSecond(), context.loss(), context.duplication(),
            context.lateness());
    }

    private FabricReport report()
    {
        return new FabricReport(
            context.seed(),
            context.engines(),
            simulation.traces().count(),
            simulation.arrived(),
            simulation.delivered(),
            simulation.scheduler().executed(),
            simulation.starts(),
            changes.count(),
            checks,
            simulation.drops(),
            simulation.scheduler().elapsedNs(),
            System.nanoTime() - startedNs,
            simulation.hash(),
            List.copyOf(disagreements),
            0);
    }

    /** Close all engines, and find out whether anything still holds one of those that have ended. */
    private void end()
    {
        simulation.engines().stream().filter(SimEngine::isUp).forEach(engine ->
        {
            try
            {
                engine.stop();
            }
            catch (final Disagreement ex)
            {
                disagreements.add(describe(ex));
            }
        });
        final List<WeakReference<OverlayEngine>> ended = simulation.ended();
        for (int i = 0; i < GARBAGE_COLLECTIONS && ended.stream().anyMatch(engine -> !engine.refersTo(null)); i++)
        {
            System.gc();
        }
        heldEngines = (int)ended.stream().filter(engine -> !engine.refersTo(null)).count();
    }
}
