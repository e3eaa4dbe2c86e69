// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpPrefix;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbContext;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathException;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.setting.Setting;
import io.overlane.signal.IdleWait;
import io.overlane.status.DropLedger;
import io.overlane.table.OffHeapTable;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one engine: an underlay, and either VXLAN segments or the IP network. Fill it in and pass it to
 * {@link OverlayEngine#launch(EngineContext)}; changes after launch have no effect. A context, its ports and its
 * underlay can be launched only once.
 */
public final class EngineContext
{
    /** Enough for a node of a small cloud. The counters of each segment take 2.5 KiB of memory at launch. */
    public static final int DEFAULT_MAX_SEGMENTS = 2_048;

    /** The best of 50, 100, 200 and 400 µs for one TCP stream; the optimum is flat. */
    public static final long DEFAULT_NAP_NS = TimeUnit.MICROSECONDS.toNanos(100);

    /** A larger batch fills the caches before it is sent; a smaller one saves fewer system calls. */
    private static final int DEFAULT_BATCH_LIMIT = 64;

    private static final int MAX_BATCH_LIMIT = 1024;

    /** The largest {@link #maxSegments(int)}. */
    public static final int MAX_SEGMENTS = 65_536;

    private static final int MAX_UDP_PORT = 0xFFFF;

    @SuppressWarnings("NullAway.Init") // conclude() refuses a context without an underlay.
    private Underlay underlay;
    private final List<SegmentContext> segments = new ArrayList<>();
    private final List<QueueContext> queues = new ArrayList<>();
    private final DesiredState routing = new DesiredState();
    private @Nullable IpNetworkContext ipNetwork;
    private @Nullable FastPath fastPath;
    private boolean needsFastPath;
    private ThreadingMode threadingMode = ThreadingMode.SHARED;
    private @Nullable IdleWait idleWait;
    private ThreadFactory threadFactory = Thread::new;
    private boolean daemonThreads;
    private NanoClock clock = SystemNanoClock.INSTANCE;
    private GuardedErrorHandler errorHandler = GuardedErrorHandler.of(null);
    private int maxSegments = DEFAULT_MAX_SEGMENTS;
    private final FdbContext fdb = new FdbContext();
    private int maxNeighbors = 16_384;
    private int maxRemotes = 4_096;
    private int maxRoutes = 4_096;
    private int maxDropLines = 4_096;
    private boolean latency;
    private int batchLimit = DEFAULT_BATCH_LIMIT;
    private int peerUdpPort;
    private long drainNs;
    private long napNs = DEFAULT_NAP_NS;

    /** @return the underlay that sends and receives datagrams. */
    public Underlay underlay()
    {
        return underlay;
    }

    /** @param underlay sends and receives datagrams; the engine closes it. */
    public EngineContext underlay(final Underlay underlay)
    {
        this.underlay = Setting.notNull("underlay", underlay);
        return this;
    }

    /** @return the VXLAN segments. */
    public List<SegmentContext> segments()
    {
        return Collections.unmodifiableList(segments);
    }

    /** @param segment to add to the VXLAN segments. */
    public EngineContext segment(final SegmentContext segment)
    {
        segments.add(Setting.notNull("segment", segment));
        return this;
    }

    /** The settings and routes of routing contexts at launch. */
    DesiredState routing()
    {
        return routing;
    }

    /**
     * @param settings of a routing context. A context that segments name with their gateways, and that has no settings,
     *                 has the defaults.
     */
    public EngineContext routing(final RoutingContext settings)
    {
        routing.context(Setting.notNull("routing", settings));
        return this;
    }

    /** Add a route to a routing context, as {@link DesiredState#route(String, IpPrefix, RouteTarget)} does. */
    public EngineContext route(final String context, final IpPrefix destination, final RouteTarget target)
    {
        routing.route(context, destination, target);
        return this;
    }

    List<QueueContext> queues()
    {
        return queues;
    }

    /**
     * @param queue a further queue of the only port, carried by threads of its own. All queues share the tables; the
     *              first queue's thread also learns from the frames of the others. The engine closes underlay, port and
     *              wait.
     */
    public EngineContext queue(final QueueContext queue)
    {
        queues.add(Setting.notNull("queue", queue));
        return this;
    }

    /** @return the IP network, or null if the engine has VXLAN segments. */
    public @Nullable IpNetworkContext ipNetwork()
    {
        return ipNetwork;
    }

    /** @param ipNetwork to carry bare IP packets for, instead of frames of VXLAN segments. */
    public EngineContext ipNetwork(final IpNetworkContext ipNetwork)
    {
        this.ipNetwork = Setting.notNull("ipNetwork", ipNetwork);
        return this;
    }

    @Nullable FastPath fastPath()
    {
        return fastPath;
    }

    boolean needsFastPath()
    {
        return needsFastPath;
    }

    /**
     * @param fastPath carries frames of known stations beside the engine; the engine closes it, and is not launched if
     *                 it cannot be opened ({@link FastPathException}). Only for VXLAN segments with one port and one
     *                 queue. Default null: the engine carries all frames.
     */
    public EngineContext fastPath(final @Nullable FastPath fastPath)
    {
        this.fastPath = fastPath;
        needsFastPath = fastPath != null;
        return this;
    }

    /**
     * @param fastPath as {@link #fastPath(FastPath)} describes it. If it cannot be opened, the engine is launched
     *                 without it, and {@link EngineFastPath#status()} has the reason.
     */
    public EngineContext fastPathIfPossible(final FastPath fastPath)
    {
        this.fastPath = Setting.notNull("fastPathIfPossible", fastPath);
        needsFastPath = false;
        return this;
    }

    ThreadingMode threadingMode()
    {
        return threadingMode;
    }

    /** @param threadingMode selects the threads of the engine; default {@link ThreadingMode#SHARED}. */
    public EngineContext threadingMode(final ThreadingMode threadingMode)
    {
        this.threadingMode = Setting.notNull("threadingMode", threadingMode);
        return this;
    }

    @Nullable IdleWait idleWait()
    {
        return idleWait;
    }

    /**
     * @param idleWait the place where the only thread of {@link ThreadingMode#SHARED} waits for the underlay and for
     *                 each port that cannot wake it; the engine closes it. The engine adds ports to a
     *                 {@code PortSelector}, also ports of later; any other wait must know the ports of launch already.
     *                 Default null: the thread waits in the underlay, and each port must be able to wake it there.
     */
    public EngineContext idleWait(final @Nullable IdleWait idleWait)
    {
        this.idleWait = idleWait;
        return this;
    }

    /** The application's factory, which makes daemon threads if they are wanted. */
    ThreadFactory threadFactory()
    {
        final ThreadFactory factory = threadFactory;
        return !daemonThreads ? factory : task ->
        {
            final Thread thread = factory.newThread(task);
            if (thread != null && thread.getState() == Thread.State.NEW)
            {
                thread.setDaemon(true);
            }
            return thread;
        };
    }

    /**
     * @param daemonThreads true if the JVM may end while the engine runs: its threads then end in the middle of their
     *                      work, without {@link OverlayEngine#close()}, and frames in the ports are lost. Default
     *                      false: the threads are as {@link #threadFactory} makes them. The default factory makes
     *                      threads that keep the JVM running until the engine is closed, unless a daemon thread
     *                      launches the engine.
     */
    public EngineContext daemonThreads(final boolean daemonThreads)
    {
        this.daemonThreads = daemonThreads;
        return this;
    }

    /** @param threadFactory makes the engine's threads; they are named after their agents. */
    public EngineContext threadFactory(final ThreadFactory threadFactory)
    {
        this.threadFactory = Setting.notNull("threadFactory", threadFactory);
        return this;
    }

    NanoClock clock()
    {
        return clock;
    }

    /** @param clock the engine's only source of time. */
    public EngineContext clock(final NanoClock clock)
    {
        this.clock = Setting.notNull("clock", clock);
        return this;
    }

    GuardedErrorHandler errorHandler()
    {
        return errorHandler;
    }

    /**
     * @param errorHandler gets failures of ports, underlays and application code, never bad packets, on any thread of
     *                     the engine. It may close the engine. Exceptions that it throws are printed to standard
     *                     error. Default null: each failure is printed to standard error.
     */
    public EngineContext errorHandler(final @Nullable ErrorHandler errorHandler)
    {
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        return this;
    }

    int maxSegments()
    {
        return maxSegments;
    }

    /**
     * @param maxSegments maximum number of segments at a time, of launch and of later; if there are more at launch,
     *                    their number is the maximum.
     */
    public EngineContext maxSegments(final int maxSegments)
    {
        this.maxSegments = Setting.inRange("maxSegments", maxSegments, 1, MAX_SEGMENTS);
        return this;
    }

    /** @return limits and times of the FDB, which can be changed in place before launch. */
    public FdbContext fdb()
    {
        return fdb;
    }

    /**
     * Change limits and times of the FDB, such as {@code fdb(fdb -> fdb.maxEntries(1024))}.
     *
     * @param change sets them; runs at once.
     */
    public EngineContext fdb(final Consumer<FdbContext> change)
    {
        Setting.notNull("fdb", change).accept(fdb);
        return this;
    }

    int maxNeighbors()
    {
        return maxNeighbors;
    }

    /** @param maxNeighbors maximum number of neighbours, of all segments together. */
    public EngineContext maxNeighbors(final int maxNeighbors)
    {
        this.maxNeighbors = Setting.inRange("maxNeighbors", maxNeighbors, 1, OffHeapTable.MAX_ENTRIES);
        return this;
    }

    int maxRemotes()
    {
        return maxRemotes;
    }

    /** @param maxRemotes maximum number of remotes, configured and learned. */
    public EngineContext maxRemotes(final int maxRemotes)
    {
        this.maxRemotes = Setting.inRange("maxRemotes", maxRemotes, 1, OffHeapTable.MAX_ENTRIES);
        return this;
    }

    int maxRoutes()
    {
        return maxRoutes;
    }

    /** @param maxRoutes maximum number of routes of the IP network. */
    public EngineContext maxRoutes(final int maxRoutes)
    {
        this.maxRoutes = Setting.inRange("maxRoutes", maxRoutes, 1, OffHeapTable.MAX_ENTRIES);
        return this;
    }

    int maxDropLines()
    {
        return maxDropLines;
    }

    /** @param maxDropLines combinations of drop reason, VNI and remote that are counted apart, in each direction. */
    public EngineContext maxDropLines(final int maxDropLines)
    {
        this.maxDropLines = Setting.inRange("maxDropLines", maxDropLines, 1, DropLedger.MAX_LINES);
        return this;
    }

    int batchLimit()
    {
        return batchLimit;
    }

    /** @param batchLimit maximum number of frames or datagrams that are carried together, 1…1024. */
    public EngineContext batchLimit(final int batchLimit)
    {
        this.batchLimit = Setting.inRange("batchLimit", batchLimit, 1, MAX_BATCH_LIMIT);
        return this;
    }

    boolean latency()
    {
        return latency;
    }

    /**
     * @param latency whether to measure how long frames are in the engine, from the start; default false.
     *                {@link OverlayEngine#latency(boolean)} switches it later.
     */
    public EngineContext latency(final boolean latency)
    {
        this.latency = latency;
        return this;
    }

    int peerUdpPort()
    {
        return peerUdpPort;
    }

    /**
     * @param peerUdpPort UDP port of datagrams to learned remotes; default the underlay's own. The source port of their
     *                    datagrams is never used: it varies by flow (RFC 7348 §5).
     */
    public EngineContext peerUdpPort(final int peerUdpPort)
    {
        this.peerUdpPort = Setting.inRange("peerUdpPort", peerUdpPort, 0, MAX_UDP_PORT);
        return this;
    }

    long napNs()
    {
        return napNs;
    }

    /**
     * Let frames gather under load: after some batches the thread that polls the ports naps, so that the next batch is
     * larger and shares the costs of a wake-up, a system call and a send. A frame that arrives during a nap waits for
     * its end at most. The nap ends early when a small frame, such as a request, was given to a port alone, because the
     * answer follows at once. Only {@link ThreadingMode#SPLIT} uses this: a thread that carries both directions never
     * naps.
     *
     * @param napNs length of a nap, in nanoseconds; 0: no naps. Default {@link #DEFAULT_NAP_NS}.
     */
    public EngineContext napNs(final long napNs)
    {
        this.napNs = Setting.atLeast("napNs", napNs, 0);
        return this;
    }

    long drainNs()
    {
        return drainNs;
    }

    /**
     * @param drainNs time in which {@link OverlayEngine#close()} and the removal of a segment or port still carry the
     *                frames that the application has put into a port, in nanoseconds; they end earlier if all are
     *                carried. The rest is dropped for {@code port-closed}. Default 0: all are dropped. Frames in the
     *                queue of a device belong to the kernel and are not carried.
     */
    public EngineContext drainNs(final long drainNs)
    {
        this.drainNs = Setting.atLeast("drainNs", drainNs, 0);
        return this;
    }

    /**
     * Fill in defaults and refuse settings that cannot work. {@link OverlayEngine#launch} calls this.
     *
     * @throws IllegalArgumentException with one line that names the setting.
     */
    public void conclude()
    {
        SettingsCheck.require(underlay != null, "the engine has no underlay; give it one with underlay(...)");
        SettingsCheck.require((ipNetwork == null) != segments.isEmpty(),
            "the engine needs either VXLAN segments or an IP network; it has " +
                (ipNetwork == null ? "neither" : "both"));
        final SettingsCheck check = check();
        segments.forEach(check::segment);
        if (ipNetwork != null)
        {
            check.network(ipNetwork);
        }
        SettingsCheck.require(
            threadingMode == ThreadingMode.SHARED ||
                idleWait == null && queues.stream().allMatch(queue -> queue.idleWait() == null),
            "threadingMode=" + threadingMode + " cannot use an idleWait; give it none, or use SHARED");
        final int ports = segments.stream().mapToInt(segment -> segment.ports().size()).sum();
        SettingsCheck.require(queues.isEmpty() || ports <= 1,
            "several queues need exactly one port; " + ports + " are configured");
        maxSegments(Math.max(maxSegments, segments.size()));
        if (peerUdpPort == 0)
        {
            peerUdpPort = underlay.local().udpPort();
        }
    }

    /** The settings that take memory at launch, for the message if there is too little. */
    String sizes()
    {
        return "fdb.maxEntries=" + fdb.maxEntries() + ", maxNeighbors=" + maxNeighbors + ", maxRemotes=" + maxRemotes +
            ", maxRoutes=" + maxRoutes + ", maxDropLines=" + maxDropLines + ", maxSegments=" + maxSegments;
    }

    SettingsCheck check()
    {
        return new SettingsCheck(underlay, fdb.ageNs());
    }
}
