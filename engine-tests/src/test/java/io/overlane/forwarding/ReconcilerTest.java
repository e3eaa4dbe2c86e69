// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.Entry;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.engine.Internals;
import io.overlane.fdb.FdbEntry;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** States of several owners, applied to a running engine. */
class ReconcilerTest
{
    private static final int VNI = 1;
    private static final String PLANE = "plane";
    private static final String FILE = "file";
    private static final Vtep A = EngineHarness.A;
    private static final Vtep B = EngineHarness.B;
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:77");
    private static final MacAddress N = MacAddress.parse("02:00:00:00:00:78");
    private static final IpAddress IP = IpAddress.parse("10.0.0.9");
    private static final IpPrefix PREFIX = IpPrefix.parse("10.5.2.0/24");

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldAddChangeAndRemoveWhatDiffers()
    {
        launch();
        final ReconcileResult first = apply(PLANE, new DesiredState()
            .fdb(VNI, M, A).fdb(VNI, N, A).flood(VNI, A).neighbor(VNI, IP, M).remote(VNI, EngineHarness.C));
        assertCounts(first, 5, 0, 0, 0);
        assertEquals(1, first.generation());
        assertTrue(first.isComplete());
        assertEquals(A, remoteOf(M));
        assertEquals(FdbEntry.EXTERNAL, FdbEntry.kind(word(M)));
        assertEquals(2, remotes());

        final ReconcileResult second = apply(PLANE, new DesiredState()
            .fdb(VNI, M, B).fdb(VNI, N, A).flood(VNI, B).neighbor(VNI, IP, N));
        assertCounts(second, 1, 2, 2, 1);
        assertEquals(2, second.generation());
        assertEquals(B, remoteOf(M));
        assertEquals(List.of(B), flooded());
        assertEquals(N.value(), Internals.forwarding(harness.engine()).neighbors().lookup(VNI, IP.high(), IP.low()));
        assertEquals(2, remotes(), "A and B; C is not known any more");
        assertEquals("changed fdb 02:00:00:00:00:77 of VNI 1 192.0.2.10:8472 -> 192.0.2.11:8472",
            second.changes().get(0).toString());

        assertCounts(apply(PLANE, new DesiredState()), 0, 0, 4, 0);
        assertEquals(0, remotes());
        assertEquals(0, harness.engine().snapshot().tables().fdb());
        assertEquals(0, harness.engine().snapshot().tables().neighbors());
    }

    @Test
    void shouldDoNothingForTheSameState()
    {
        launch();
        final DesiredState state = new DesiredState().fdb(VNI, M, A).flood(VNI, A).neighbor(VNI, IP, M).remote(VNI, B);
        apply(PLANE, state);
        final int references = Internals.forwarding(harness.engine()).remotes().references(0);
        assertCounts(apply(PLANE, state), 0, 0, 0, 4);
        assertEquals(references, Internals.forwarding(harness.engine()).remotes().references(0));
    }

    @Test
    void shouldRouteAsWanted()
    {
        harness.launch(new IpNetworkContext());
        harness.attach(A);
        harness.attach(B);
        assertCounts(apply(PLANE, new DesiredState().route(PREFIX, A)), 1, 0, 0, 0);
        final byte[] packet = FrameSpec.ipv4Udp().source("10.5.1.1").destination("10.5.2.1").packet();
        harness.transmit(packet);
        assertEquals(1, harness.sentTo(A).size());
        assertCounts(apply(PLANE, new DesiredState().route(PREFIX, B)), 0, 1, 0, 0);
        assertEquals(1, remotes());
        harness.transmit(packet);
        assertEquals(1, harness.sentTo(B).size());
        assertCounts(apply(PLANE, new DesiredState()), 0, 0, 1, 0);
        assertEquals(0, remotes());
    }

    @Test
    void shouldLeaveWhatIsAnothersAndSaySo()
    {
        launch();
        apply(FILE, new DesiredState().fdb(VNI, M, A).neighbor(VNI, IP, M));
        final ReconcileResult result = apply(PLANE, new DesiredState().fdb(VNI, M, B).fdb(VNI, N, B));

        assertCounts(result, 1, 0, 0, 0);
        assertEquals(
            List.of(new Change(
                Change.Action.CONFLICT, new Entry.Fdb(VNI, M, A, ""), new Entry.Fdb(VNI, M, B, ""), "owned by file")),
            result.notApplied());
        assertEquals(A, remoteOf(M));

        assertCounts(apply(PLANE, new DesiredState()), 0, 0, 1, 0);
        assertEquals(A, remoteOf(M), "the other's stays");
        assertEquals(1, harness.engine().snapshot().tables().neighbors());

        apply(FILE, new DesiredState());
        assertTrue(apply(PLANE, new DesiredState().fdb(VNI, M, B)).isComplete(), "the next time it is free");
        assertEquals(B, remoteOf(M));
    }

