// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import io.overlane.control.TableResult;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.UnderlayFeature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way to configure a remote refuses those that no datagram can be sent to, for the same reason. */
class RemoteDoorsTest
{
    private static final int VNI = 1;
    private static final MacAddress M = MacAddress.parse("02:00:00:00:00:0a");
    private static final MacAddress GROUP_MAC = MacAddress.parse("01:00:5e:00:00:01");
    private static final IpPrefix SUBNET = IpPrefix.parse("10.1.0.0/16");
    private static final String OURSELVES = TableResult.OURSELVES.words();

    private final List<EngineHarness> harnesses = new ArrayList<>();

    @AfterEach
    void close()
    {
        harnesses.forEach(EngineHarness::close);
    }

    @ParameterizedTest
    @CsvSource({
        "[2001:db8::1]:8472, WRONG_FAMILY",
        "[::]:8472, WRONG_FAMILY",
        "0.0.0.0:8472, NO_DESTINATION",
        "255.255.255.255:8472, NO_DESTINATION",
        "239.1.1.1:8472, NO_GROUPS"})
    void shouldRefuseRemoteThatCannotBeSentTo(final String text, final TableResult result) throws Exception
    {
        final Vtep remote = Vtep.parse(text, 0);
        final String why = result.words();
        final EngineHarness vxlan = harness().launch(new SegmentContext(VNI));
        final OverlayEngine engine = vxlan.engine();
        assertEquals(result, run(vxlan, engine.control().operate(
            tables -> tables.replace(new FdbRequest(VNI, M, remote)))));
        assertEquals(result, run(vxlan, engine.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, remote)))));
        for (final MacAddress mac : List.of(M, GROUP_MAC, FdbRequest.FLOOD_LIST))
        {
            assertEquals(result, run(vxlan, engine.control().operate(
                tables -> tables.add(new FdbRequest(VNI, mac, remote)))));
        }
        final ReconcileResult applied = run(vxlan, engine.control().apply(
            "plane", new DesiredState().fdb(VNI, M, remote).flood(VNI, remote).remote(VNI, remote)));
        assertEquals(3, applied.count(Change.Action.REFUSED), applied::toString);
        assertEquals(List.of(why, why, why), applied.notApplied().stream().map(Change::why).toList());
        assertRefused(
            vxlan,
            engine.segments().add(new SegmentContext(2).port(port()).fdb(M, remote)),
            "segment 2, FDB entry " + M + " of " + remote + ": " + why);
        assertRefused(
            vxlan,
            engine.segments().add(new SegmentContext(2).port(port()).flood(remote)),
            "segment 2, flood to " + remote + ": " + why);
        assertLaunchRefused(new SegmentContext(VNI).fdb(M, remote), why);
        assertLaunchRefused(new SegmentContext(VNI).flood(remote), why);

        final EngineHarness ip = harness().launch(new IpNetworkContext());
        assertEquals(result, run(ip, ip.engine().control().operate(
            tables -> tables.replaceRoute(SUBNET, remote))));
        final ReconcileResult routed =
            run(ip, ip.engine().control().apply("plane", new DesiredState().route(SUBNET, remote)));
        assertEquals(List.of(why), routed.notApplied().stream().map(Change::why).toList());
        final EngineHarness other = harness();
        assertTrue(assertThrows(IllegalArgumentException.class,
            () -> other.launch(new IpNetworkContext().route(SUBNET, remote))).getMessage().endsWith(why));
        assertEquals(0, vxlan.engine().snapshot().tables().fdb());
    }

    @Test
    void shouldRefuseToFloodToItself() throws Exception
    {
        final EngineHarness harness = harness().launch(new SegmentContext(VNI));
        final OverlayEngine engine = harness.engine();
        assertEquals(TableResult.OURSELVES, run(harness, engine.control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, EngineHarness.LOCAL)))));
        for (final MacAddress mac : List.of(GROUP_MAC, FdbRequest.FLOOD_LIST))
        {
            assertEquals(TableResult.OURSELVES, run(harness, engine.control().operate(fdb ->
                fdb.append(new FdbRequest(VNI, mac, EngineHarness.LOCAL)))));
            assertEquals(TableResult.DONE, run(harness, engine.control().operate(fdb ->
                fdb.append(new FdbRequest(VNI, mac, EngineHarness.LOCAL).remoteVni(2)))), "of another segment");
        }
        final ReconcileResult applied =
            run(harness, engine.control().apply("plane", new DesiredState().flood(VNI, EngineHarness.LOCAL)));
        assertEquals(List.of(OURSELVES), applied.notApplied().stream().map(Change::why).toList());
        assertLaunchRefused(new SegmentContext(VNI).flood(EngineHarness.LOCAL), OURSELVES);
    }

    /** As Linux: the engine receives a frame for a station whose remote is the engine itself. */
    @Test
    void shouldCarryFrameToItself() throws Exception
    {
        final EngineHarness harness = harness().launch(new SegmentContext(VNI));
        assertEquals(TableResult.DONE, run(harness, harness.engine().control().operate(
            tables -> tables.replace(new FdbRequest(VNI, M, EngineHarness.LOCAL)))));
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(M.value()).bytes();
        harness.transmit(frame);

        final List<byte[]> delivered = harness.delivered();
        assertEquals(1, delivered.size());
        assertArrayEquals(frame, delivered.get(0));
    }

    /** As Linux: the remote of a station can be a group, also one that the segment has not joined. */
    @Test
    void shouldTakeGroupWhereUnderlayHasGroups() throws Exception
    {
        final EngineHarness harness = EngineHarness.create();
        harnesses.add(harness);
        harness.launch(new SegmentContext(VNI));
        final Vtep group = Vtep.parse("239.1.1.1:8472", 0);

        assertEquals(TableResult.DONE, run(harness, harness.engine().control().operate(
            tables -> tables.replace(new FdbRequest(VNI, M, group)))));
        assertEquals(TableResult.DONE, run(harness, harness.engine().control().operate(
            tables -> tables.append(FdbRequest.flood(VNI, group)))));
        assertEquals(TableResult.DONE, run(harness, harness.engine().control().operate(fdb ->
            fdb.add(new FdbRequest(VNI, GROUP_MAC, group)))));
    }

    @Test
    void shouldRefuseRoutesOfVxlanEngine() throws Exception
    {
        final EngineHarness harness = harness().launch(new SegmentContext(VNI));
        final OverlayEngine engine = harness.engine();
        final String why = TableResult.NO_ROUTES.words();

        assertEquals(TableResult.NO_ROUTES, run(harness, engine.control().operate(
            tables -> tables.replaceRoute(SUBNET, EngineHarness.A))));
        assertEquals(TableResult.NO_ROUTES, run(harness, engine.control().operate(
            tables -> tables.deleteRoute(SUBNET))));
        final ReconcileResult applied =
            run(harness, engine.control().apply("plane", new DesiredState().route(SUBNET, EngineHarness.A)));
        assertEquals(List.of(why), applied.notApplied().stream().map(Change::why).toList());
    }

    /** An underlay without multicast groups. */
    private EngineHarness harness()
    {
        final EngineHarness harness = EngineHarness.create();
        harness.fabric().features(EnumSet.complementOf(EnumSet.of(UnderlayFeature.MULTICAST)));
        harnesses.add(harness);
        return harness;
    }

    private static LoopbackPort port()
    {
        return new LoopbackPort("further", 1450, 16, 2048);
    }

    private void assertLaunchRefused(final SegmentContext segment, final String why)
    {
        final EngineHarness other = harness();
        final String refusal =
            assertThrows(IllegalArgumentException.class, () -> other.launch(segment)).getMessage();
        assertTrue(refusal.endsWith(why), refusal);
    }

    private static <T> T run(final EngineHarness harness, final CompletableFuture<T> answer) throws Exception
    {
        harness.run();
        return answer.get();
    }

    private static void assertRefused(
        final EngineHarness harness, final CompletableFuture<?> answer, final String message)
    {
        harness.run();
        final Throwable refusal = assertThrows(ExecutionException.class, answer::get).getCause();
        assertEquals(IllegalArgumentException.class, refusal.getClass(), refusal::toString);
        assertEquals(message, refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"));
    }
}
