// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.Vtep;
import io.overlane.event.EngineEvent;
import io.overlane.event.EventSubscription;
import io.overlane.fate.FateListener;
import io.overlane.fate.FateSubscription;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.memory.FastAccess;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.pipeline.decap.VxlanDecapPath;
import io.overlane.pipeline.gateway.NeighborAger;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.setting.Setting;
import io.overlane.signal.IdleWait;
import io.overlane.status.EngineCounters;
import io.overlane.status.EngineSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * A running engine: ports on one side, an underlay on the other, and the tables between them.
 *
 * <p>Any thread may call {@link #control()}, {@link #tables()}, {@link #segments()}, {@link #stages()},
 * {@link #fastPath()}, {@link #counters()}, {@link #snapshot()}, {@link #close()}, {@link #isRunning()},
 * {@link #isTerminated()} and {@link #terminated()}.
 *
 * <p><b>Mistakes of the application.</b> An exception from the error handler is printed to standard error. An exception
 * out of a duty cycle, from a port or an underlay for example, goes to the error handler, and the engine goes on. An
 * {@link Error} ends the engine: it closes itself as {@link #close()} does, the error handler gets the Error,
 * {@link #isRunning()} becomes false, and {@link #terminated()} completes with it. An interrupt does not end the
 * engine's threads.
 *
 * <p><b>The end of the JVM.</b> The threads of the engine keep the JVM running until the engine is closed, unless
 * {@link EngineContext#daemonThreads} makes them daemon threads.
 */
public final class OverlayEngine implements AutoCloseable
{
    private final EngineContext context;
    private final TakenResources resources;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final EngineControl control;
    private final EngineTables tables;
    /** Null if no thread but the writer of the tables learns. */
    private final @Nullable LearnRing learned;
    private final EngineReader reader;
    private final EngineEvents events;
    private final EngineSegments segments;
    private final SourceFilter sourceFilter;
    private final CommandQueue commands;
    private final List<Worker> workers = new ArrayList<>();
    private final List<AgentThread> threads = new ArrayList<>();
    private final FateListeners fates;
    private final EngineStages stages;
    private final FastPathMirror fastPath;
    private final EngineFastPath fastPathView;
    private final Shutdown shutdown;
    /** The thread that is in {@link #doWork()}, if any. */
    private final AtomicReference<@Nullable Thread> invoker = new AtomicReference<>();

    private OverlayEngine(final EngineContext context, final TakenResources resources)
    {
        this.context = context;
        this.resources = resources;
        shutdown = new Shutdown(
            () -> threads.forEach(AgentThread::stop),
            () -> threads.forEach(AgentThread::interrupt),
            this::abandon,
            this::closeAll);
        counters = new EngineCounters(
            context.maxSegments() + EngineSegments.MORE_COUNTERS,
            context.maxRemotes(),
            context.maxDropLines(),
            1 + context.queues().size(),
            context.clock());
        latency(context.latency());
        forwarding = new Forwarding(
            context.fdb(),
            counters.tables(),
            context.maxNeighbors(),
            context.maxRemotes(),
            context.maxRoutes(),
            context.peerUdpPort(),
            new RemoteCheck(context.underlay()),
            context.ipNetwork() != null,
            context.clock());
        forwarding.remotes().onNew(counters::resetRemote);
        events = new EngineEvents(context, counters, forwarding);
        if (!context.queues().isEmpty())
        {
            forwarding.refuseGateways();
        }
        forwarding.events(events.queue());
        fastPath = new FastPathMirror(context, counters, forwarding);
        final Runnable wake = context.idleWait() == null ? context.underlay()::wake : context.idleWait()::wake;
        sourceFilter = new SourceFilter(context, forwarding, counters.decap());
        commands = new CommandQueue(wake, sourceFilter::update, context.errorHandler());
        control = new EngineControl(forwarding, commands);
        tables = new EngineTables(forwarding, context.clock());
        final boolean isSplit = context.threadingMode() == ThreadingMode.SPLIT;
        learned = context.ipNetwork() == null && (isSplit || !context.queues().isEmpty()) ?
            new LearnRing(() -> context.errorHandler().run(wake), context.fdb().ageNs()) :
            null;
        final PathBuilder paths = new PathBuilder(context, counters, forwarding, events.queue(), learned);
        final DecapPath decapPath = paths.build();
        workers.add(new Worker(context, paths, decapPath, commands, upkeep(decapPath, paths), fastPath::close));
        for (int i = 1; i <= context.queues().size(); i++)
        {
            final PathBuilder more = new PathBuilder(paths, i);
            final IdleWait idle = more.idleWait();
            final Runnable wakeQueue = idle == null ? more.underlay()::wake : idle::wake;
            final CommandQueue ofQueue = new CommandQueue(wakeQueue, () -> {}, context.errorHandler());
            workers.add(new Worker(context, more, more.build(), ofQueue, () -> 0, () -> {}));
        }
        fastPathView = new EngineFastPath(context, fastPath, commands);
        fates = new FateListeners(context, workers, commands, fastPath);
        final TransitRings rings = new TransitRings(workers);
        stages = new EngineStages(context, forwarding, commands, workers, counters, rings, fastPath);
        forwarding.gateways().onFirst(rings::open);
        if (!forwarding.gateways().all().isEmpty())
        {
            rings.open();
        }
        if (isSplit)
        {
            forwarding.neighbors().onChange(workers.get(0).portWait()::wake);
        }
        segments = new EngineSegments(
            context, counters, forwarding, events.queue(), commands, workers, resources, shutdown, fastPath);
        shutdown.terminated().whenComplete((none, cause) -> events.hub().end(cause));
        reader = new EngineReader(context, counters, forwarding, workers);
    }

    /** The work, besides carrying datagrams, of the thread that writes the tables. */
    private IntSupplier upkeep(final DecapPath path, final PathBuilder paths)
    {
        final NeighborAger neighborAger = new NeighborAger(paths.gateway());
        final TableAger ager = new TableAger(forwarding.fdb(), context.clock(), context.fdb().ageNs());
        final OwnMacWatch ownMacs = new OwnMacWatch(counters.decap(), context.clock(), context.errorHandler());
        final LearnRing.Consumer consumer = (isNeighbor, vni, mac, high, low) ->
        {
            if (isNeighbor)
            {
                neighborAger.learn(vni, high, low, mac);
            }
            else if (path instanceof VxlanDecapPath vxlan && forwarding.ports().isCurrent(vni, high, low))
            {
                vxlan.learn(vni, mac, high, low);
            }
        };
        return () ->
        {
            ownMacs.check();
            sourceFilter.check();
            neighborAger.age();
            fastPath.check();
            return (learned == null ? 0 : learned.drain(consumer)) + ager.age() + paths.decapWork();
        };
    }

    /**
     * Check the settings, build the engine and start its threads. The engine takes over the underlay, the ports and the
     * waits: {@link #close()} closes them, and this method closes them if it fails. Each of them can belong to one
     * engine only: this method refuses a resource that another engine has taken, and leaves it as it is.
     *
     * @return a running engine; in {@link ThreadingMode#INVOKER} it runs during {@link #doWork()}.
     * @throws IllegalArgumentException with one line if a setting cannot work.
     * @throws IllegalStateException    with one line if the thread factory makes no thread, or there is too little
     *                                  memory.
     */
    public static OverlayEngine launch(final EngineContext context)
    {
        final TakenResources resources = new TakenResources();
        OverlayEngine engine = null;
        try
        {
            resources.take(context);
            context.conclude();
            engine = new OverlayEngine(context, resources);
            engine.start();
            return engine;
        }
        catch (final RuntimeException | Error ex)
        {
            if (engine == null)
            {
                context.errorHandler().closeTogether(resources.open());
            }
            else
            {
                engine.close();
            }
            if (ex instanceof OutOfMemoryError)
            {
                throw new IllegalStateException(
                    "not enough memory to launch the engine (" + ex.getMessage() + "); lower one of " +
                    context.sizes(), ex);
            }
            throw ex;
        }
    }

    /**
     * Run one duty cycle of both directions. {@link ThreadingMode#INVOKER} only. Any thread, but one at a time.
     *
     * @return number of frames and commands that the cycle worked on; 0 if the engine is closed.
     * @throws IllegalStateException if this thread or another is inside this method.
     */
    public int doWork()
    {
        if (context.threadingMode() != ThreadingMode.INVOKER)
        {
            throw new IllegalStateException(
                "doWork() is for threadingMode=INVOKER, but it is " + context.threadingMode());
        }
        final Thread thread = Thread.currentThread();
        final Thread other = invoker.compareAndExchange(null, thread);
        if (other != null)
        {
            throw new IllegalStateException(other == thread ?
                "doWork() was called inside doWork()" :
                "doWork() was called while thread " + other.getName() + " is in it; call it from one thread at a time");
        }
        // NIO would close the channels that an interrupted thread uses.
        final boolean isInterrupted = Thread.interrupted();
        final boolean isEngine = EngineThreads.isCurrent();
        EngineThreads.mark(true);
        try
        {
            return invoke();
        }
        finally
        {
            EngineThreads.mark(isEngine);
            invoker.set(null);
            if (isInterrupted)
            {
                thread.interrupt();
            }
        }
    }

    private int invoke()
    {
        if (!shutdown.enter())
        {
            return 0;
        }
        try
        {
            int work = 0;
            for (int i = 0; i < workers.size() && !shutdown.isBegun(); i++)
            {
                work += workers.get(i).doWork();
            }
            events.hub().dispatch();
            return work;
        }
        catch (final Error error)
        {
            end(error);
            throw error;
        }
        finally
        {
            shutdown.leave();
        }
    }

    /** @return control that changes the tables. */
    public EngineControl control()
    {
        return control;
    }

    /** @return segments and ports of the running engine, which can be added, changed and removed. */
    public EngineSegments segments()
    {
        return segments;
    }

    /** @return stages of the application, which can be added and removed. */
    public EngineStages stages()
    {
        return stages;
    }

    /** @return what the fast path does. */
    public EngineFastPath fastPath()
    {
        return fastPathView;
    }

    /** @return counters of the fates of all frames. */
    public EngineCounters counters()
    {
        return counters;
    }

    /**
     * Read all numbers of the engine at once. Any thread, also after the engine is closed; allocates, and never delays
     * frames. It takes a few tenths of a millisecond for a thousand remotes, and reads a file for each socket.
     *
     * @return the numbers.
     */
    public EngineSnapshot snapshot()
    {
        return new EngineSnapshot(
            context.clock().nanoTime(),
            isRunning(),
            local(),
            reader.paths().encap(),
            reader.paths().decap(),
            reader.segments(),
            reader.ports(),
            reader.remotes(),
            reader.routing(),
            reader.tables(learned == null ? 0 : learned.forgotten()),
            workers.stream().mapToLong(worker -> worker.paths().underlay().receiveDrops()).sum(),
            counters.encap().batches().isLatencyOn(),
            events.hub().lost(),
            fastPath.row(),
            FastAccess.NAME);
    }

    /**
     * Measure from now on, or no longer, how long frames are in the engine. It costs two readings of the clock for each
     * batch. Any thread.
     *
     * @param isOn whether to measure.
     */
    public void latency(final boolean isOn)
    {
        counters.encap().batches().latency(isOn);
        counters.decap().batches().latency(isOn);
    }

    /**
     * Receive what happens in the engine from now on. Any thread. An event costs the thread that carries frames some
     * hundred nanoseconds, and nothing while nobody subscribes.
     *
     * <p>A thread of the engine collects the events and gives them to the executor; in {@link ThreadingMode#INVOKER}
     * the thread that calls {@link #doWork()} does so. The engine never waits for the consumer: events that find no
     * room are lost, counted, and reported with an {@link EngineEvent.EventsLost}.
     *
     * @param executor runs the consumer, one event at a time and in order, whatever the executor is;
     *                 {@code Runnable::run} for the thread that collects the events.
     * @param consumer gets each event; its exceptions go to the error handler. It may call every method of the engine.
     * @return the subscription; close it to receive no more.
     * @throws IllegalStateException with one line if the thread factory makes no thread.
     */
    public EventSubscription events(final Executor executor, final Consumer<EngineEvent> consumer)
    {
        return events.hub().subscribe(
            Setting.notNull("executor", executor), Setting.notNull("consumer", consumer));
    }

    /** @return views of the tables. */
    public EngineTables tables()
    {
        return tables;
    }

    /**
     * Report the fate of every frame to a listener, while frames flow. Several listeners get every fate in the order
     * they were added. Without listeners the engine is as fast as if there were none.
     *
     * <p>This returns when the engine's threads report to the listener. If foreign code blocks one of them, it returns
     * after five seconds, and the error handler gets a line. On a thread of an engine and in
     * {@link ThreadingMode#INVOKER} it does not wait.
     *
     * @param listener called on the engine's threads; removed if it throws.
     * @return removes the listener. Its {@code close()} may be called on any thread, any number of times. It returns
     *         when no call is in progress; on a thread of an engine and in {@link ThreadingMode#INVOKER} it does not
     *         wait, and a call that another thread has begun may still be in progress.
     * @throws IllegalStateException if the engine is closed.
     */
    public FateSubscription fates(final FateListener listener)
    {
        if (!isRunning())
        {
            throw new IllegalStateException("the engine is closed: it reports no more fates");
        }
        return fates.add(Setting.notNull("listener", listener));
    }

    /** @return true if the engine carries the bare IP packets of an IP network, false if it has VXLAN segments. */
    public boolean hasIpNetwork()
    {
        return context.ipNetwork() != null;
    }

    /** For tests of the engine itself. */
    Forwarding forwarding()
    {
        return forwarding;
    }

    /** @return address and UDP port that the underlay is bound to. */
    public Vtep local()
    {
        return context.underlay().local();
    }

    /** @return clock of the engine, which also measures the time of drop samples. */
    public NanoClock clock()
    {
        return context.clock();
    }

    /** @return true until {@link #close()} is called or the engine ends by itself. */
    public boolean isRunning()
    {
        return !shutdown.isBegun();
    }

    /** @return true when {@link #terminated()} is complete: all threads have ended and everything is closed. */
    public boolean isTerminated()
    {
        return shutdown.isTerminated();
    }

    /**
     * The end of the engine. Each call takes some memory until then; {@link #isTerminated()} is the question to ask
     * again and again. Actions that depend on the future run on the thread that ended last. Each call returns a
     * future of its own: who completes it changes nothing for others.
     *
     * @return completes when all threads have ended and everything is closed; exceptionally, with the cause, if the
     *         engine ended by itself.
     */
    public CompletableFuture<Void> terminated()
    {
        return shutdown.terminated();
    }

    /** Close as {@link #close(long)} does, with the time of {@link EngineContext#drainNs(long)}. */
    @Override
    public void close()
    {
        close(context.drainNs());
    }

    /**
     * Stop the threads, then close ports and underlay; commands that wait complete exceptionally. Any thread, also an
     * interrupted one, may call this any number of times.
     *
     * <p>The engine first carries frames that the application has put into a port, for the given time at most, unless
     * this is a thread of an engine. The rest is dropped for {@code port-closed}.
     *
     * <p>This returns when everything is closed. On a thread of an engine (in a future's action or an error handler)
     * and inside {@link #doWork()} it only begins to close: the last thread closes the rest when it ends, and
     * {@link #terminated()} completes then. After five seconds this interrupts a thread that the application's own code
     * blocks, and the error handler gets the place; after ten seconds it returns. The resources of such a thread stay
     * open until it ends; the fast path does not.
     *
     * @param drainNs time for frames in the ports, in nanoseconds on the engine's clock; 0: all are dropped.
     * @throws IllegalArgumentException if the time is negative.
     */
    public void close(final long drainNs)
    {
        Setting.atLeast("drainNs", drainNs, 0);
        if (EngineThreads.isCurrent())
        {
            shutdown.begin(null);
            return;
        }
        if (isRunning())
        {
            // A port or a clock that throws, or a second thread in doWork(), must not keep the engine open.
            context.errorHandler().run(() -> drain(drainNs));
        }
        shutdown.begin(null);
        shutdown.await();
    }

    private void drain(final long drainNs)
    {
        final CompletableFuture<?> drained = CompletableFuture.allOf(workers.stream()
            .map(worker -> worker.drain(worker.encapAgent()::ports, drainNs))
            .toArray(CompletableFuture[]::new));
        while (context.threadingMode() == ThreadingMode.INVOKER && !drained.isDone() && invoker.get() == null)
        {
            doWork();
        }
        Shutdown.await(drained, drainNs);
    }

    /** A thread ended: because of an Error, or as it was asked to if the cause is null. */
    private void end(final @Nullable Throwable cause)
    {
        if (cause != null)
        {
            context.errorHandler().onError(new IllegalStateException("the engine ends: " + cause, cause));
        }
        shutdown.begin(cause);
    }

    /** A thread does not end. The kernel must not go on to carry frames by tables that nobody changes any more. */
    private void abandon()
    {
        context.errorHandler().run(fastPath::abandon);
    }

    /** Runs on the last thread that uses the engine. */
    private void closeAll()
    {
        workers.forEach(Worker::close);
        context.errorHandler().run(fastPath::finish);
        context.errorHandler().closeTogether(resources.open());
    }

    private void start()
    {
        workers.forEach(Worker::wirePorts);
        fastPath.open(workers.get(0).portCommands());
        workers.forEach(worker -> threads.addAll(worker.threads(this::onThreadEnd)));
        threads.forEach(this::start);
    }

    private void onThreadEnd(final @Nullable Throwable cause)
    {
        end(cause);
        shutdown.leave();
    }

    private void start(final AgentThread thread)
    {
        if (!shutdown.enter())
        {
            throw new IllegalStateException("the engine ended while it was launched", shutdown.cause());
        }
        try
        {
            thread.start(context.threadFactory());
        }
        catch (final RuntimeException | Error ex)
        {
            shutdown.leave();
            throw ex;
        }
    }
}
