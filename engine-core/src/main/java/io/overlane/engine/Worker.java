// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.status.GuardedErrorHandler;
import io.overlane.underlay.Underlay;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.CompositeAgent;

/** The two agents that carry one queue. They run on no thread of their own, on one, or on two. */
final class Worker
{
    private final EngineContext context;
    private final PathBuilder paths;
    private final PortWait portWait;
    private final CommandQueue portCommands;
    private final EncapAgent encapAgent;
    private final Agent decapAgent;

    /**
     * @param paths         of the queue, already built.
     * @param tableCommands for the thread that polls the underlay.
     * @param upkeep        other work of that thread in every cycle.
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
        portWait = new PortWait(
            context.threadingMode(),
            paths.underlay(),
            paths.idleWait(),
            context.threadFactory(),
            context.errorHandler());
        portCommands = new CommandQueue(portWait::wake, context.errorHandler());
        encapAgent = new EncapAgent(
            portCommands,
            portWait,
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

    /** The parts that changes of segments use. */
    SegmentChanges.Lane lane()
    {
        return new SegmentChanges.Lane(paths, portCommands, encapAgent);
    }

    PortWait portWait()
    {
        return portWait;
    }

    /** Add the ports of launch. Call this before the worker runs. */
    void wirePorts()
    {
        paths.encapPaths().forEach(path -> portWait.check(path.port(), true));
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
        if (context.threadingMode() == ThreadingMode.SPLIT)
        {
            return List.of(
                new AgentThread(
                    decapAgent, underlay::await, underlay::wake, underlay::isClosed, errorHandler, onEnd),
                new AgentThread(encapAgent, portWait::await, portWait::wake, () -> false, errorHandler, onEnd));
        }
        return List.of(new AgentThread(
            new CompositeAgent(decapAgent, encapAgent),
            portWait::await,
            portWait::wake,
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

    /** End the ports, and fail the commands that wait. Call this when the worker no longer runs. */
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
