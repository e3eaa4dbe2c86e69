// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.FdbTrial.A;
import static io.overlane.conformance.FdbTrial.B;
import static io.overlane.conformance.FdbTrial.M;
import static io.overlane.conformance.FdbTrial.VNI;
import static io.overlane.conformance.FdbTrial.learning;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.event.EngineEvent;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is learned from a frame's source, and what stands against it. */
class LearningRowsTest
{
    private final FdbTrial trial = new FdbTrial();

    @AfterEach
    void close()
    {
        trial.close();
    }

    @Test
    @Conformance(row = 35)
    void shouldLearnTheSourceAddressWithThePortOfTheEngine()
    {
        trial.launch();
        trial.hear(new Vtep(A.address(), 51_000), M);

        assertEquals(A, trial.remoteOf(M));
        trial.sendTo(M);
        assertEquals(1, trial.harness().sentTo(A).size());
    }

    @Test
    @Conformance(row = 36)
    void shouldNotCareForAnotherSourcePort()
    {
        trial.launch();
        trial.hear(new Vtep(A.address(), 51_000), M);
        trial.hear(new Vtep(A.address(), 51_001), M);

        assertEquals(A, trial.remoteOf(M));
        assertEquals(0, tables().get(TableCounters.Event.MOVED));
    }

    @Test
    @Conformance(row = 37, behaviour = "moves at once, counted and told; pinned for 30 s after 10 moves in 10 s",
        deviation = "Linux never pins; FdbContext.maxMoves(0) is the same")
    void shouldMoveAtOnce()
    {
        final List<EngineEvent> events = new ArrayList<>();
        trial.launch();
        trial.harness().engine().events(Runnable::run, events::add);
        trial.hear(A, M);
        trial.hear(B, M);

        assertEquals(B, trial.remoteOf(M));
        assertEquals(1, tables().get(TableCounters.Event.MOVED));
        assertEquals(2, events.size(), "learned and moved, each told once");
    }

    @Test
    @Conformance(row = 37)
    void shouldPinAMacThatFlips()
    {
        trial.launch();
        trial.hear(A, M);
        for (int i = 0; i < 100; i++)
        {
            trial.hear((i & 1) == 0 ? B : A, M);
        }
        assertEquals(10, tables().get(TableCounters.Event.MOVED));
        assertEquals(A, trial.remoteOf(M));
        assertEquals(101, trial.harness().delivered().size(), "frames go on");
        assertEquals(45, tables().get(TableCounters.Event.PINNED), "those of B that came after");

        trial.step(30);
        trial.hear(B, M);
        assertEquals(B, trial.remoteOf(M));
    }

    @Test
    @Conformance(row = 38, behaviour = "as Linux, and counted")
    void shouldDropASourceNoStationHas()
    {
        trial.launch();
        trial.hear(A, new MacAddress(0));
        trial.hear(A, MacAddress.parse("01:00:5e:00:00:01"));

        assertEquals(2, trial.harness().decap().dropped(DropReason.BAD_SOURCE_MAC));
        assertEquals(0, trial.harness().engine().snapshot().tables().fdb());
    }

    @Test
    @Conformance(row = 39)
    void shouldDeliverASourceNoStationHasWithoutLearning()
    {
        trial.launch(new SegmentContext(VNI));
        trial.hear(A, new MacAddress(0));
        trial.hear(A, MacAddress.parse("01:00:5e:00:00:01"));

        assertEquals(2, trial.harness().delivered().size());
    }

    @Test
    @Conformance(row = 40)
    void shouldDeliverWhatAStaticEntryConfirms()
    {
        trial.launch(learning().fdb(M, A));
        trial.hear(new Vtep(A.address(), 1234), M);

        assertEquals(1, trial.harness().delivered().size());
        assertEquals(FdbEntry.STATIC, trial.kindOf(M));
    }

