// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathHold;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastPathState;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fastpath.FastTraffic;
import io.overlane.fate.FateSubscription;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;
import io.overlane.stage.StageHandle;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.Volume;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import io.overlane.testkit.SteppedClock;
import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fast path has what the tables of the engine have, and only while the engine would do nothing but deliver. */
class FastPathMirrorTest
{
    private static final int VNI = 7;
    private static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep A = Vtep.parse("192.0.2.10:8472", 0);
    private static final Vtep B = Vtep.parse("192.0.2.11:4789", 0);
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:77");
    private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.parse("02:00:00:00:00:08");
    private static final String AT_A = "7 02:00:00:00:00:77 192.0.2.10:8472 7 encap decap";

    private final SteppedClock clock = new SteppedClock();
    private final MemoryFabric fabric = new MemoryFabric(clock);
    private final Underlay peer = fabric.attach(A);
    private final LoopbackPort port = new LoopbackPort("tap", 1450, 64, 2048);
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final Recorder path = new Recorder();
    private OverlayEngine engine;

    /** Has what the engine put, and answers what the test wants. */
    private static final class Recorder implements FastPath
    {
        private final Map<String, String> stations = new TreeMap<>();
        private final TreeSet<Integer> segments = new TreeSet<>();
        private final List<String> calls = new ArrayList<>();
        private String refusal;
        private Underlay underlay;
        private Port port;
        private int longestFrame;
        private volatile boolean isClosed;
        private boolean isDeviceGone;
        private boolean isHeld;
        /** Frames that are in the programs while the segments end. */
        private long inFlight;
        private long idleMs = Long.MAX_VALUE;
        private RuntimeException failure;
        private long encapFrames;
        private long decapFrames;

        @Override
        public void open(
            final Underlay underlay, final int maxStations, final int maxRemotes, final int maxSegments)
        {
            assertEquals(LOCAL, underlay.local());
            this.underlay = underlay;
            fail();
        }

        @Override
        public String begin(final FastSegment segment)
        {
            port = segment.port();
            calls.add("begin " + segment.vni());
            if (refusal == null)
            {
                assertTrue(segments.add(segment.vni()));
                longestFrame = segment.longestFrame();
            }
            return refusal;
        }

        @Override
        public void end(final int... vnis)
        {
            calls.add("end " + Arrays.toString(vnis));
            encapFrames += inFlight;
            inFlight = 0;
            for (final int vni : vnis)
            {
                assertTrue(segments.remove(vni));
            }
        }

        @Override
        public void leave(final int vni)
        {
            calls.add("leave " + vni);
            assertFalse(segments.contains(vni));
        }

        @Override
        public void put(final FastStation station)
        {
            fail();
            assertFalse(isHeld && !segments.isEmpty(), "it would carry frames");
            final String mac = station.vni() + " " + new MacAddress(station.mac());
            stations.put(mac, mac + " " +
                new Vtep(new IpAddress(station.high(), station.low()), station.udpPort()) + " " + station.remoteVni() +
                (station.encap() ? " encap" : "") + (station.decap() ? " decap" : ""));
        }

        @Override
        public void remove(final int vni, final long mac)
        {
            stations.remove(vni + " " + new MacAddress(mac));
        }

        @Override
        public long idleMs(final int vni, final long mac)
        {
            return idleMs;
        }

        @Override
        public int stations()
        {
            return stations.size();
        }

        @Override
        public FastPathReport report()
        {
            return new FastPathReport("recorder", List.of(), List.of(), List.of());
        }

        @Override
        public void read(final FastTraffic traffic)
        {
            if (encapFrames + decapFrames > 0)
            {
                traffic.ofSegment(VNI, encapFrames, encapFrames * 100, decapFrames, decapFrames * 100);
                traffic.ofRemote(0, encapFrames, encapFrames * 100, decapFrames, decapFrames * 100);
            }
            encapFrames = 0;
            decapFrames = 0;
            if (isDeviceGone && segments.remove(VNI))
            {
                traffic.stopped(VNI, "its device is gone");
            }
        }

        @Override
        public void close()
        {
            calls.add("close");
            isClosed = true;
        }

        private void fail()
        {
            if (failure != null)
            {
                throw failure;
            }
        }
    }

