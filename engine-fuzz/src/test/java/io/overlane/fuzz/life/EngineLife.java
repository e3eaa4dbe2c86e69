// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.command.EngineCommands;
import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.event.EventSubscription;
import io.overlane.fate.FateSubscription;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.port.RingPort;
import io.overlane.stage.StageHandle;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.FateTally;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The life of one engine with threads of its own. Some threads send frames, others change everything at the same time,
 * and the engine is closed in the middle of it. Each frame that a port took has one fate; each request is answered;
 * each port that the engine took is closed.
 */
final class EngineLife
{
    private static final int VNIS = 6;
    private static final int CONTROLLERS = 3;
    private static final long PATIENCE_S = 30;
    private static final DropReason DENIED = DropReason.custom("fuzz-life");
    private static final List<String> OWNERS = List.of("x", "y");

    private static final List<String> WORDS = List.of(
        "fdb show", "fdb add 02:00:00:00:00:03 dst 127.0.0.1", "fdb del 02:00:00:00:00:03", "neigh show",
        "segment show", "segment set 1 learning on", "segment set 2 policy strict",
        "segment set 1 flood-limit port=100",
        "stats", "drops reason oversize", "neigh add 10.0.0.3 lladdr 02:00:00:00:00:03", "fdb show limit 2",
        "vni 3", "vni 1",
        "capture show", "drops", "ping", "histograms", "fdb flush", "neigh flush", "latency on",
        "latency off", "policy linux", "group 239.1.1.1");

    private final long seed;
    private final ThreadingMode mode;
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<?>> asked = new ConcurrentLinkedQueue<>();
    private final Map<RingPort, CompletableFuture<?>> ports = new ConcurrentHashMap<>();
    /** Frames that each port took; the sender's thread counts. */
    private final Map<RingPort, Long> sent = new ConcurrentHashMap<>();
    private final AtomicLong names = new AtomicLong();
    private final FateTally tally = new FateTally();
    private volatile boolean isOver;
    private OverlayEngine engine;
    private AdminCommands commands;

    EngineLife(final long seed, final ThreadingMode mode)
    {
        this.seed = seed;
        this.mode = mode;
    }

    /** One random step of a thread. */
    private interface Step
    {
        void take(SplittableRandom random) throws Exception;
    }