    @Test
    void shouldKeepWhatSeveralWantUntilTheLastGivesItUp()
    {
        launch();
        apply(FILE, new DesiredState().fdb(VNI, M, A).flood(VNI, A));
        assertCounts(apply(PLANE, new DesiredState().fdb(VNI, M, A).flood(VNI, A)), 0, 0, 0, 2);
        assertEquals(List.of(FILE, PLANE), owners(M));

        final ReconcileResult first = apply(FILE, new DesiredState().fdb(VNI, M, B));
        assertEquals("owned by plane", first.notApplied().get(0).why());
        assertEquals("still wanted by plane", first.changes().get(1).why());
        assertEquals(A, remoteOf(M));
        assertEquals(List.of(A), flooded());

        assertCounts(apply(PLANE, new DesiredState()), 0, 0, 2, 0);
        assertNull(remoteOf(M));
        assertEquals(0, remotes());
    }

    @Test
    void shouldLetCommandsHaveTheLastWord()
    {
        launch();
        apply(PLANE, new DesiredState().fdb(VNI, M, A));
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.replace(new FdbRequest(VNI, M, B)))));
        assertEquals(FdbEntry.STATIC, FdbEntry.kind(word(M)));
        final ReconcileResult result = apply(PLANE, new DesiredState().fdb(VNI, M, A));
        assertEquals("owned by manual", result.notApplied().get(0).why());
        assertEquals(B, remoteOf(M));

        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.delete(new FdbRequest(VNI, M, null)))));
        assertCounts(apply(PLANE, new DesiredState().fdb(VNI, M, A)), 1, 0, 0, 0);
        assertEquals(1, remotes());
    }

    @Test
    void shouldTakeThePlaceOfALearnedEntry()
    {
        harness.launch(new SegmentContext(VNI).policy(p -> p.learning(true)));
        harness.receive(B, FrameSpec.vxlan(FrameSpec.ipv4Udp().sourceMac(M.value())).vni(VNI).datagram());
        assertEquals(B, remoteOf(M));
        assertCounts(apply(PLANE, new DesiredState().fdb(VNI, M, A)), 1, 0, 0, 0);
        assertEquals(A, remoteOf(M));
        assertEquals(1, remotes(), "the one it was learned from was let go");
    }

    @Test
    void shouldRefuseWhatThereIsNoRoomOrSegmentFor()
    {
        harness.context().maxRemotes(2).fdb(fdb -> fdb.maxEntries(1));
        launch();
        final ReconcileResult result = apply(PLANE, new DesiredState()
            .fdb(VNI, M, A).fdb(VNI, N, A).flood(VNI, B).flood(VNI, EngineHarness.C).fdb(9, M, A));
        assertCounts(result, 2, 0, 0, 0);
        assertEquals(
            List.of(TableResult.NO_SEGMENT.words(), TableResult.NO_ROOM.words(), TableResult.NO_ROOM.words()),
            result.notApplied().stream().map(Change::why).toList());
        assertEquals(2, remotes());

        final ReconcileResult next = apply(PLANE, new DesiredState().fdb(VNI, N, EngineHarness.C));
        assertCounts(next, 1, 0, 2, 0);
        assertTrue(next.isComplete(), "what went made room");
        assertEquals(EngineHarness.C, remoteOf(N));
        assertEquals(1, remotes());
    }

    @Test
    void shouldPutBackWhatACommandRemoved()
    {
        launch();
        final DesiredState state = new DesiredState().fdb(VNI, M, A).flood(VNI, A).neighbor(VNI, IP, M);
        apply(PLANE, state);
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.delete(new FdbRequest(VNI, M, null)))));
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.delete(FdbRequest.flood(VNI, A)))));
        assertEquals(TableResult.DONE, done(harness.engine().control().operate(
            tables -> tables.deleteNeighbor(VNI, IP))));
        assertEquals(0, remotes());
        assertCounts(apply(PLANE, state), 3, 0, 0, 0);
        assertEquals(A, remoteOf(M));
        assertEquals(List.of(A), flooded());
    }

    @Test
    void shouldPutBackWhatWentWithItsSegment()
    {
        launch();
        final DesiredState state = new DesiredState().fdb(2, M, A).flood(2, A).remote(2, B);
        assertEquals(3, apply(PLANE, state).notApplied().size(), "there is no such segment yet");
        done(harness.engine().segments().add(new SegmentContext(2).port(new LoopbackPort("b", 1450, 8))));
        assertCounts(apply(PLANE, state), 3, 0, 0, 0);
        done(harness.engine().segments().remove(2));
        assertEquals(0, remotes());
        done(harness.engine().segments().add(new SegmentContext(2).port(new LoopbackPort("c", 1450, 8))));
        assertCounts(apply(PLANE, state), 3, 0, 0, 0);
        assertCounts(apply(PLANE, state), 0, 0, 0, 3);
    }

    @Test
    void shouldApplyStatesThatWerePreparedAtTheSameTime()
    {
        launch();
        final CompletableFuture<ReconcileResult> first =
            harness.engine().control().apply(PLANE, new DesiredState().fdb(VNI, M, A).fdb(VNI, N, A));
        final CompletableFuture<ReconcileResult> second =
            harness.engine().control().apply(PLANE, new DesiredState().fdb(VNI, M, B));
        harness.run();
        assertCounts(first.join(), 2, 0, 0, 0);
        assertCounts(second.join(), 0, 1, 1, 0);
        assertEquals(B, remoteOf(M));
        assertNull(remoteOf(N));
    }

    @Test
    void shouldNotSeeWhatIsWantedAfterwards()
    {
        launch();
        final DesiredState state = new DesiredState().fdb(VNI, M, A);
        final CompletableFuture<ReconcileResult> applied = harness.engine().control().apply(PLANE, state);
        state.fdb(VNI, N, A);
        harness.run();
        assertEquals(1, applied.join().added());
    }

    @Test
    void shouldRefuseAStateThatContradictsItself()
    {
        final DesiredState state = new DesiredState().fdb(VNI, M, A).fdb(VNI, M, A).neighbor(VNI, IP, M);
        assertThrows(IllegalArgumentException.class, () -> state.fdb(VNI, M, B));
        assertThrows(IllegalArgumentException.class, () -> state.fdb(VNI, new MacAddress(MacAddress.BROADCAST), B));
        assertThrows(IllegalArgumentException.class, () -> state.neighbor(VNI, IP, N));
        assertThrows(IllegalArgumentException.class, () -> state.route(IpPrefix.parse("fd00::/64"), B));
        launch();
        assertThrows(IllegalArgumentException.class,
            () -> harness.engine().control().apply(TableOperations.OWNER, new DesiredState()));
        assertThrows(IllegalArgumentException.class, () -> harness.engine().control().apply(" ", new DesiredState()));
    }

    @Test
    void shouldChangeOneOfAThousandLeases()
    {
        harness.context().fdb(fdb -> fdb.maxEntries(2048)).maxNeighbors(2048).maxRemotes(2048);
        launch();
        final ReconcileResult first = apply("flannel", leases(-1));
        assertCounts(first, 3000, 0, 0, 0);
        assertEquals(1000, flooded().size());

        final ReconcileResult next = apply("flannel", leases(500));
        assertCounts(next, 1, 1, 1, 2998);
        assertEquals(1000, flooded().size());
        assertEquals(1000, remotes());
    }

    /** Entries as flannel has them, with head-end replication; one remote is another node. */
    private static DesiredState leases(final int moved)
    {
        final DesiredState state = new DesiredState();
        for (int i = 0; i < 1000; i++)
        {
            final int node = i == moved ? 1000 : i;
            final Vtep remote = Vtep.parse("192.168." + (node >> 8) + "." + (node & 0xFF) + ":8472", 0);
            final MacAddress mac = new MacAddress(0x02_00_00_00_00_00L + i);
            state.fdb(VNI, mac, remote).flood(VNI, remote)
                .neighbor(VNI, IpAddress.parse("10." + (i >> 8) + "." + (i & 0xFF) + ".0"), mac);
        }
        return state;
    }

    private void launch()
    {
        harness.launch(new SegmentContext(VNI));
    }

    private ReconcileResult apply(final String owner, final DesiredState desired)
    {
        final CompletableFuture<ReconcileResult> applied = harness.engine().control().apply(owner, desired);
        assertFalse(applied.isDone(), "it is done on the engine's thread");
        harness.run();
        return applied.join();
    }

    private <T> T done(final CompletableFuture<T> asked)
    {
        harness.run();
        return asked.join();
    }

    private long word(final MacAddress mac)
    {
        return Internals.forwarding(harness.engine()).fdb().lookup(VNI, mac.value());
    }

    private Vtep remoteOf(final MacAddress mac)
    {
        final long word = word(mac);
        return word == FdbEntry.MISSING ?
            null :
            Internals.forwarding(harness.engine()).remotes().vtep(FdbEntry.remote(word));
    }

    private List<Vtep> flooded()
    {
        final int[] numbers = Internals.forwarding(harness.engine()).segments().lookup(VNI).floodList().remotes();
        return Arrays.stream(numbers).mapToObj(Internals.forwarding(harness.engine()).remotes()::vtep).toList();
    }

    private int remotes()
    {
        return harness.engine().snapshot().tables().remotes();
    }

    private static void assertCounts(
        final ReconcileResult result, final int added, final int changed, final int removed, final int unchanged)
    {
        assertArrayEquals(
            new int[]{added, changed, removed, unchanged},
            new int[]{result.added(), result.changed(), result.removed(), result.unchanged()},
            result::toString);
    }

    private List<String> owners(final MacAddress mac)
    {
        final CompletableFuture<List<String>> owners = harness.engine().control().operate(tables ->
        {
            final List<FdbRow> rows = new ArrayList<>();
            tables.list(FdbFilter.ALL.vni(VNI).mac(mac), rows::add);
            return rows.get(0).owners();
        });
        harness.run();
        return owners.join();
    }
}