    private EngineContext context()
    {
        return new EngineContext()
            .underlay(fabric.attach(LOCAL))
            .clock(clock)
            .threadingMode(ThreadingMode.INVOKER)
            .errorHandler(errors::add);
    }

    private void launch(final SegmentContext segment)
    {
        engine = OverlayEngine.launch(context()
            .fdb(fdb -> fdb.maxEntries(64).ageNs(TimeUnit.SECONDS.toNanos(300))).maxRemotes(16)
            .segment(segment.port(port))
            .fastPath(path));
    }

    @AfterEach
    void close()
    {
        if (engine != null)
        {
            engine.close();
        }
    }

    private void run()
    {
        while (engine.doWork() > 0)
        {
            // Until nothing is left to do.
        }
    }

    /** A frame of a station arrives, so that it is learned. */
    private void receive(final MacAddress source)
    {
        final byte[] datagram =
            FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source.value())).vni(VNI).datagram();
        final SendBatch batch = new SendBatch(1);
        final Frame frame = new FrameSlab(1, 2048).frame(0);
        frame.buffer().putBytes(frame.offset(), datagram);
        frame.length(datagram.length);
        batch.add(frame, LOCAL.address().high(), LOCAL.address().low(), LOCAL.udpPort(), 0, 0, 0, 0);
        peer.send(batch);
        run();
    }

    private List<String> stations()
    {
        return List.copyOf(path.stations.values());
    }

    @Test
    void shouldHaveConfiguredStationsFromTheStart()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A).portMtu(1400));

        assertEquals(List.of(AT_A), stations());
        assertEquals(TreeSet.class, path.segments.getClass());
        assertEquals(List.of(VNI), List.copyOf(path.segments));
        assertEquals(1414, path.longestFrame);
    }

    @Test
    void shouldFollowLearningAndOperations()
    {
        launch(new SegmentContext(VNI).policy(policy -> policy.learning(true)));
        receive(STATION);
        assertEquals(List.of(AT_A), stations());

        engine.control().operate(tables -> tables.replace(new FdbRequest(VNI, STATION, B)));
        run();
        assertEquals(List.of("7 02:00:00:00:00:77 192.0.2.11:4789 7 encap decap"), stations());

        engine.control().operate(tables -> tables.delete(new FdbRequest(VNI, STATION, B)));
        run();
        assertEquals(List.of(), stations());
    }

    @Test
    void shouldKeepAStationThatOnlyTheFastPathSees()
    {
        launch(new SegmentContext(VNI).policy(policy -> policy.learning(true)));
        receive(STATION);
        path.idleMs = 1_000;
        clock.step(301, TimeUnit.SECONDS);
        run();
        assertEquals(List.of(AT_A), stations());

        path.idleMs = Long.MAX_VALUE;
        clock.step(301, TimeUnit.SECONDS);
        run();
        assertEquals(List.of(), stations());
        assertEquals(0, engine.snapshot().tables().fdb());
    }

    @Test
    void shouldKnowWhenTheFastPathSawAStationAfterAChangeOfRules()
    {
        launch(new SegmentContext(VNI).policy(policy -> policy.learning(true)));
        receive(STATION);
        clock.step(299, TimeUnit.SECONDS);
        path.idleMs = 3_000;
        engine.segments().change(VNI, policy -> policy.outer(policy.outer().ttl(64)));
        run();
        // The fast path has the station again, and has not seen it since.
        path.idleMs = Long.MAX_VALUE;
        clock.step(296, TimeUnit.SECONDS);
        run();
        assertEquals(List.of(AT_A), stations(), "its last frame came 299 s ago");

        clock.step(2, TimeUnit.SECONDS);
        run();
        assertEquals(List.of(), stations(), "its last frame came 301 s ago");
    }

    @Test
    void shouldKnowWhenTheFastPathSawAStationBeforeItFailed()
    {
        launch(new SegmentContext(VNI).policy(policy -> policy.learning(true)));
        receive(STATION);
        clock.step(299, TimeUnit.SECONDS);
        path.idleMs = 3_000;
        path.failure = new IllegalStateException("the map is gone");
        receive(OWN);
        assertTrue(path.isClosed);

        path.idleMs = Long.MAX_VALUE;
        clock.step(296, TimeUnit.SECONDS);
        run();
        assertEquals(2, engine.snapshot().tables().learned(), "the last frame of each came less than 300 s ago");
    }

    @Test
    void shouldLeaveReceivedFramesToTheEngineThatItMightRefuse()
    {
        launch(new SegmentContext(VNI).ownMac(OWN).fdb(STATION, A).fdb(OWN, A)
            .policy(policy -> policy.source(IpPrefix.parse("192.0.2.10/32"))));
        assertEquals(List.of("7 " + OWN + " 192.0.2.10:8472 7 encap", AT_A), stations());

        engine.segments().change(VNI, policy -> policy.sourcePolicy(SourcePolicy.KNOWN).learning(true));
        run();
        receive(OTHER);
        assertEquals(List.of(
            "7 " + OWN + " 192.0.2.10:8472 7 encap", "7 " + OTHER + " 192.0.2.10:8472 7 encap", AT_A), stations());
    }

    @Test
    void shouldLeaveSegmentsToTheEngineWhoseRulesItCannotFollow()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        engine.segments().change(VNI, policy -> policy.outer(policy.outer().ttl(OuterContext.INHERIT)));
        run();
        assertEquals(List.of(), List.copyOf(path.segments));
        assertEquals(List.of(), stations());

        engine.segments().change(VNI, policy -> policy.outer(policy.outer().ttl(0)));
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));
        assertEquals(List.of(AT_A), stations());

        final LoopbackPort second = new LoopbackPort("second", 1450, 64, 2048);
        engine.segments().addPort(VNI, second);
        run();
        assertEquals(List.of(), List.copyOf(path.segments));
        engine.segments().removePort(VNI, second);
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));

        engine.segments().add(new SegmentContext(8).port(new LoopbackPort("other", 1450, 64, 2048)).fdb(STATION, B));
        run();
        assertEquals(List.of(VNI, 8), List.copyOf(path.segments));
        engine.segments().remove(8);
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));
        assertEquals(List.of(AT_A), stations());
    }

    @Test
    void shouldStandStillWhileStagesAndListenersWatch()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        final StageHandle stage = engine.stages().add(frame -> {});
        run();
        assertEquals(List.of(), List.copyOf(path.segments));
        final FateSubscription fates = engine.fates(fate -> {});
        run();
        stage.close();
        run();
        assertEquals(List.of(), List.copyOf(path.segments));
        assertEquals(List.of(AT_A), stations(), "it stays in step");

        fates.close();
        fates.close();
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));
    }

    @Test
    void shouldCountWhatTheFastPathCarries()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        path.encapFrames = 3;
        path.decapFrames = 5;
        clock.step(1, TimeUnit.SECONDS);
        run();
        engine.doWork();

        final EngineSnapshot snapshot = engine.snapshot();
        assertEquals(3, snapshot.encap().in().frames());
        assertEquals(3, snapshot.encap().delivered().frames());
        assertEquals(5, snapshot.decap().in().frames());
        assertEquals(540, snapshot.decap().in().bytes());
        assertEquals(500, snapshot.decap().delivered().bytes());
        assertEquals(300, snapshot.segments().get(0).encap().bytes());
        assertEquals(5, snapshot.remotes().get(0).decap().frames());
        assertEquals(5, snapshot.ports().get(0).out().frames());
        assertEquals(0, snapshot.encap().batchSizes().count());

        path.encapFrames = 4;
        engine.close();
        assertTrue(path.isClosed);
        assertEquals(7, engine.snapshot().encap().delivered().frames());
        assertEquals(new Volume(7, 700), engine.snapshot().fastPath().encap());
        assertEquals(new Volume(5, 500), engine.snapshot().fastPath().decap());
    }

    @Test
    void shouldGoOnWithoutAFastPathThatFails()
    {
        launch(new SegmentContext(VNI).policy(policy -> policy.learning(true)));
        path.failure = new IllegalStateException("the map is gone");

        receive(STATION);

        assertTrue(path.isClosed);
        assertEquals("the fast path failed and is off, the engine carries all frames: the map is gone",
            errors.get(0).getMessage());
        assertEquals(1, errors.size());
        assertEquals(1, engine.snapshot().tables().learned());
        receive(OWN);
        assertEquals(2, engine.snapshot().tables().learned());
        assertEquals(2, port.takeAll().size());
        assertEquals("it failed: the map is gone", status().why());
        assertEquals(FastPathState.OFF, engine.snapshot().fastPath().state());
    }

    @Test
    void shouldSayWhichSegmentsTheEngineCarriesAndWhy()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        path.refusal = "its port is no TAP";
        engine.segments().add(new SegmentContext(8).port(new LoopbackPort("other", 1450, 64, 2048)));
        engine.segments().add(new SegmentContext(9).port(new LoopbackPort("third", 1450, 64, 2048))
            .policy(policy -> policy.outer(policy.outer().tos(OuterContext.INHERIT))));
        run();

        final FastPathStatus status = status();
        assertEquals(FastPathState.ON, status.state());
        assertEquals("", status.why());
        assertEquals(1, status.stations());
        assertEquals(64, status.maxStations());
        assertEquals(
            List.of(
                new FastPathStatus.SegmentState(VNI, null),
                new FastPathStatus.SegmentState(8, "its port is no TAP"),
                new FastPathStatus.SegmentState(9, "rule tos inherit")),
            status.segments());
        assertEquals("recorder", status.report().mode());

        engine.segments().addPort(VNI, new LoopbackPort("second", 1450, 64, 2048));
        run();
        assertEquals(new FastPathStatus.SegmentState(VNI, "it has 2 ports"), status().segments().get(0));
        assertEquals(0, engine.snapshot().fastPath().segments());
    }

    @Test
    void shouldSayWhyTheFastPathStoppedByItself()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        path.isDeviceGone = true;

        assertEquals(new FastPathStatus.SegmentState(VNI, "its device is gone"), status().segments().get(0));
        assertEquals(0, engine.snapshot().fastPath().segments());
        engine.segments().remove(VNI);
        run();
        assertEquals(List.of(), stations());
    }

    private FastPathStatus status()
    {
        final CompletableFuture<FastPathStatus> status = engine.fastPath().status();
        run();
        return status.join();
    }

    @Test
    void shouldGoOnWithoutASegmentWhoseDeviceIsGone()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        engine.segments().add(new SegmentContext(8).port(new LoopbackPort("other", 1450, 64, 2048)));
        run();
        path.isDeviceGone = true;
        status();
        path.refusal = "its device is gone";
        final FastPathHold hold = engine.fastPath().hold("a test");
        run();
        hold.close();
        run();
        engine.segments().change(VNI, policy -> policy.outer(policy.outer().ttl(64)));
        run();

        assertEquals(new FastPathStatus.SegmentState(VNI, "its device is gone"), status().segments().get(0));
        assertEquals(FastPathState.ON, status().state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldEndAllSegmentsAtOnceAndStayAtTheirPorts()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        engine.segments().add(new SegmentContext(8).port(new LoopbackPort("other", 1450, 64, 2048)));
        run();
        path.calls.clear();
        final FastPathHold hold = engine.fastPath().hold("a test");
        run();
        assertEquals(1, path.calls.size(), path.calls::toString);
        assertTrue(List.of("end [7, 8]", "end [8, 7]").containsAll(path.calls), path.calls::toString);

        path.isHeld = true;
        path.calls.clear();
        engine.segments().change(VNI, policy -> policy.outer(policy.outer().ttl(64)));
        run();
        assertEquals(List.of("begin 7", "end [7]"), path.calls);
        assertEquals(List.of(AT_A), stations());
        engine.segments().remove(8);
        run();
        assertEquals(List.of("begin 7", "end [7]", "leave 8"), path.calls);
        hold.close();
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));
    }

    @Test
    void shouldCountTheFramesThatAreInFlightAtTheEnd()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        path.inFlight = 3;
        engine.close();

        assertEquals(List.of("begin 7", "end [7]", "close"), path.calls);
        assertEquals(3, engine.snapshot().encap().delivered().frames());
    }

    /** Takes as long as the engine waits for a thread that foreign code blocks. */
    @Test
    void shouldReportThatItIsNotHeldAndCloseWithoutABlockedThread() throws InterruptedException
    {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch never = new CountDownLatch(1);
        engine = OverlayEngine.launch(context().threadingMode(ThreadingMode.SPLIT)
            .segment(new SegmentContext(VNI).port(port).fdb(STATION, A))
            .fastPath(path));
        engine.control().operate(tables ->
        {
            begun.countDown();
            boolean isDone = false;
            while (!isDone)
            {
                try
                {
                    never.await();
                    isDone = true;
                }
                catch (final InterruptedException ex)
                {
                    // An interrupt does not end it.
                }
            }
            return null;
        });
        begun.await();

        engine.fastPath().hold("a test");
        assertEquals(
            List.of("a thread of the engine has run no command for 5 seconds, because foreign code blocks it: " +
                "the fast path does not stand still for a test until it goes on; find that code in a thread dump"),
            errors.stream().map(Throwable::getMessage).toList());
        engine.close();
        assertFalse(engine.isTerminated());
        assertTrue(path.isClosed);
        assertEquals("the engine closes, but foreign code blocks its thread that writes the tables: the fast path is " +
            "closed, and the frames that it carried last are not counted",
            errors.get(errors.size() - 1).getMessage());
        assertEquals(FastPathState.OFF, engine.snapshot().fastPath().state());
        never.countDown();
        engine.terminated().join();
    }

    @Test
    void shouldSayWhatItStandsStillFor()
    {
        launch(new SegmentContext(VNI).fdb(STATION, A));
        assertEquals(FastPathState.ON, engine.snapshot().fastPath().state());
        final StageHandle stage = engine.stages().add(frame -> {});
        final FastPathHold hold = engine.fastPath().hold("a test");
        run();

        assertEquals(FastPathState.HELD, engine.snapshot().fastPath().state());
        assertEquals("it stands still for a stage and a test", status().why());
        assertEquals("it stands still for a stage and a test", status().segments().get(0).whyNot());
        stage.close();
        run();
        assertEquals(List.of(), List.copyOf(path.segments));
        assertEquals("it stands still for a test", status().why());

        hold.close();
        hold.close();
        run();
        assertEquals(List.of(VNI), List.copyOf(path.segments));
        assertEquals(1, engine.snapshot().fastPath().segments());
        assertEquals(FastPathState.ON, status().state());
    }

    @Test
    void shouldLaunchWithoutOneThatIsNotNeeded()
    {
        path.failure = new IllegalArgumentException("no fast path: the kernel is too old");
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(fabric.attach(LOCAL))
            .threadingMode(ThreadingMode.INVOKER)
            .segment(new SegmentContext(VNI).port(port).fdb(STATION, A))
            .fastPathIfPossible(path));

        final FastPathStatus status = status();
        assertEquals(FastPathState.OFF, status.state());
        assertEquals("no fast path: the kernel is too old", status.why());
        assertEquals(List.of(), status.segments());
        assertEquals(List.of(), stations());
        engine.fastPath().hold("a test").close();
        run();
        engine.close();
        assertEquals(FastPathState.OFF, engine.snapshot().fastPath().state());
        assertFalse(path.isClosed);
    }

    @Test
    void shouldUseWhatWrappersOffer()
    {
        engine = OverlayEngine.launch(new EngineContext()
            .underlay(new ForwardingUnderlay(fabric.attach(LOCAL))
            {
                @Override
                public Underlay fastUnderlay()
                {
                    return underlay;
                }
            })
            .threadingMode(ThreadingMode.INVOKER)
            .segment(new SegmentContext(VNI).port(new ForwardingPort(port)
            {
                @Override
                public Port fastPort()
                {
                    return port;
                }
            }))
            .fastPath(path));

        assertFalse(path.underlay instanceof ForwardingUnderlay);
        assertSame(port, path.port);
    }

    @Test
    void shouldRefuseTheLaunchIfItCannotOpen()
    {
        path.failure = new IllegalArgumentException("no fast path: the kernel is too old");

        final IllegalArgumentException refusal =
            assertThrows(IllegalArgumentException.class, () -> launch(new SegmentContext(VNI)));

        assertEquals("no fast path: the kernel is too old", refusal.getMessage());
    }
}