    /**
     * @param milliseconds from its launch to its end.
     * @return frames that had a fate.
     */
    long live(final long milliseconds) throws Exception
    {
        final SplittableRandom random = new SplittableRandom(seed);
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(
                new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(this::onError)))
            .threadingMode(mode)
            .daemonThreads(true)
            .errorHandler(this::onError)
            .maxSegments(4).maxRemotes(24).fdb(fdb -> fdb.maxEntries(32)).maxNeighbors(16).maxDropLines(64)
            .segment(segment(1, random)));
        engine.fates(tally);
        commands = EngineCommands.addTo(engine, true, new AdminCommands());
        final List<Thread> threads = new ArrayList<>();
        threads.add(thread("sender", this::send));
        final Peer peer = new Peer();
        threads.add(thread("peer", peer));
        for (int i = 0; i < CONTROLLERS; i++)
        {
            threads.add(thread("controller-" + i, new Controller()));
        }
        TimeUnit.MILLISECONDS.sleep(milliseconds);
        engine.close();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
        isOver = true;
        for (final Thread thread : threads)
        {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
            assertTrue(!thread.isAlive(), () -> thread.getName() + " hangs: " + List.of(thread.getStackTrace()));
        }
        peer.underlay.close();
        check();
        return engine.counters().encap().framesIn() + engine.counters().decap().framesIn();
    }

    private void check() throws Exception
    {
        if (!failures.isEmpty())
        {
            throw new AssertionError("a thread failed", failures.peek());
        }
        for (final CompletableFuture<?> each : asked)
        {
            answer(each);
        }
        assertEquals(List.of(), List.copyOf(errors), "reported to the error handler");
        final PathCounters encap = engine.counters().encap();
        final PathCounters decap = engine.counters().decap();
        // A port that the engine refused has taken frames, too.
        final long taken = sent.entrySet().stream()
            .filter(entry -> !ports.get(entry.getKey()).isCompletedExceptionally())
            .mapToLong(Map.Entry::getValue).sum();
        assertEquals(taken, encap.framesIn(), "frames that ports took");
        assertEquals(encap.framesIn(), encap.delivered() + encap.answered() + encap.dropped());
        assertEquals(decap.framesIn(), decap.delivered() + decap.answered() + decap.dropped());
        tally.assertMatches(engine);
        ports.forEach((port, answer) ->
            assertTrue(port.isClosed() || answer.isCompletedExceptionally(), () -> port.name() + " stays open"));
        ports.keySet().forEach(Port::close);
        assertTrue(engine.terminated().isDone() && !engine.terminated().isCompletedExceptionally(), "the end");
    }

    /** A request is refused only for a reason that its caller can read. */
    private static void answer(final CompletableFuture<?> request) throws Exception
    {
        try
        {
            request.get(PATIENCE_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            final Throwable cause = ex.getCause();
            final boolean isRefusal =
                cause instanceof IllegalArgumentException || cause instanceof IllegalStateException;
            if (!isRefusal || !String.valueOf(cause.getMessage()).matches("[^\n]+"))
            {
                throw new AssertionError("not a refusal", cause);
            }
        }
    }

    private void onError(final Throwable error)
    {
        if (!String.valueOf(error.getMessage()).contains("had a MAC address of this node as their source"))
        {
            errors.add(error);
        }
    }

    private Thread thread(final String name, final Step step)
    {
        final SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
        final Thread thread = new Thread(() ->
        {
            try
            {
                while (!isOver)
                {
                    step.take(random);
                }
            }
            catch (final Exception | AssertionError ex)
            {
                failures.add(ex);
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private RingPort port()
    {
        final RingPort port = new RingPort("p" + names.incrementAndGet(), 1450, 32);
        ports.put(port, CompletableFuture.completedFuture(null));
        return port;
    }

    private SegmentContext segment(final int vni, final SplittableRandom random)
    {
        final SegmentContext segment = new SegmentContext(vni)
            .port(port())
            .policy(policy -> policy.learning(random.nextBoolean()))
            .ownMac(mac(random));
        for (int i = random.nextInt(3); i > 0; i--)
        {
            segment.addPort(port()).flood(remote(random));
        }
        return segment;
    }

    private static MacAddress mac(final SplittableRandom random)
    {
        return new MacAddress(0x02_00_00_00_00_00L + 1 + random.nextInt(12));
    }

    private Vtep remote(final SplittableRandom random)
    {
        // Itself, and a port where nobody listens.
        return random.nextBoolean() && engine != null ? engine.local() :
            new Vtep(IpAddress.parse("127.0.0.1"), 9 + random.nextInt(4));
    }

    private static byte[] frame(final SplittableRandom random)
    {
        final long destination = random.nextInt(4) == 0 ? FrameSpec.BROADCAST : mac(random).value();
        final FrameSpec spec = FrameSpec.ipv4Udp().sourceMac(mac(random).value()).destinationMac(destination);
        return switch (random.nextInt(10))
        {
            case 0 -> spec.truncate(random.nextInt(40)).bytes();
            case 1 -> spec.payloadLength(random.nextInt(1400)).bytes();
            case 2 -> FrameSpec.arpRequest("10.0.0.1", "10.0.0." + random.nextInt(5)).bytes();
            default -> spec.bytes();
        };
    }

    /** Send through all ports, and read what they got. */
    private void send(final SplittableRandom random)
    {
        for (final RingPort port : ports.keySet())
        {
            for (int i = random.nextInt(4); i > 0; i--)
            {
                if (port.send(frame(random)) == RingPort.SENT)
                {
                    sent.merge(port, 1L, Long::sum);
                }
            }
            if (random.nextInt(3) > 0)
            {
                port.poll((buffer, offset, length) -> buffer.boundsCheck(offset, length), 64);
            }
        }
        Thread.yield();
    }

    /** Another node, which sends datagrams to the engine. */
    private final class Peer implements Step
    {
        private final Underlay underlay;
        private final Frame frame = new FrameSlab(1, 2048).frame(0);
        private final SendBatch batch = new SendBatch(1);

        private Peer() throws UnderlayException
        {
            underlay = NioUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0));
        }

        @Override
        public void take(final SplittableRandom random)
        {
            final byte[] datagram = FrameSpec.vxlan(frame(random)).vni(random.nextInt(VNIS)).datagram();
            frame.buffer().putBytes(FrameSlab.HEADROOM, datagram);
            frame.wrap(FrameSlab.HEADROOM, datagram.length);
            batch.clear();
            final Vtep to = engine.local();
            batch.add(frame, to.address().high(), to.address().low(), to.udpPort(), 0, 0, 0, 0);
            underlay.send(batch);
            Thread.yield();
        }
    }

    /** Changes what there is to change. */
    private final class Controller implements Step
    {
        private final Deque<StageHandle> stages = new ArrayDeque<>();
        private final Deque<FateSubscription> listeners = new ArrayDeque<>();
        private final Deque<EventSubscription> subscriptions = new ArrayDeque<>();
        private final Deque<Capture> captures = new ArrayDeque<>();

        @Override
        public void take(final SplittableRandom random) throws Exception
        {
            final CompletableFuture<?> answer = step(random);
            if (answer != null)
            {
                asked.add(answer);
                if (random.nextInt(3) > 0)
                {
                    answer(answer);
                }
            }
            if (isOver)
            {
                captures.forEach(Capture::close);
            }
        }

        private CompletableFuture<?> step(final SplittableRandom random) throws Exception
        {
            final int vni = 1 + random.nextInt(VNIS);
            final MacAddress mac = mac(random);
            // For what runs on threads of the engine.
            final SplittableRandom own = random.split();
            return switch (random.nextInt(18))
            {
                case 0, 1 -> add(vni, random);
                case 2 -> engine.segments().remove(vni);
                case 3 -> addPort(vni);
                case 4 -> removePort(vni, random);
                case 5 -> engine.segments().change(vni, policy -> change(policy, own));
                case 6 -> engine.control().apply(OWNERS.get(random.nextInt(OWNERS.size())), state(random));
                case 7 -> engine.control().operate(
                    tables -> tables.replace(new FdbRequest(vni, mac, engine.local())));
                case 8 -> engine.control().operate(tables -> tables.append(FdbRequest.flood(vni, engine.local())));
                case 9 -> engine.control().operate(tables -> tables.delete(new FdbRequest(vni, mac, null)));
                case 10, 11, 12 ->
                {
                    follow(random);
                    yield null;
                }
                case 13 ->
                {
                    look(random);
                    yield null;
                }
                default ->
                {
                    command(random);
                    yield null;
                }
            };
        }

        private CompletableFuture<?> add(final int vni, final SplittableRandom random)
        {
            final SegmentContext segment = segment(vni, random);
            final CompletableFuture<?> answer = engine.segments().add(segment);
            segment.ports().forEach(port -> ports.put((RingPort)port, answer));
            return answer;
        }

        private CompletableFuture<?> addPort(final int vni)
        {
            final RingPort port = port();
            final CompletableFuture<?> answer = engine.segments().addPort(vni, port);
            ports.put(port, answer);
            return answer;
        }

        private CompletableFuture<?> removePort(final int vni, final SplittableRandom random)
        {
            final List<RingPort> all = List.copyOf(ports.keySet());
            return engine.segments().removePort(vni, all.get(random.nextInt(all.size())));
        }

        private void change(final SegmentPolicy policy, final SplittableRandom random)
        {
            policy.profile(PolicyProfile.values()[random.nextInt(3)])
                .learning(random.nextBoolean())
                .proxy(random.nextBoolean())
                .floodBudget(random.nextBoolean() ? new FloodBudget(0, 0, 0) : new FloodBudget(100, 200, 300));
        }

        private DesiredState state(final SplittableRandom random)
        {
            final DesiredState state = new DesiredState();
            for (int vni = 1; vni <= VNIS; vni++)
            {
                if (random.nextBoolean())
                {
                    state.fdb(vni, mac(random), remote(random)).flood(vni, remote(random))
                        .neighbor(vni, IpAddress.ofV4(0x0A000000 + random.nextInt(5)), mac(random));
                }
            }
            return state;
        }

        /** These are the calls that throw at once when the engine has ended. */
        private void follow(final SplittableRandom random) throws IOException
        {
            try
            {
                switch (random.nextInt(3))
                {
                    case 0 -> stage(random);
                    case 1 -> listen(random);
                    default -> capture(random);
                }
            }
            catch (final IllegalStateException ex)
            {
                assertTrue(!engine.isRunning() && ex.getMessage().matches("[^\n]+"), ex::toString);
            }
        }

        private void stage(final SplittableRandom random)
        {
            if (random.nextBoolean() && stages.size() < 4)
            {
                final int part = 2 + random.nextInt(20);
                stages.add(engine.stages().add(frame ->
                {
                    if (frame.length() % part == 0)
                    {
                        frame.drop(DENIED);
                    }
                }));
            }
            else if (!stages.isEmpty())
            {
                stages.poll().close();
            }
        }

        private void listen(final SplittableRandom random)
        {
            if (random.nextBoolean() && listeners.size() < 4)
            {
                listeners.add(engine.fates(fate -> fate.buffer().boundsCheck(fate.offset(), fate.length())));
                subscriptions.add(engine.events(Runnable::run, event -> event.toString()));
            }
            else if (!listeners.isEmpty())
            {
                listeners.poll().close();
                subscriptions.poll().close();
            }
        }

        private void capture(final SplittableRandom random) throws IOException
        {
            if (captures.isEmpty())
            {
                captures.add(Capture.start(engine, new CaptureContext()
                    .channel(Channels.newChannel(OutputStream.nullOutputStream()), "null")
                    .dropsOnly(random.nextBoolean())
                    .ringLength(1 << 16)
                    .errorHandler(EngineLife.this::onError)));
            }
            else
            {
                captures.poll().close();
            }
        }

        private void look(final SplittableRandom random)
        {
            engine.snapshot();
            engine.segments().all();
            engine.tables().neighbors();
            engine.latency(random.nextBoolean());
        }

        private void command(final SplittableRandom random)
        {
            final List<String> words = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--)
            {
                words.addAll(List.of(WORDS.get(random.nextInt(WORDS.size())).split(" ")));
            }
            try
            {
                commands.run(words).jsonText();
            }
            catch (final AdminException ex)
            {
                assertTrue(String.valueOf(ex.getMessage()).matches("[^\n]+"), () -> words + ": " + ex.getMessage());
            }
        }
    }
}
