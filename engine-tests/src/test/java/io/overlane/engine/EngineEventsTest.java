// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.event.EngineEvent.MacChanged;
import io.overlane.event.EngineEvent.Place;
import io.overlane.event.EngineEvent;
import io.overlane.frame.Frame;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SegmentContext;
import io.overlane.port.ForwardingPort;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.ForwardingUnderlay;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a whole engine reports to its subscribers. */
class EngineEventsTest
{
    private static final int VNI = 7;
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress N = MacAddress.parse("02:00:00:00:00:0b");
    private static final Place AT_A = new Place(EngineHarness.A, null);
    private static final Place AT_B = new Place(EngineHarness.B, null);

    private final EngineHarness harness = EngineHarness.create();
    private final List<EngineEvent> events = new ArrayList<>();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldReportTheLifeOfALearnedMac()
    {
        launch(learning());
        receive(EngineHarness.A, M);
        receive(EngineHarness.B, M);
        harness.clock().step(harness.context().fdb().ageNs() + TimeUnit.SECONDS.toNanos(2), TimeUnit.NANOSECONDS);
        harness.run();
        assertEquals(List.of(
            changed(FdbChange.LEARNED, AT_A, null),
            changed(FdbChange.MOVED, AT_B, AT_A),
            changed(FdbChange.AGED, AT_B, null)), events);
    }

    @Test
    void shouldReportAPinnedMacOnceASecond()
    {
        launch(learning());
        for (int i = 0; i < 100; i++)
        {
            receive(i % 2 == 0 ? EngineHarness.A : EngineHarness.B, M);
        }
        final List<EngineEvent> pinned = macs(FdbChange.PINNED);
        assertEquals(List.of(changed(FdbChange.PINNED, AT_A, AT_B)), pinned);
        assertEquals(10, macs(FdbChange.MOVED).size());
        harness.clock().step(1, TimeUnit.SECONDS);
        receive(EngineHarness.B, M);
        assertEquals(2, macs(FdbChange.PINNED).size());
    }

    @Test
    void shouldReportThePortOfAStation()
    {
        final LoopbackPort other = new LoopbackPort("other", 1450, 64, 2048);
        launch(learning().addPort(other));
        other.put(FrameSpec.ipv4Udp().sourceMac(M.value()).bytes());
        harness.run();
        assertEquals(changed(FdbChange.LEARNED, new Place(null, "other"), null), events.get(0));
    }

    @Test
    void shouldReportEvictionWhenASegmentIsFull()
    {
        launch(learning().policy(p -> p.maxLearned(1)));
        receive(EngineHarness.A, M);
        receive(EngineHarness.A, N);
        assertEquals(List.of(changed(FdbChange.EVICTED, AT_A, null)), macs(FdbChange.EVICTED));
    }

