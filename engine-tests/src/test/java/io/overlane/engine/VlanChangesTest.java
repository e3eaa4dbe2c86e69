// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import io.overlane.port.VlanTrunk;
import io.overlane.status.DropReason;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.PortRow;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.MemoryFabric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine with threads whose VLANs come, move and go while others carry frames. */
@Timeout(60)
class VlanChangesTest
{
    private static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep REMOTE = Vtep.parse("192.0.2.2:8472", 0);
    private static final int STAYING = 10;
    private static final int FIRST = 100;
    private static final int CHANGED = 100;
    private static final int ROUNDS = 3;

    private final List<Throwable> errors = new ArrayList<>();
    private final RingPort device = new RingPort("trunk", 1450, 4096);
    private final VlanTrunk trunk = new VlanTrunk(device, 64);

    @Test
    void shouldLoseNoFrameOfVlansThatDoNotChange() throws Exception
    {
        final MemoryFabric fabric = new MemoryFabric(SystemNanoClock.INSTANCE);
        fabric.attach(REMOTE);
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(fabric.attach(LOCAL))
            .threadingMode(ThreadingMode.SPLIT)
            .errorHandler(errors::add)
            .fdb(fdb -> fdb.maxEntries(1024)).maxNeighbors(64).maxRemotes(64).maxRoutes(64)
            .segment(segment(STAYING, 1000 + STAYING)));
        final AtomicBoolean isOver = new AtomicBoolean();
        final AtomicLong sent = new AtomicLong();
        final AtomicLong others = new AtomicLong();
        final Thread sender = new Thread(() -> send(isOver, sent, others));
        sender.start();
        try
        {
            for (int round = 0; round < ROUNDS; round++)
            {
                // Moved: the same VLANs have other VNIs in each round.
                final int vni = 10_000 + 1000 * round;
                await(changes(i -> engine.segments().add(segment(FIRST + i, vni + i))));
                trunk.vlan(FIRST, new VlanRules(VlanPriority.DSCP, true));
                await(changes(i -> engine.segments().remove(vni + i)));
            }
        }
        finally
        {
            isOver.set(true);
            sender.join();
        }
        engine.close(20_000_000_000L);

        assertEquals(List.of(), errors);
        final EngineSnapshot end = engine.snapshot();
        assertTrue(sent.get() > 0 && others.get() > 0);
        assertEquals(sent.get() + others.get(), end.encap().in().frames());
        assertEquals(
            end.encap().in().frames(),
            end.encap().delivered().frames() + end.encap().allDropped() + end.encap().answered());
        assertEquals(
            sent.get(),
            end.segments().get(0).encap().frames(),
            () -> "frames of the VLAN that did not change; drops: " + end.encap().drops());
        final PortRow row = end.ports().get(0);
        assertEquals(sent.get(), row.in().frames());
        assertEquals(STAYING, row.vlan().id());
        // What others sent while their VLAN had no segment has a name, and so has what their port still held.
        assertEquals(
            others.get(),
            end.encap().delivered().frames() - sent.get() + end.encap().dropped().get(DropReason.UNKNOWN_VLAN) +
                end.encap().dropped().get(DropReason.PORT_CLOSED));
    }

    private void send(final AtomicBoolean isOver, final AtomicLong sent, final AtomicLong others)
    {
        final byte[] staying = FrameSpec.ipv4Udp().vlan(STAYING).bytes();
        for (int number = 0; !isOver.get(); number++)
        {
            final boolean isStaying = number % 2 == 0;
            final byte[] frame =
                isStaying ? staying : FrameSpec.ipv4Udp().vlan(FIRST + number / 2 % CHANGED).bytes();
            while (device.send(frame) != RingPort.SENT)
            {
                Thread.onSpinWait();
            }
            (isStaying ? sent : others).incrementAndGet();
        }
    }

    private SegmentContext segment(final int vlan, final int vni)
    {
        return new SegmentContext(vni).port(trunk.vlan(vlan)).flood(REMOTE);
    }

    /** Something to do with each VLAN. */
    private interface Change
    {
        CompletableFuture<?> of(int index);
    }

    private static List<CompletableFuture<?>> changes(final Change change)
    {
        final List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < CHANGED; i++)
        {
            all.add(change.of(i));
        }
        return all;
    }

    private static void await(final List<CompletableFuture<?>> changes) throws InterruptedException, ExecutionException
    {
        for (final CompletableFuture<?> change : changes)
        {
            change.get();
        }
    }
}
