package io.overlane.engine;

import io.overlane.address.Vtep;
import io.overlane.agent.DecapAgent;
import io.overlane.agent.EncapAgent;
import io.overlane.agent.Forwarding;
import io.overlane.agent.ForwarderProxy;
import io.overlane.agent.Moderation;
import io.overlane.agent.TableAger;
import io.overlane.agent.WaitWhenIdle;
import io.overlane.pipeline.DecapPath;
import io.overlane.pipeline.EncapPath;
import io.overlane.pipeline.LearnRing;
import io.overlane.pipeline.VxlanDecapPath;
import io.overlane.port.Port;
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
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/**
 * A running engine: ports on one side, an underlay on the other, and the tables between them.
 *
 * <p>{@link #proxy()}, {@link #counters()} and {@link #close()} may be called from any thread.
 */
public final class OverlayEngine implements AutoCloseable
{
    private static final int COMMAND_QUEUE_CAPACITY = 4096;

    /** For threads that may not write the tables: nothing is ever put in. */
    private static final ManyToOneConcurrentArrayQueue<Runnable> NO_COMMANDS = new ManyToOneConcurrentArrayQueue<>(2);

    private final EngineContext context;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final ForwarderProxy proxy;
    /** Null with one queue. */
    private final LearnRing learned;
    private final List<Worker> workers = new ArrayList<>();
    private final List<WaitWhenIdle> waits = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private volatile boolean isClosed;

    /** The two halves that carry one queue, and where they wait. */
    private record Worker(
        List<Port> ports, Underlay underlay, IdleWait idleWait, Agent encapAgent, Agent decapAgent)
    {
    }

    private OverlayEngine(final EngineContext context)
    {
        this.context = context;
        counters = new EngineCounters(
            Math.max(1, context.segments().size()),
            context.maxRemotes(),
            context.maxDropLines(),
            1 + context.queues().size());
        forwarding = new Forwarding(
            context.fdb(),
            counters.tables(),
            context.maxNeighbors(),
            context.maxRemotes(),
            context.maxRoutes(),
            // A socket with an IPv6 address may have been made for both.
            address -> address.isV4() || !context.underlay().local().address().isV4(),
            context.clock());
        forwarding.remotes().onNew(counters::resetRemote);
        if (context.tableEvents() != null)
        {
            forwarding.tell(context.tableEvents());
        }
        final Runnable wake = context.idleWait() == null ? context.underlay()::wake : context.idleWait()::wake;
        final ManyToOneConcurrentArrayQueue<Runnable> commands =
            new ManyToOneConcurrentArrayQueue<>(COMMAND_QUEUE_CAPACITY);
        proxy = new ForwarderProxy(forwarding, commands, wake);
        learned = context.queues().isEmpty() ? null : new LearnRing(wake, context.fdbAgeNs());

        final boolean isVxlan = context.ipNetwork() == null;
        final PathBuilder paths = new PathBuilder(context, counters, forwarding, learned);
        if (isVxlan)
        {
            final VxlanDecapPath decapPath = paths.vxlan();
            addWorker(paths, decapPath, commands, upkeep(decapPath));
        }
        else
        {
            addWorker(paths, paths.ip(), commands, upkeep(null));
        }
        for (int i = 1; i <= context.queues().size(); i++)
        {
            final PathBuilder further = paths.further(i);
            addWorker(further, isVxlan ? further.vxlan() : further.ip(), NO_COMMANDS, () -> 0);
        }
    }

    /** What the one thread that writes the tables does besides: it learns what others heard, and forgets. */
    private IntSupplier upkeep(final VxlanDecapPath path)
    {
        final TableAger ager = new TableAger(forwarding.fdb(), context.clock(), context.fdbAgeNs());
        if (learned == null || path == null)
        {
            return ager::age;
        }
        final LearnRing.Consumer consumer = path::learn;
        return () -> learned.drain(consumer) + ager.age();
    }

    private void addWorker(
        final PathBuilder paths,
        final DecapPath decapPath,
        final ManyToOneConcurrentArrayQueue<Runnable> commands,
        final IntSupplier upkeep)
    {
        workers.add(new Worker(
            paths.encapPaths().stream().map(EncapPath::port).toList(),
            paths.underlay(),
            paths.idleWait(),
            new EncapAgent(
                paths.encapPaths(),
                context.batchLimit(),
                context.threadingMode() == ThreadingMode.SPLIT ? context.moderation() : Moderation.NONE),
            new DecapAgent(commands, paths.underlay(), decapPath, upkeep, context.batchLimit())));
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

    /** @return what further queues heard and could not hand over to be learned; 0 with one queue. */
    public long forgotten()
    {
        return learned == null ? 0 : learned.forgotten();
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
            proxy.close();
            closeAll(context);
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
        final Port first = worker.ports().get(0);
        for (int i = 1; i < worker.ports().size(); i++)
        {
            requireWaking(worker.ports().get(i), first::wake);
        }
        run(worker.decapAgent(), new WaitWhenIdle(worker.underlay()::await, worker.underlay()::wake));
        run(worker.encapAgent(), new WaitWhenIdle(first::await, first::wake));
    }

    private WaitWhenIdle sharedWait(final Worker worker)
    {
        final IdleWait idleWait = worker.idleWait();
        if (idleWait != null)
        {
            // Those that cannot wake it are what it waits for.
            worker.ports().forEach(port -> port.wakes(idleWait::wake));
            return new WaitWhenIdle(idleWait::await, idleWait::wake);
        }
        final Underlay underlay = worker.underlay();
        worker.ports().forEach(port -> requireWaking(port, underlay::wake));
        return new WaitWhenIdle(underlay::await, underlay::wake);
    }

    private void run(final Agent agent, final WaitWhenIdle wait)
    {
        final AgentRunner runner = new AgentRunner(wait, context.errorHandler(), null, agent);
        waits.add(wait);
        runners.add(runner);
        AgentRunner.startOnThread(runner, context.threadFactory());
    }

    private void requireWaking(final Port port, final Runnable wake)
    {
        if (!port.wakes(wake))
        {
            throw new IllegalArgumentException("port " + port.name() + " cannot wake a thread that waits elsewhere:" +
                " threadingMode=" + context.threadingMode() + " needs it to (a device wants SPLIT, one to an engine," +
                " or an idleWait)");
        }
    }

    private static void closeAll(final EngineContext context)
    {
        context.segments().forEach(segment -> CloseHelper.quietClose(segment.port()));
        if (context.ipNetwork() != null)
        {
            CloseHelper.quietClose(context.ipNetwork().port());
        }
        CloseHelper.quietCloseAll(context.idleWait(), context.underlay());
        context.queues().forEach(queue ->
            CloseHelper.quietCloseAll(queue.port(), queue.idleWait(), queue.underlay()));
    }
}
