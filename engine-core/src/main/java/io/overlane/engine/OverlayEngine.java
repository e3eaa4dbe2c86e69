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
import io.overlane.pipeline.IpDecapPath;
import io.overlane.pipeline.IpEncapPath;
import io.overlane.pipeline.OfferQueue;
import io.overlane.pipeline.SendQueue;
import io.overlane.pipeline.Suppress;
import io.overlane.pipeline.VxlanDecapPath;
import io.overlane.pipeline.VxlanEncapPath;
import io.overlane.port.Port;
import io.overlane.segment.IpNetwork;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentContext;
import io.overlane.signal.IdleWait;
import io.overlane.status.EngineCounters;
import io.overlane.underlay.Underlay;
import io.overlane.wire.VxlanHeader;
import java.util.ArrayList;
import java.util.List;
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

    private final EngineContext context;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final ForwarderProxy proxy;
    private final List<Port> ports = new ArrayList<>();
    private final Agent encapAgent;
    private final Agent decapAgent;
    private final List<WaitWhenIdle> waits = new ArrayList<>();
    private final List<AgentRunner> runners = new ArrayList<>();
    private volatile boolean isClosed;

    private OverlayEngine(final EngineContext context)
    {
        this.context = context;
        counters = new EngineCounters(
            Math.max(1, context.segments().size()), context.maxRemotes(), context.maxDropLines());
        forwarding = new Forwarding(
            context.maxFdbEntries(), context.maxNeighbors(), context.maxRemotes(), context.maxRoutes());
        final ManyToOneConcurrentArrayQueue<Runnable> commands =
            new ManyToOneConcurrentArrayQueue<>(COMMAND_QUEUE_CAPACITY);
        proxy = new ForwarderProxy(
            forwarding,
            commands,
            context.idleWait() == null ? context.underlay()::wake : context.idleWait()::wake);

        final List<EncapPath> encapPaths = new ArrayList<>();
        final OfferQueue toPorts = new OfferQueue(
            context.batchLimit(), context.ipNetwork() == null, counters.decap());
        final DecapPath decapPath = context.ipNetwork() == null ?
            vxlanPaths(encapPaths, toPorts) :
            ipPaths(encapPaths, toPorts);
        encapPaths.forEach(path -> ports.add(path.port()));
        encapAgent = new EncapAgent(
            encapPaths,
            context.batchLimit(),
            context.threadingMode() == ThreadingMode.SPLIT ? context.moderation() : Moderation.NONE);
        decapAgent = new DecapAgent(
            commands,
            context.underlay(),
            decapPath,
            new TableAger(forwarding.fdb(), forwarding.remotes(), context.clock(), context.fdbAgeNs()),
            context.batchLimit());
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
        return isClosed ? 0 : doWork(encapAgent) + doWork(decapAgent);
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

    private DecapPath vxlanPaths(final List<EncapPath> encapPaths, final OfferQueue toPorts)
    {
        final SendQueue toUnderlay = new SendQueue(
            context.underlay(),
            context.batchLimit(),
            forwarding.remotes(),
            counters.encap(),
            VxlanHeader.LENGTH);
        for (final SegmentContext settings : context.segments())
        {
            final String label = "vni-" + settings.vni();
            final Segment segment = new Segment(
                settings, counters.newTraffic("encap", label), counters.newTraffic("decap", label));
            forwarding.segments().add(segment);
            fill(settings);
            encapPaths.add(new VxlanEncapPath(
                segment,
                forwarding.fdb(),
                new Suppress(forwarding.neighbors()),
                toUnderlay,
                counters.encap()));
        }
        return new VxlanDecapPath(
            forwarding.segments(),
            forwarding.fdb(),
            forwarding.remotes(),
            context.peerUdpPort(),
            context.clock(),
            toPorts,
            counters.decap());
    }

    private DecapPath ipPaths(final List<EncapPath> encapPaths, final OfferQueue toPorts)
    {
        final IpNetwork network = new IpNetwork(
            context.ipNetwork(),
            forwarding.routes(),
            counters.newTraffic("encap", "ip"),
            counters.newTraffic("decap", "ip"));
        context.ipNetwork().routes().forEach((prefix, remote) ->
            requireRoom(forwarding.putRoute(prefix, remote), "routes or remotes"));
        final SendQueue toUnderlay = new SendQueue(
            context.underlay(), context.batchLimit(), forwarding.remotes(), counters.encap(), 0);
        encapPaths.add(new IpEncapPath(network, toUnderlay, counters.encap()));
        return new IpDecapPath(network, forwarding.remotes(), toPorts, counters.decap());
    }

    private void fill(final SegmentContext settings)
    {
        final int vni = settings.vni();
        settings.fdb().forEach((mac, remote) ->
            requireRoom(forwarding.putFdb(vni, mac, remote), "FDB entries or remotes"));
        settings.flood().forEach(remote ->
            requireRoom(forwarding.addFlood(vni, remote), "remotes"));
        settings.neighbors().forEach((address, mac) ->
            requireRoom(forwarding.putNeighbor(vni, address, mac), "neighbours"));
    }

    private void start()
    {
        final Underlay underlay = context.underlay();
        switch (context.threadingMode())
        {
            case SHARED:
                run(new CompositeAgent(decapAgent, encapAgent), sharedWait());
                break;

            case SPLIT:
                final Port first = ports.get(0);
                for (int i = 1; i < ports.size(); i++)
                {
                    requireWaking(ports.get(i), first::wake);
                }
                run(decapAgent, new WaitWhenIdle(underlay::await, underlay::wake));
                run(encapAgent, new WaitWhenIdle(first::await, first::wake));
                break;

            default:
                break;
        }
    }

    private WaitWhenIdle sharedWait()
    {
        final IdleWait idleWait = context.idleWait();
        if (idleWait != null)
        {
            // Those that cannot wake it are what it waits for.
            ports.forEach(port -> port.wakes(idleWait::wake));
            return new WaitWhenIdle(idleWait::await, idleWait::wake);
        }
        final Underlay underlay = context.underlay();
        ports.forEach(port -> requireWaking(port, underlay::wake));
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

    private static void requireRoom(final boolean isTaken, final String what)
    {
        if (!isTaken)
        {
            throw new IllegalArgumentException("more " + what + " configured than the context has room for");
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
    }
}
