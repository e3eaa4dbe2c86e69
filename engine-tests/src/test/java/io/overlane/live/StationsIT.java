// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.engine.EngineContext;
import io.overlane.fate.FateSubscription;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Stations of which only the kernel sees frames: their age, their number, and changes while their frames flow. */
class StationsIT extends OnAWire
{
    private static final MacAddress GUEST = MacAddress.parse("02:00:00:00:00:66");
    private static final long AGE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int NUMBERED = 2_000;
    private static final int CHANGE_EACH = 100;

    private Lane lane(final EngineContext context) throws IOException
    {
        return new Lane(
            wire,
            Mode.TC,
            SystemNanoClock.INSTANCE,
            new UnderlayOptions(IpAddress.parse(Wire.V4), LiveRow.UDP_PORT).sourcePorts(),
            LiveRow.OWN,
            1_450,
            context,
            new SegmentContext(LiveRow.VNI).flood(LiveRow.A).fdb(LiveRow.STATION, LiveRow.A)
                .policy(policy -> policy.learning(true)));
    }

    private static byte[] datagram(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner.destinationMac(LiveRow.OWN.value())).vni(LiveRow.VNI).source("10.99.0.2")
            .destination(Wire.V4).ports(50_000, LiveRow.UDP_PORT).zeroChecksum().packet();
    }

    private static boolean isKnown(final Lane lane) throws IOException
    {
        final List<FdbRow> rows = new ArrayList<>();
        lane.ask(tables ->
        {
            tables.list(FdbFilter.ALL.vni(LiveRow.VNI).mac(GUEST), rows::add);
            return null;
        });
        return !rows.isEmpty();
    }

    @Test
    void shouldKeepAStationThatOnlyTheKernelSeesAndForgetASilentOne() throws IOException
    {
        try (Lane lane = lane(new EngineContext().fdb(fdb -> fdb.ageNs(AGE_NS))))
        {
            final byte[] datagram = datagram(FrameSpec.ipv4Udp().sourceMac(GUEST.value()));
            lane.receive(List.of(datagram));
            assertEquals(0, lane.carried(), "the engine learns");
            // Traffic to it only, and then from it, for longer than the age.
            final long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < 3 * AGE_NS)
            {
                lane.receive(List.of(datagram));
                assertEquals(1, lane.carried(), "the kernel carries");
                assertTrue(isKnown(lane));
            }
            final long silentNs = System.nanoTime();
            while (isKnown(lane))
            {
                lane.transmit(FrameSpec.ipv4Udp().destinationMac(GUEST.value()).bytes());
                assertTrue(System.nanoTime() - silentNs < PATIENCE_NS, "frames to a station do not keep it");
            }
            lane.receive(List.of(datagram));
            assertEquals(0, lane.carried(), "it is a new station");
        }
    }

    /** What changes while numbered frames flow. */
    @FunctionalInterface
    private interface Change
    {
        void at(Lane lane, int number) throws IOException;
    }

    /** Frames flow both ways, some of them while the change takes effect; each arrives, once. */
    private void assertNothingLost(final Change change) throws IOException
    {
        try (Lane lane = lane(new EngineContext()))
        {
            long carried = 0;
            final BitSet sent = new BitSet();
            final BitSet received = new BitSet();
            for (int number = 0; number < NUMBERED; number++)
            {
                if (number % CHANGE_EACH == 0)
                {
                    change.at(lane, number / CHANGE_EACH);
                }
                final String payload = String.format("%08d", number);
                lane.send(FrameSpec.ipv4Udp().payload(payload).bytes());
                wire.send(datagram(FrameSpec.ipv4Udp().sourceMac(LiveRow.STATION.value()).payload(payload)));
                if (number % CHANGE_EACH == CHANGE_EACH - 1)
                {
                    carried += lane.collect(sent, received);
                }
                else
                {
                    lane.work();
                }
            }
            carried += lane.collect(sent, received);
            assertEquals(NUMBERED, sent.cardinality());
            assertEquals(NUMBERED, received.cardinality());
            assertTrue(carried > NUMBERED / 2, "the kernel carried only " + carried);
            lane.counters();
        }
    }

    @Test
    void shouldLoseNothingWhileAListenerComesAndGoes() throws IOException
    {
        final FateSubscription[] watching = new FateSubscription[1];
        assertNothingLost((lane, number) ->
        {
            if (watching[0] == null)
            {
                watching[0] = lane.engine().fates(fate -> { });
            }
            else
            {
                watching[0].close();
                watching[0] = null;
            }
        });
    }

    @Test
    void shouldLoseNothingWhileRulesChange() throws IOException
    {
        assertNothingLost((lane, number) -> lane.engine().segments().change(LiveRow.VNI, rules ->
            rules.outer(new OuterContext().ttl(number % 3 == 0 ? OuterContext.INHERIT : number + 1))));
    }

    /** {@code -Doverlane.fastpath.stations=100000} is a large network. */
    @Test
    void shouldKnowEachOfManyStations() throws IOException
    {
        final int count = Integer.getInteger("overlane.fastpath.stations", 10_000);
        try (Lane lane = lane(new EngineContext().fdb(fdb -> fdb.maxEntries(count))))
        {
            final long startNs = System.nanoTime();
            fill(lane, count - 1);
            final long filledMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            final Random random = new Random(1);
            for (int i = 0; i < 100; i++)
            {
                final int number = random.nextInt(count - 1);
                final List<String> out = lane.transmit(
                    FrameSpec.ipv4Udp().destinationMac(station(number).value()).bytes());
                assertEquals(1, lane.carried(), "station " + number);
                assertTrue(out.get(0).contains("0a6300010a63000" + (2 + number % 8)), () -> "station " + number + out);
            }
            final long changeNs = System.nanoTime();
            lane.ask(tables -> tables.flush(FdbFilter.ALL.remote(IpAddress.parse("10.99.0.5"))));
            final long flushedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - changeNs);
            for (int number = 0; number < 40; number++)
            {
                lane.transmit(FrameSpec.ipv4Udp().destinationMac(station(number).value()).bytes());
                assertEquals(number % 8 == 3 ? 0 : 1, lane.carried(), "station " + number);
            }
            System.out.println(count + " stations: filled in " + filledMs + " ms, " + count / 8 + " removed in " +
                flushedMs + " ms");
        }
    }

    @Test
    void shouldLeaveStationsToTheEngineForWhichThereIsNoRoom() throws IOException
    {
        try (Lane lane = lane(new EngineContext().fdb(fdb -> fdb.maxEntries(4))))
        {
            fill(lane, 4);
            assertFalse(lane.transmit(FrameSpec.ipv4Udp().destinationMac(station(3).value()).bytes()).isEmpty());
            assertEquals(0, lane.carried());
            lane.transmit(FrameSpec.ipv4Udp().destinationMac(station(2).value()).bytes());
            assertEquals(1, lane.carried());
        }
    }

    private static void fill(final Lane lane, final int count) throws IOException
    {
        lane.ask(tables ->
        {
            for (int number = 0; number < count; number++)
            {
                tables.add(new FdbRequest(
                    LiveRow.VNI, station(number), Vtep.parse("10.99.0." + (2 + number % 8) + ":8472", 0)));
            }
            return null;
        });
    }

    private static MacAddress station(final int number)
    {
        return new MacAddress(0x02_99_00_00_00_00L + number);
    }
}
