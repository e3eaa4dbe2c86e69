package io.overlane.engine;

import io.overlane.address.Vtep;
import io.overlane.agent.CommandQueue;
import io.overlane.agent.DecapAgent;
import io.overlane.agent.EncapAgent;
import io.overlane.agent.Forwarding;
import io.overlane.agent.ForwarderProxy;
import io.overlane.agent.Moderation;
import io.overlane.agent.PortWait;
import io.overlane.agent.PortWiring;
import io.overlane.agent.TableAger;
import io.overlane.agent.WaitWhenIdle;
import io.overlane.agent.WaitingPorts;
import io.overlane.agent.WakingPorts;
import io.overlane.pipeline.DecapPath;
import io.overlane.pipeline.EncapPath;
import io.overlane.pipeline.LearnRing;
import io.overlane.pipeline.VxlanDecapPath;
import io.overlane.signal.IdleWait;
import io.overlane.status.EngineCounters;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.NanoClock;

/**
 * A running engine: ports on one side, an underlay on the other, and the tables between them.
 *
 * <p>{@link #proxy()}, {@link #segments()}, {@link #counters()} and {@link #close()} may be called from any thread.
 */
public final class OverlayEngine implements AutoCloseable
{
    private final EngineContext context;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final ForwarderProxy proxy;
    /** Null with one queue. */
    private final LearnRing learned;
    private final EngineSegments segments;
    private final CommandQueue commands;
    private final List<SegmentChanges.Lane> lanes = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final List<WaitWhenIdle> waits = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private volatile boolean isClosed;

    /** The two halves that carry one queue, what they begin with, and where they wait. */
    private record Worker(
        List<EncapPath> paths,
        Underlay underlay,
        IdleWait idleWait,
        PortWiring wiring,
        EncapAgent encapAgent,
        Agent decapAgent)
    {
    }

    private OverlayEngine(final EngineContext context)
    {
        this.context = context;
        counters = new EngineCounters(
            context.maxSegments() + EngineSegments.FURTHER_COUNTERS,
            context.maxRemotes(),
            context.maxDropLines(),
            1 + context.queues().size(),
            context.clock());
        forwarding = new Forwarding(
            context.fdb(),
            counters.tables(),
            context.maxNeighbors(),
            context.maxRemotes(),
            context.maxRoutes(),
            context.peerUdpPort(),
            context::canReach,
            context.clock());
        forwarding.remotes().onNew(counters::resetRemote);
        if (context.tableEvents() != null)
        {
            forwarding.tell(context.tableEvents());
        }
        final Runnable wake = context.idleWait() == null ? context.underlay()::wake : context.idleWait()::wake;
        commands = new CommandQueue(wake);
        proxy = new ForwarderProxy(forwarding, commands);

        final boolean isVxlan = context.ipNetwork() == null;
        final boolean isSplit = context.threadingMode() == ThreadingMode.SPLIT;
        learned = isVxlan && (isSplit || !context.queues().isEmpty()) ?
            new LearnRing(wake, context.fdbAgeNs()) :
            null;
        final PathBuilder paths = new PathBuilder(context, counters, forwarding, learned);
        final DecapPath decapPath = isVxlan ? paths.vxlan() : paths.ip();
        final PortWiring wiring = wiring(paths);
        final CommandQueue portCommands = portCommands(paths, wiring);
        workers.add(worker(paths, decapPath, wiring, commands, portCommands, upkeep(decapPath)));
        // An idleWait knows the ports there are at launch, none that come later.
        final PortWiring later =
            context.threadingMode() == ThreadingMode.SHARED ? new WakingPorts(wake, false) : wiring;
        lanes.add(new SegmentChanges.Lane(paths, portCommands, workers.get(0).encapAgent()));
        for (int i = 1; i <= context.queues().size(); i++)
        {
            final PathBuilder further = paths.further(i);
            final DecapPath furtherPath = isVxlan ? further.vxlan() : further.ip();
            final PortWiring furtherWiring = wiring(further);
            final CommandQueue furtherCommands = portCommands(further, furtherWiring);
            final CommandQueue none = new CommandQueue(() -> {});
            workers.add(worker(further, furtherPath, furtherWiring, none, furtherCommands, () -> 0));
            lanes.add(new SegmentChanges.Lane(further, furtherCommands, workers.get(i).encapAgent()));
        }
        segments = new EngineSegments(context, counters, forwarding, commands, lanes, later);
    }

