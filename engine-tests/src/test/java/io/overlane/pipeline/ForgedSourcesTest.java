// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.fdb.FdbEntry;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.decap.VxlanDecapPath;
import io.overlane.policy.SegmentContext;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.SilentPort;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** A segment that learns from anybody, and somebody who sends from a million addresses he does not have. */
class ForgedSourcesTest
{
    private static final int FORGED = 1_000_000;
    private static final int MAX_REMOTES = 256;
    private static final int MAX_ENTRIES = 4096;
    private static final MacAddress PEER_MAC = MacAddress.parse("02:00:7f:00:00:0a");
    private static final long NETWORK = 0xFFFF_0A00_0000L;

    private final TableCounters tables = new TableCounters();
    private final EngineCounters counters = new EngineCounters(2, MAX_REMOTES, 64, 1, SystemNanoClock.INSTANCE);
    private final Fates fates = new Fates(counters.decap(0));
    private final Forwarding forwarding = new Forwarding(
        new FdbContext().maxEntries(MAX_ENTRIES).learnsPerSecond(0), tables, 16, MAX_REMOTES, 16, 8472,
        new RemoteCheck(new WireUnderlay(false)), false, SystemNanoClock.INSTANCE);
    private final Port port = new SilentPort("all");
    private final OfferQueue toPorts = new OfferQueue(1, true, fates, Guards.port());
    private final VxlanDecapPath path = new VxlanDecapPath(
        forwarding.segments(), forwarding.fdb(), forwarding.remotes(), 8472, SystemNanoClock.INSTANCE,
        toPorts, fates, Guards.stages(), Guards.transit(fates),
        Guards.gateway(forwarding.fdb(), toPorts, fates), null, null);
    private final Frame frame = new FrameSlab(1, 2048).frame(0);
    private final byte[] datagram = FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram();

    @Test
    void shouldKeepRoomForConfiguredPeersAndNotGrow()
    {
        final SegmentContext settings = new SegmentContext(1)
            .policy(p -> p.learning(true)).port(port).portMtu(port.mtu());
        forwarding.segments().add(
            new Segment(settings, counters.newTraffic("encap", 0, "vni-1"), counters.newTraffic("decap", 0, "vni-1")));
        assertEquals(TableResult.DONE, put(PEER_MAC, EngineHarness.A));
        for (int i = 0; i < 2 * MAX_REMOTES; i++)
        {
            hear(i);
        }
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < FORGED; i++)
        {
            hear(i);
        }
        final long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertTrue(allocated < 1 << 20, () -> allocated + " bytes for a million sources");
        assertEquals(MAX_REMOTES - MAX_REMOTES / 4, forwarding.remotes().size());
        final long counted = tables.get(TableCounters.Event.NO_REMOTE);
        assertTrue(counted >= FORGED - MAX_REMOTES, () -> "counted " + counted);
        assertEquals(FORGED + 2 * MAX_REMOTES, counters.decap(0).delivered(), "nothing is lost for it");

        // The peer there was is where it was, and as many may come as the table holds.
        assertEquals(EngineHarness.A, remoteOf(PEER_MAC));
        for (int i = 0; i < MAX_REMOTES - 1; i++)
        {
            final MacAddress mac = new MacAddress(0x02_00_00_00_77_00L + i);
            final Vtep remote = Vtep.parse("198.51.100." + i + ":8472", 0);
            assertEquals(TableResult.DONE, put(mac, remote), () -> "no room for " + remote);
            assertEquals(remote, remoteOf(mac));
        }
        assertEquals(MAX_REMOTES, forwarding.remotes().size());
        assertEquals(0, forwarding.fdb().learned());
    }

    private TableResult put(final MacAddress mac, final Vtep remote)
    {
        return forwarding.operations().run(tables -> tables.replace(new FdbRequest(1, mac, remote)));
    }

    /** Source address and source MAC never come twice. */
    private void hear(final int number)
    {
        frame.wrap(FrameSlab.HEADROOM, datagram.length);
        frame.buffer().putBytes(frame.offset(), datagram);
        final int source = frame.offset() + 8 + 6;
        frame.buffer().putInt(source + 2, number, ByteOrder.BIG_ENDIAN);
        path.decap(frame, 0, NETWORK | number, 0);
        path.flush();
    }

    private Vtep remoteOf(final MacAddress mac)
    {
        return forwarding.remotes().vtep(FdbEntry.remote(forwarding.fdb().lookup(1, mac.value())));
    }
}
