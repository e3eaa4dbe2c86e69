// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbRequest;
import io.overlane.fate.Fate;
import io.overlane.fate.FateSubscription;
import io.overlane.frame.TestFrames;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.FateTally;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every frame has exactly one fate, and the listeners get each: the sums equal the counters for random traffic. The
 * harness makes the same comparison in all tests that use it.
 */
class FateModelTest
{
    private static final int VNI = 1;
    private static final int LONGEST = 65_000;
    private static final int[] STATIONS = {1, 2, 3, 4, 5, 6};

    private final Random random = new Random(0xFA7E);

    @Test
    void shouldReportSuperFramesFloodsAndSwitchedFramesOnce()
    {
        try (EngineHarness harness = EngineHarness.create())
        {
            final LoopbackPort one = new LoopbackPort("one", 1450, 16, LONGEST);
            final LoopbackPort two = new LoopbackPort("two", 1450, 16, LONGEST);
            harness.launch(new SegmentContext(VNI)
                .addPort(two)
                .policy(p -> p.learning(true).floodBudget(new FloodBudget(0, 0, 3_000)))
                .flood(EngineHarness.A).flood(EngineHarness.B)
                .fdb(station(6), EngineHarness.C), one);
            harness.attach(EngineHarness.A);
            harness.attach(EngineHarness.C);
            final FateTally tally = new FateTally();
            harness.engine().fates(tally);
            for (int i = 0; i < 20_000; i++)
            {
                final LoopbackPort from = random.nextBoolean() ? one : two;
                switch (random.nextInt(4))
                {
                    case 0 -> putSuperFrame(from);
                    case 1 -> harness.send(
                        EngineHarness.A,
                        random.nextInt(4),
                        FrameSpec.vxlan(frame().payloadLength(random.nextInt(1_300))).vni(VNI).datagram());
                    default -> from.put(frame().bytes());
                }
                if (random.nextInt(6) == 0)
                {
                    harness.run();
                    harness.clock().step(random.nextInt(20), TimeUnit.MILLISECONDS);
                    drain(harness, one, two);
                }
            }
            harness.run();
            tally.assertMatches(harness.engine());
            final long copies = tally.copies(Fate.Direction.ENCAP, Fate.Outcome.DELIVERED);
            assertTrue(copies > harness.encap().floodCopies(), "a frame has one copy more than is counted");
            assertTrue(harness.encap().switched() > 0);
            assertTrue(tally.frames(Fate.Direction.ENCAP, Fate.Outcome.DROPPED) > 0);
        }
    }

    private void drain(final EngineHarness harness, final LoopbackPort... ports)
    {
        for (final LoopbackPort port : ports)
        {
            while (random.nextInt(20) != 0 && port.takeBytes() != null)
            {
                // Some ports stay full.
            }
        }
        harness.sentTo(EngineHarness.A);
        harness.sentTo(EngineHarness.C);
    }

    private void putSuperFrame(final LoopbackPort port)
    {
        final SuperFrameSpec any = SuperFrameSpec.random(random, 20_000);
        final SuperFrameSpec spec = new SuperFrameSpec(
            any.spec().sourceMac(station()).destinationMac(station()), any.payload(), any.gsoSize());
        port.put(TestFrames.superFrame(spec));
    }

    private FrameSpec frame()
    {
        return FrameSpec.ipv4Udp().sourceMac(station()).destinationMac(station())
            .payloadLength(random.nextInt(20) == 0 ? 1_800 : random.nextInt(1_300));
    }

    private long station()
    {
        return station(STATIONS[random.nextInt(STATIONS.length)]).value();
    }

    private static MacAddress station(final int number)
    {
        return new MacAddress(0x02_00_00_00_00_00L + number);
    }

    /** Listeners come and go while threads carry frames; the one that is there all the time gets every frame. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldReportEveryFrameWhileListenersComeAndGo(final ThreadingMode mode) throws Exception
    {
        final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
        final LoopbackPort port = new LoopbackPort("port", 1450, 256, 2048);
        final FateTally tally = new FateTally();
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(
                new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
            .threadingMode(mode)
            .errorHandler(errors::add)
            .segment(new SegmentContext(VNI).port(port).policy(p -> p.learning(true))));
        try (engine)
        {
            engine.fates(tally);
            engine.control().operate(tables -> tables.append(
                FdbRequest.flood(VNI, engine.local()))).get();
            final List<FateSubscription> others = new ArrayList<>();
            int put = 0;
            for (int i = 0; i < 30_000; i++)
            {
                if (port.put(frame().bytes()))
                {
                    put++;
                }
                if (i % 300 == 0)
                {
                    others.add(engine.fates(fate -> {}));
                }
                if (i % 300 == 150)
                {
                    others.remove(0).close();
                }
                port.takeBytes();
            }
            assertTrue(put > 0);
        }
        tally.assertMatches(engine);
        assertEquals(List.of(), List.copyOf(errors));
    }
}