    /** What the one thread that writes the tables does besides: it learns what others heard, and forgets. */
    private IntSupplier upkeep(final DecapPath path)
    {
        final TableAger ager = new TableAger(forwarding.fdb(), context.clock(), context.fdbAgeNs());
        if (learned == null)
        {
            return ager::age;
        }
        final VxlanDecapPath learns = (VxlanDecapPath)path;
        final LearnRing.Consumer consumer = (vni, mac, high, low) ->
        {
            if (forwarding.ports().isCurrent(vni, high, low))
            {
                learns.learn(vni, mac, high, low);
            }
        };
        return () -> learned.drain(consumer) + ager.age();
    }

    /** For the thread that polls the ports of a queue. */
    private static CommandQueue portCommands(final PathBuilder paths, final PortWiring wiring)
    {
        return new CommandQueue(wiring instanceof WaitingPorts waiting ? waiting.place()::wake :
            paths.idleWait() != null ? paths.idleWait()::wake :
            paths.underlay()::wake);
    }

    private Worker worker(
        final PathBuilder paths,
        final DecapPath decapPath,
        final PortWiring wiring,
        final CommandQueue tableCommands,
        final CommandQueue encapCommands,
        final IntSupplier upkeep)
    {
        return new Worker(
            paths.encapPaths(),
            paths.underlay(),
            paths.idleWait(),
            wiring,
            new EncapAgent(
                encapCommands,
                wiring,
                context.batchLimit(),
                context.threadingMode() == ThreadingMode.SPLIT ? context.moderation() : Moderation.NONE,
                decapPath::superFrames),
            new DecapAgent(tableCommands, paths.underlay(), decapPath, upkeep, context.batchLimit()));
    }

    private PortWiring wiring(final PathBuilder paths)
    {
        return switch (context.threadingMode())
        {
            case INVOKER -> PortWiring.NONE;
            case SPLIT -> new WaitingPorts(context.threadFactory(), context.errorHandler());
            case SHARED -> paths.idleWait() == null ?
                new WakingPorts(paths.underlay()::wake, false) :
                new WakingPorts(paths.idleWait()::wake, true);
        };
    }

    private static PortWait splitPlace(final Worker worker)
    {
        return ((WaitingPorts)worker.wiring()).place();
    }

    /**
     * Check the settings, build the engine and start its threads. The engine takes over the underlay and the ports:
     * {@link #close()} closes them, and so does this method if it fails.
     *
     * @param context settings.
     * @return a running engine, or in {@link ThreadingMode#INVOKER} one that runs when told to.
     * @throws IllegalArgumentException if a setting cannot work; the message is one line.
     */
    public static OverlayEngine launch(final EngineContext context)
    {
        OverlayEngine engine = null;
        try
        {
            context.conclude();
            engine = new OverlayEngine(context);
            engine.start();
            return engine;
        }
        catch (final RuntimeException | Error ex)
        {
            if (engine == null)
            {
                closeAll(context);
            }
            else
            {
                engine.close();
            }
            throw ex;
        }
    }

    /**
     * Run one duty cycle of both directions. {@link ThreadingMode#INVOKER} only, always on the same thread.
     *
     * @return frames and commands worked on; 0 once the engine is closed.
     */
    public int doWork()
    {
        if (context.threadingMode() != ThreadingMode.INVOKER)
        {
            throw new IllegalStateException("the engine runs on threads of its own: " + context.threadingMode());
        }
        int work = 0;
        for (int i = 0; i < workers.size() && !isClosed; i++)
        {
            work += doWork(workers.get(i).encapAgent()) + doWork(workers.get(i).decapAgent());
        }
        return work;
    }

