// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.port.Port;
import io.overlane.underlay.Underlay;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.CompositeAgent;
import org.jspecify.annotations.Nullable;

/** The two agents that carry one queue. They run on no thread of their own, on one, or on two. */
final class Worker
{
    private final EngineContext context;
    private final PathBuilder paths;
    private final PortWait portWait;
    private final CommandQueue portCommands;
    private final CommandQueue underlayCommands;
    private final EncapAgent encapAgent;
    private final Agent decapAgent;

    /**
     * @param decapPath        that {@code paths} has built, as it has the paths of the ports.
     * @param underlayCommands for the thread that polls the underlay.
     * @param upkeep           other work of that thread in every cycle; returns how much it did.
     * @param atEnd            the last work of that thread; may run twice.
     */
    Worker(
        final EngineContext context,
        final PathBuilder paths,
        final DecapPath decapPath,
        final CommandQueue underlayCommands,
        final IntSupplier upkeep,
        final Runnable atEnd)
    {
        this.context = context;
        this.paths = paths;
        this.underlayCommands = underlayCommands;
        portWait = new PortWait(context, paths.underlay(), paths.idleWait());
        portCommands = new CommandQueue(portWait::wake, () -> {}, context.errorHandler());
        encapAgent = new EncapAgent(
            portCommands,
            portWait,
            new PortGuard(context.errorHandler()),
            context.batchLimit(),
            context.threadingMode() == ThreadingMode.SPLIT ? context.napNs() : 0,
            decapPath::superFrames,
            paths::encapWork,
            paths.encap().meter(),
            context.errorHandler());
        decapAgent = new DecapAgent(
            underlayCommands,
            new UnderlayGuard(paths.underlay(), context.errorHandler()),
            decapPath,
            paths.decap().meter(),
            upkeep,
            encapAgent::endNap,
            atEnd,
            context.batchLimit());
    }

    PathBuilder paths()
    {
        return paths;
    }

    PortWait portWait()
    {
        return portWait;
    }

    /** Commands for the thread that polls the ports. */
    CommandQueue portCommands()
    {
        return portCommands;
    }

    /** Commands for the thread that polls the underlay. */
    CommandQueue underlayCommands()
    {
        return underlayCommands;
    }

    /**
     * Change both ways of all queues, each on its thread. The future completes when all are changed. Commands run in
     * the order in which they were sent, so the last change stays.
     */
    static CompletableFuture<Void> change(final List<Worker> workers, final Consumer<Way> change)
    {
        return CompletableFuture.allOf(workers.stream()
            .flatMap(worker -> Stream.of(
                worker.portCommands.perform(() -> change.accept(worker.paths.encap())),
                worker.underlayCommands.perform(() -> change.accept(worker.paths.decap()))))
            .toArray(CompletableFuture[]::new));
    }

    EncapAgent encapAgent()
    {
        return encapAgent;
    }

    /** Add the ports of launch. Call this before the worker runs. */
    void wirePorts()
    {
        paths.encapPaths().forEach(path -> portWait.check(path.port(), true));
        paths.encapPaths().forEach(encapAgent::add);
    }

    /**
     * The threads to run it on; none in {@link ThreadingMode#INVOKER}.
     *
     * @param onEnd called last on each thread.
     */
    List<AgentThread> threads(final Consumer<@Nullable Throwable> onEnd)
    {
        final GuardedErrorHandler errorHandler = context.errorHandler();
        final Underlay underlay = paths.underlay();
        return switch (context.threadingMode())
        {
            case INVOKER -> List.of();
            case SHARED -> List.of(new AgentThread(
                new CompositeAgent(decapAgent, encapAgent),
                portWait::await,
                portWait::wake,
                underlay::isClosed,
                errorHandler,
                onEnd));
            case SPLIT -> List.of(
                new AgentThread(decapAgent, underlay::await, underlay::wake, underlay::isClosed, errorHandler, onEnd),
                new AgentThread(encapAgent, portWait::await, portWait::wake, () -> false, errorHandler, onEnd));
        };
    }

    /** Run one duty cycle of both directions. */
    int doWork()
    {
        return doWork(encapAgent) + doWork(decapAgent);
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

    /**
     * Take no more frames from ports, and carry the frames that they have taken. Any thread.
     *
     * @param ports   of this queue; called on the thread that polls them.
     * @param drainNs the longest time for that, in nanoseconds; 0: does nothing.
     */
    CompletableFuture<Void> drain(final Supplier<List<Port>> ports, final long drainNs)
    {
        if (drainNs == 0)
        {
            return CompletableFuture.completedFuture(null);
        }
        final long startNs = context.clock().nanoTime();
        return portCommands
            .perform(() -> ports.get().forEach(Port::endInput))
            .thenCompose(none -> carry(ports, startNs, drainNs));
    }

    private CompletableFuture<Void> carry(
        final Supplier<List<Port>> ports, final long startNs, final long drainNs)
    {
        return portCommands
            .follow(() -> ports.get().stream().anyMatch(Port::hasInput) &&
                context.clock().nanoTime() - startNs < drainNs)
            .thenCompose(isMore -> isMore ? carry(ports, startNs, drainNs) : CompletableFuture.completedFuture(null));
    }

    /** End the ports, and fail the commands that wait. Call this when the worker no longer runs. */
    void close()
    {
        context.errorHandler().run(encapAgent::endAll);
        context.errorHandler().run(paths::closeGateways);
        context.errorHandler().run(encapAgent::onClose);
        context.errorHandler().run(decapAgent::onClose);
    }
}