    @Test
    @Conformance(row = 41, behaviour = "as Linux, and counted")
    void shouldDropWhatAStaticOrExternalEntryDenies()
    {
        final MacAddress other = MacAddress.parse("02:00:00:00:00:78");
        trial.launch(learning().fdb(M, A));
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(new FdbRequest(VNI, other, A).external(1))));
        trial.hear(B, M);
        trial.hear(B, other);

        assertEquals(2, EngineHarness.ledger(trial.harness().decap(), DropReason.STATIC_VIOLATION, VNI, B));
        assertEquals(A, trial.remoteOf(M));
        assertEquals(A, trial.remoteOf(other));
    }

    @Test
    @Conformance(row = 42)
    void shouldMoveAUsersDynamicEntry()
    {
        trial.launch();
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(new FdbRequest(VNI, M, A).dynamic())));
        trial.hear(B, M);

        assertEquals(1, trial.harness().delivered().size());
        assertEquals(B, trial.remoteOf(M));
        assertEquals(FdbEntry.DYNAMIC, trial.kindOf(M), "it stays the user's");
    }

    @Test
    @Conformance(row = 43, behaviour = "a station's entry takes no second remote; learned conflict with it is dropped",
        deviation = "there are no nexthop groups, so no station has several remotes")
    void shouldDropWhatContradictsAnEntryThatWasToHaveSeveralRemotes()
    {
        trial.launch();
        for (final Vtep remote : new Vtep[]{A, B})
        {
            assertEquals(TableResult.DONE, trial.ask(control ->
                control.append(new FdbRequest(VNI, M, remote).external(1))));
        }
        assertEquals(1, trial.rows().size());
        trial.sendTo(M);
        assertEquals(List.of(1, 0, 0), trial.sent());

        trial.hear(B, M);
        trial.harness().assertDatagramDropped(DropReason.STATIC_VIOLATION, VNI, B);
        assertEquals(A, trial.remoteOf(M));
    }

    @Test
    @Conformance(row = 44, behaviour = "delivered and learned; the remote that holds the most loses what it was not " +
        "heard from for longest", deviation = "Linux learns nothing more, so that one remote can shut out all others")
    void shouldMakeRoomForANewStation()
    {
        trial.harness().context().fdb(fdb -> fdb.maxEntries(8));
        trial.launch();
        trial.hear(B, M);
        for (int i = 0; i < 100; i++)
        {
            trial.hear(A, new MacAddress(0x0200_0000_1000L + i));
        }

        assertEquals(101, trial.harness().delivered().size());
        assertEquals(B, trial.remoteOf(M));
        assertEquals(A, trial.remoteOf(new MacAddress(0x0200_0000_1000L + 99)));
        assertNull(trial.remoteOf(new MacAddress(0x0200_0000_1000L)));
        assertEquals(93, tables().get(TableCounters.Event.EVICTED));
    }

    @Test
    @Conformance(row = 44)
    void shouldMakeRoomWithinASegmentThatHasALimit()
    {
        trial.launch(learning().policy(p -> p.maxLearned(2)));
        for (int i = 0; i < 5; i++)
        {
            trial.hear(A, new MacAddress(0x0200_0000_1000L + i));
        }
        assertEquals(2, trial.harness().engine().snapshot().segments().get(0).learned());
    }

    @Test
    @Conformance(row = 51, behaviour = "always (VNI, MAC)", deviation = "Linux: MAC alone but in external mode")
    void shouldLearnInEachSegmentApart()
    {
        trial.harness().context().segment(
            new SegmentContext(2).policy(p -> p.learning(true)).port(new LoopbackPort("two", 1450, 16)));
        trial.launch();
        trial.hear(A, M);
        trial.harness().receive(B, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(M.value())).vni(2).datagram());

        assertEquals(A, trial.remoteOf(M));
        assertEquals(2, trial.rows().size());
    }

    private TableCounters tables()
    {
        return trial.harness().engine().counters().tables();
    }
}
