// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.engine.Internals;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.SteppedClock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Learning and ageing as in Linux {@code vxlan_snoop} and {@code vxlan_cleanup}, by case. */
class LearningTest
{
    private static final int VNI = 1;
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:77");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldLearnAddressWithPeersPortInRow35()
    {
        harness.launch(learning());
        harness.attach(EngineHarness.A);
        hear(new Vtep(EngineHarness.A.address(), 51_000), M);

        assertEquals(EngineHarness.A, remoteOf(M));
        sendTo(M);
        assertEquals(1, harness.sentTo(EngineHarness.A).size());
    }

    @Test
    void shouldLearnConfiguredPeerPort()
    {
        harness.context().peerUdpPort(4789);
        harness.launch(learning());
        hear(EngineHarness.A, M);

        assertEquals(new Vtep(EngineHarness.A.address(), 4789), remoteOf(M));
    }

    @Test
    void shouldNotMoveForOtherSourcePortInRow36()
    {
        harness.launch(learning());
        hear(new Vtep(EngineHarness.A.address(), 51_000), M);
        hear(new Vtep(EngineHarness.A.address(), 51_001), M);

        assertEquals(EngineHarness.A, remoteOf(M));
        assertEquals(1, harness.engine().snapshot().tables().remotes());
    }

    @Test
    void shouldMoveAtOnceInRow37()
    {
        harness.launch(learning());
        hear(EngineHarness.A, M);
        hear(EngineHarness.B, M);

        assertEquals(EngineHarness.B, remoteOf(M));
        assertEquals(1, harness.engine().snapshot().tables().remotes(), "the first remote was let go");
        assertEquals(2, harness.delivered().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"})
    void shouldDropBadSourceInRow38(final String mac)
    {
        harness.launch(learning());
        hear(EngineHarness.A, MacAddress.parse(mac));

        harness.assertDatagramDropped(DropReason.BAD_SOURCE_MAC, VNI, EngineHarness.A);
        assertEquals(0, harness.engine().snapshot().tables().fdb());
    }

    @ParameterizedTest
    @ValueSource(strings = {"01:00:5e:00:00:01", "00:00:00:00:00:00"})
    void shouldDeliverBadSourceWithoutLearningInRow39(final String mac)
    {
        harness.launch(new SegmentContext(VNI));
        hear(EngineHarness.A, MacAddress.parse(mac));

        assertEquals(1, harness.delivered().size());
    }

    @Test
    void shouldDeliverWhatStaticEntryConfirmsInRow40()
    {
        harness.launch(learning().fdb(M, EngineHarness.A));
        hear(new Vtep(EngineHarness.A.address(), 1234), M);

        assertEquals(1, harness.delivered().size());
        assertEquals(
            FdbEntry.STATIC,
            FdbEntry.kind(Internals.forwarding(harness.engine()).fdb().lookup(VNI, M.value())));
    }

    @Test
    void shouldDropStaticViolationInRow41()
    {
        harness.launch(learning().fdb(M, EngineHarness.A));
        hear(EngineHarness.B, M);

        harness.assertDatagramDropped(DropReason.STATIC_VIOLATION, VNI, EngineHarness.B);
        assertEquals(EngineHarness.A, remoteOf(M));
    }

    @Test
    void shouldNotLookAtStaticEntriesWithoutLearning()
    {
        harness.launch(new SegmentContext(VNI).fdb(M, EngineHarness.A));
        hear(EngineHarness.B, M);

        assertEquals(1, harness.delivered().size());
    }

    @Test
    void shouldDeliverWithoutLearningWhenTableIsFullInRow44()
    {
        harness.context().fdb(fdb -> fdb.maxEntries(8));
        harness.launch(learning());
        for (int i = 0; i < 20; i++)
        {
            hear(EngineHarness.A, new MacAddress(0x0200_0000_1000L + i));
        }

        assertEquals(20, harness.delivered().size());
        assertEquals(8, harness.engine().snapshot().tables().learned());
        final int a = Internals.forwarding(harness.engine()).remotes().find(
            EngineHarness.A.address().high(), EngineHarness.A.address().low());
        assertEquals(8, Internals.forwarding(harness.engine()).remotes().references(a), "none taken in vain");
    }

    @Test
    void shouldDeliverWithoutLearningWhenThereIsNoNumberForRemote()
    {
        harness.context().maxRemotes(1);
        harness.launch(learning().flood(EngineHarness.A));
        hear(EngineHarness.B, M);

        assertEquals(1, harness.delivered().size());
        assertEquals(FdbEntry.MISSING, Internals.forwarding(harness.engine()).fdb().lookup(VNI, M.value()));
    }

    @Test
    void shouldMakeRoomForConfiguredEntryInRow45() throws Exception
    {
        harness.context().fdb(fdb -> fdb.maxEntries(8));
        harness.launch(learning());
        for (int i = 0; i < 8; i++)
        {
            hear(EngineHarness.A, new MacAddress(0x0200_0000_1000L + i));
        }
        final var answer = harness.engine().control().operate(
            tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.B)));
        harness.run();

        assertEquals(TableResult.DONE, answer.get());
        assertEquals(EngineHarness.B, remoteOf(M));
    }

