// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.port.PortSelector;
import io.overlane.signal.IdleWait;
import io.overlane.status.GuardedErrorHandler;
import io.overlane.underlay.Underlay;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.CompositeAgent;

/** The two halves that carry one queue, and where they wait: on no thread of their own, on one, or on two. */
final class Worker
{
    private final EngineContext context;
    private final PathBuilder paths;
    private final PortWiring wiring;
    private final CommandQueue portCommands;
    private final EncapAgent encapAgent;
    private final Agent decapAgent;

    /**
     * @param context       settings.
     * @param paths         of the queue; built.
     * @param decapPath     of the queue.
     * @param tableCommands for the thread that polls the underlay.
     * @param upkeep        what else that thread does in every cycle.
     */
    Worker(
        final EngineContext context,
        final PathBuilder paths,
        final DecapPath decapPath,
        final CommandQueue tableCommands,
        final IntSupplier upkeep)
    {
        this.context = context;
        this.paths = paths;
        final Runnable wake = paths.idleWait() == null ? paths.underlay()::wake : paths.idleWait()::wake;
        Runnable wakeEncap = wake;
        switch (context.threadingMode())
        {
            case SPLIT:
                final WaitingPorts waiting = new WaitingPorts(context.threadFactory(), context.errorHandler());
                wiring = waiting;
                wakeEncap = waiting.place()::wake;
                break;

            case SHARED:
                wiring = new WakingPorts(wake, selector(), paths.idleWait() != null);
                break;

            default:
                wiring = PortWiring.NONE;
                break;
        }
        portCommands = new CommandQueue(wakeEncap, context.errorHandler());
        encapAgent = new EncapAgent(
            portCommands,
            wiring,
            new PortGuard(context.errorHandler()),
            context.batchLimit(),
            context.threadingMode() == ThreadingMode.SPLIT ? context.moderation() : Moderation.NONE,
            decapPath::superFrames,
            context.errorHandler());
        decapAgent = new DecapAgent(
            tableCommands,
            new UnderlayGuard(paths.underlay(), context.errorHandler()),
            decapPath,
            upkeep,
            context.batchLimit());
    }

    /** What changes of segments need of it. */
    SegmentChanges.Lane lane()
    {
        return new SegmentChanges.Lane(paths, portCommands, encapAgent);
    }

    /** How ports that come after launch are waited for: an idleWait that is no selector knows those of launch only. */
    PortWiring laterWiring()
    {
        return context.threadingMode() == ThreadingMode.SHARED && paths.idleWait() != null ?
            new WakingPorts(paths.idleWait()::wake, selector(), false) :
            wiring;
    }

    /** Null where the thread waits in something else. */
    private PortSelector selector()
    {
        return paths.idleWait() instanceof PortSelector selector ? selector : null;
    }

    /** Have the ports of launch polled. Before it runs. */
    void wirePorts()
    {
        paths.encapPaths().forEach(path -> wiring.check(path.port()));
        paths.encapPaths().forEach(encapAgent::add);
    }

    /**
     * Threads to run it on; none in {@link ThreadingMode#INVOKER}.
     *
     * @param onEnd called last on each.
     */
    List<AgentThread> threads(final Consumer<Throwable> onEnd)
    {
        final GuardedErrorHandler errorHandler = context.errorHandler();
        if (context.threadingMode() == ThreadingMode.INVOKER)
        {
            return List.of();
        }
        final Underlay underlay = paths.underlay();
        if (wiring instanceof WaitingPorts waiting)
        {
            final PortWait place = waiting.place();
            return List.of(
                new AgentThread(
                    decapAgent, underlay::await, underlay::wake, underlay::isClosed, errorHandler, onEnd),
                new AgentThread(encapAgent, place::await, place::wake, () -> false, errorHandler, onEnd));
        }
        final IdleWait idleWait = paths.idleWait();
        return List.of(new AgentThread(
            new CompositeAgent(decapAgent, encapAgent),
            idleWait == null ? underlay::await : idleWait::await,
            idleWait == null ? underlay::wake : idleWait::wake,
            underlay::isClosed,
            errorHandler,
            onEnd));
    }

    /** Datagrams that the underlay dropped before they could be read. */
    long receiveDrops()
    {
        return paths.underlay().receiveDrops();
    }

    /** Run one duty cycle of both directions. */
    int doWork()
    {
        return doWork(encapAgent) + doWork(decapAgent);
    }

    /** Let go of the ports, and fail the commands that wait. When nobody runs it any more. */
    void close()
    {
        context.errorHandler().run(encapAgent::endAll);
        context.errorHandler().run(encapAgent::onClose);
        context.errorHandler().run(decapAgent::onClose);
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
}