    @Test
    void shouldReportConfiguredEntries()
    {
        launch(new SegmentContext(VNI));
        harness.engine().control().operate(tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.A)));
        harness.engine().control().operate(tables -> tables.delete(new FdbRequest(VNI, M, null)));
        harness.run();
        assertEquals(List.of(
            new MacChanged(now(), FdbChange.CONFIGURED, VNI, M, FdbKind.STATIC, AT_A, null),
            new MacChanged(now(), FdbChange.REMOVED, VNI, M, FdbKind.STATIC, AT_A, null)), events);
    }

    @Test
    void shouldReportUnknownStationsOnceASecond()
    {
        launch(new SegmentContext(VNI));
        for (int i = 0; i < 10; i++)
        {
            harness.transmit(FrameSpec.ipv4Udp().destinationMac(M.value()).bytes());
        }
        assertEquals(List.of(new EngineEvent.UnknownStation(now(), VNI, M)), events);
    }

    @Test
    void shouldReportWhoBringsTooManyMacs()
    {
        harness.context().fdb(fdb -> fdb.learnsPerSecond(2));
        launch(learning());
        for (int i = 1; i <= 10; i++)
        {
            receive(EngineHarness.A, new MacAddress(M.value() + i));
        }
        final int learned = macs(FdbChange.LEARNED).size();
        assertTrue(learned < 10, "learned: " + learned);
        assertEquals(
            List.of(new EngineEvent.LearnLimited(now(), VNI, AT_A)), events.subList(learned, events.size()));
    }

    @Test
    void shouldReportTheBeginningOfAFloodStorm()
    {
        launch(new SegmentContext(VNI).flood(EngineHarness.A).policy(p -> p.floodBudget(new FloodBudget(0, 5, 0))));
        harness.run();
        flood(20);
        second();
        assertEquals(
            List.of(new EngineEvent.FloodStorm(now(), VNI, DropReason.SEGMENT_FLOOD_LIMIT, 15)), storms());
        flood(20);
        second();
        assertEquals(1, storms().size(), "the same storm");
        second();
        flood(20);
        second();
        assertEquals(2, storms().size(), "after a second of peace");
    }

    @Test
    void shouldReportALostOffload()
    {
        final boolean[] takes = {true, true};
        harness.context().underlay(new ForwardingUnderlay(harness.underlay())
        {
            @Override
            public boolean gainsFromJoining()
            {
                return takes[0];
            }
        });
        harness.context().segment(new SegmentContext(VNI).port(new ForwardingPort(new LoopbackPort("tap", 1450, 8))
        {
            @Override
            public boolean takesSuperFrames(final int gsoType)
            {
                return takes[1] || gsoType == Frame.GSO_UDP_L4;
            }
        }));
        harness.launch();
        harness.engine().events(Runnable::run, events::add);
        harness.run();
        assertEquals(List.of(), events);
        takes[0] = false;
        takes[1] = false;
        second();
        assertEquals(List.of(
            new EngineEvent.OffloadLost(now(), "tap", "super-frames of TCP over IPv4"),
            new EngineEvent.OffloadLost(now(), "tap", "super-frames of TCP over IPv6"),
            new EngineEvent.OffloadLost(now(), harness.underlay().description(), "joined datagrams")), events);
        second();
        assertEquals(3, events.size());
    }

    @Test
    void shouldReportSegmentsAndPortsAndTheEnd()
    {
        launch(new SegmentContext(VNI));
        final LoopbackPort added = new LoopbackPort("added", 1450, 8);
        harness.engine().segments().add(new SegmentContext(8).port(new LoopbackPort("of 8", 1450, 8)));
        harness.run();
        harness.engine().segments().addPort(8, added);
        harness.run();
        harness.engine().segments().removePort(8, added);
        harness.run();
        harness.engine().segments().remove(8);
        harness.run();
        harness.engine().close();
        assertEquals(List.of(
            new EngineEvent.SegmentAdded(now(), 8),
            new EngineEvent.PortAdded(now(), 8, "added"),
            new EngineEvent.PortRemoved(now(), 8, "added"),
            new EngineEvent.SegmentRemoved(now(), 8),
            new EngineEvent.EngineEnded(now(), null)), events);
    }

    @Test
    void shouldReportNothingAfterTheSubscriptionIsClosed()
    {
        harness.launch(learning());
        harness.engine().events(Runnable::run, events::add).close();
        receive(EngineHarness.A, M);
        harness.engine().close();
        harness.engine().events(Runnable::run, events::add);
        assertEquals(List.of(), events);
    }

    private void launch(final SegmentContext segment)
    {
        harness.launch(segment);
        harness.attach(EngineHarness.A);
        harness.engine().events(Runnable::run, events::add);
    }

    private static SegmentContext learning()
    {
        return new SegmentContext(VNI).policy(p -> p.learning(true));
    }

    private void receive(final Vtep from, final MacAddress source)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source.value())).vni(VNI).datagram());
    }

    private void flood(final int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            harness.transmit(FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).bytes());
        }
    }

    private void second()
    {
        harness.clock().step(1, TimeUnit.SECONDS);
        harness.run();
        assertTrue(harness.engine().isRunning());
    }

    private long now()
    {
        return harness.clock().nanoTime();
    }

    private MacChanged changed(final FdbChange change, final Place place, final Place other)
    {
        return events.stream()
            .filter(event -> event instanceof MacChanged changed && changed.change() == change)
            .findFirst()
            .map(event -> new MacChanged(event.timeNs(), change, VNI, M, FdbKind.LEARNED, place, other))
            .orElseThrow(() -> new AssertionError(change + " is missing in " + events));
    }

    private List<EngineEvent> macs(final FdbChange change)
    {
        return events.stream()
            .filter(event -> event instanceof MacChanged changed && changed.change() == change)
            .toList();
    }

    private List<EngineEvent> storms()
    {
        return events.stream().filter(EngineEvent.FloodStorm.class::isInstance).toList();
    }
}