    @Test
    void shouldForgetSilentStationInRow46()
    {
        harness.context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(3)));
        harness.launch(learning());
        hear(EngineHarness.A, M);
        step(2_900);
        assertEquals(1, harness.engine().snapshot().tables().fdb());

        step(1_200);
        assertEquals(0, harness.engine().snapshot().tables().fdb());
        assertEquals(0, harness.engine().snapshot().tables().remotes(), "its remote was let go");
    }

    @Test
    void shouldForgetStationThatOnlyReceivesInRow47()
    {
        harness.context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(3)));
        harness.launch(learning());
        harness.attach(EngineHarness.A);
        hear(EngineHarness.A, M);
        for (int i = 0; i < 8; i++)
        {
            sendTo(M);
            step(550);
        }

        assertEquals(0, harness.engine().snapshot().tables().fdb());
    }

    @Test
    void shouldKeepStationThatIsHeard()
    {
        harness.context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(3)));
        harness.launch(learning());
        for (int i = 0; i < 8; i++)
        {
            hear(EngineHarness.A, M);
            step(2_000);
        }

        assertEquals(EngineHarness.A, remoteOf(M));
    }

    @Test
    void shouldNeverAgeConfiguredEntryInRow48()
    {
        harness.context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(3)));
        harness.launch(learning().fdb(M, EngineHarness.A));
        hear(EngineHarness.B, MacAddress.parse("02:00:00:00:00:78"));
        step(60_000);
        step(60_000);

        assertEquals(1, harness.engine().snapshot().tables().fdb());
        assertEquals(EngineHarness.A, remoteOf(M));
    }

    @Test
    void shouldNeverAgeWhenAgeIsZeroInRow50()
    {
        harness.context().fdb(fdb -> fdb.ageNs(0));
        harness.launch(learning());
        hear(EngineHarness.A, M);
        harness.clock().step(1000, TimeUnit.DAYS);
        harness.run();

        assertEquals(EngineHarness.A, remoteOf(M));
    }

    @Test
    void shouldLearnPerVniInRow51()
    {
        harness.context().segment(new SegmentContext(2).policy(p -> p.learning(true)).flood(EngineHarness.C)
            .port(new LoopbackPort("two", 1450, 16)));
        harness.launch(learning());
        hear(EngineHarness.A, M);
        harness.receive(EngineHarness.B, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(M.value())).vni(2).datagram());

        assertEquals(EngineHarness.A, remoteOf(M));
        final long inTwo = Internals.forwarding(harness.engine()).fdb().lookup(2, M.value());
        assertEquals(EngineHarness.B, Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(inTwo)));
    }

    @Test
    void shouldReadClockOncePerBatch()
    {
        final SteppedClock own = new SteppedClock();
        harness.context().clock(own);
        harness.launch(learning());
        hear(EngineHarness.A, M);
        final long before = own.reads();
        hear(EngineHarness.A, M);
        final long readsForOne = own.reads() - before;
        for (int i = 0; i < 50; i++)
        {
            harness.send(EngineHarness.A, 0, FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(VNI).datagram());
        }
        harness.run();

        assertEquals(readsForOne, own.reads() - before - readsForOne);
    }

    @Test
    void shouldAgeManyEntriesWithinScanTime()
    {
        harness.context().fdb(fdb -> fdb.maxEntries(65_536).ageNs(TimeUnit.SECONDS.toNanos(3)));
        harness.launch(learning());
        for (int i = 0; i < 500; i++)
        {
            hear(EngineHarness.A, new MacAddress(0x0200_0000_1000L + i));
            harness.delivered();
        }
        step(3_000);
        for (int i = 0; i < 25; i++)
        {
            step(50);
        }

        assertEquals(0, harness.engine().snapshot().tables().fdb());
    }

    private void step(final long ms)
    {
        harness.clock().step(ms, TimeUnit.MILLISECONDS);
        harness.run();
    }

    private void hear(final Vtep from, final MacAddress source)
    {
        harness.receive(from, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(source.value())).vni(VNI).datagram());
    }

    private void sendTo(final MacAddress destination)
    {
        harness.transmit(FrameSpec.ipv4Udp().destinationMac(destination.value()).bytes());
    }

    private Vtep remoteOf(final MacAddress mac)
    {
        final long entry = Internals.forwarding(harness.engine()).fdb().lookup(VNI, mac.value());
        return entry == FdbEntry.MISSING ?
            new Vtep(IpAddress.ANY_V4, 1) :
            Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(entry));
    }

    private static SegmentContext learning()
    {
        return new SegmentContext(VNI).policy(p -> p.learning(true));
    }
}