    /** @return asks for changes to the running engine. */
    public ForwarderProxy proxy()
    {
        return proxy;
    }

    /** @return adds and removes segments and ports of the running engine. */
    public EngineSegments segments()
    {
        return segments;
    }

    /** @return what became of every frame. */
    public EngineCounters counters()
    {
        return counters;
    }

    /** @return the tables; any thread may look things up, none may change them. */
    public Forwarding forwarding()
    {
        return forwarding;
    }

    /** @return where the underlay is bound. */
    public Vtep local()
    {
        return context.underlay().local();
    }

    /** @return where it takes the time from; that of drop samples is on it. */
    public NanoClock clock()
    {
        return context.clock();
    }

    /** @return what further queues heard and could not hand over to be learned; 0 with one queue. */
    public long forgotten()
    {
        return learned == null ? 0 : learned.forgotten();
    }

    /** @return datagrams that the underlays of all queues dropped before the engine could read them. */
    public long receiveDrops()
    {
        return workers.stream().mapToLong(worker -> worker.underlay().receiveDrops()).sum();
    }

    /** Stop the threads, then close ports and underlay. Closing twice does no harm. */
    @Override
    public synchronized void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            waits.forEach(WaitWhenIdle::stop);
            CloseHelper.closeAll(context.errorHandler(), runners);
            workers.forEach(worker -> worker.encapAgent().removeAll());
            commands.close();
            lanes.forEach(lane -> lane.portCommands().close());
            closeAll(context);
            segments.close();
        }
    }

    private int doWork(final Agent agent)
    {
        try
        {
            return agent.doWork();
        }
        catch (final Exception ex)
        {
            context.errorHandler().onError(ex);
            return 0;
        }
    }

    private void start()
    {
        for (final Worker worker : workers)
        {
            worker.paths().forEach(path -> worker.wiring().check(path.port()));
            worker.paths().forEach(worker.encapAgent()::add);
        }
        switch (context.threadingMode())
        {
            case SHARED:
                workers.forEach(worker ->
                    run(new CompositeAgent(worker.decapAgent(), worker.encapAgent()), sharedWait(worker)));
                break;

            case SPLIT:
                workers.forEach(this::split);
                break;

            default:
                break;
        }
    }

    private void split(final Worker worker)
    {
        final PortWait place = splitPlace(worker);
        run(worker.decapAgent(), new WaitWhenIdle(worker.underlay()::await, worker.underlay()::wake));
        run(worker.encapAgent(), new WaitWhenIdle(place::await, place::wake));
    }

    private static WaitWhenIdle sharedWait(final Worker worker)
    {
        final IdleWait idleWait = worker.idleWait();
        return idleWait != null ?
            new WaitWhenIdle(idleWait::await, idleWait::wake) :
            new WaitWhenIdle(worker.underlay()::await, worker.underlay()::wake);
    }

    private void run(final Agent agent, final WaitWhenIdle wait)
    {
        final AgentRunner runner = new AgentRunner(wait, context.errorHandler(), null, agent);
        waits.add(wait);
        runners.add(runner);
        AgentRunner.startOnThread(runner, context.threadFactory());
    }

    private static void closeAll(final EngineContext context)
    {
        context.segments().forEach(segment -> segment.ports().forEach(CloseHelper::quietClose));
        if (context.ipNetwork() != null)
        {
            CloseHelper.quietClose(context.ipNetwork().port());
        }
        CloseHelper.quietCloseAll(context.idleWait(), context.underlay());
        context.queues().forEach(queue ->
            CloseHelper.quietCloseAll(queue.port(), queue.idleWait(), queue.underlay()));
    }
}
