// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.fastpath.FastPathState;
import io.overlane.memory.FastAccess;
import io.overlane.port.VlanRules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All numbers of an engine. Frames flow while they are read: each number is right for some moment of the reading, and
 * sums of several may be off by the frames of that time. A counter never shrinks from one snapshot to the next, as long
 * as its segment, port or remote exists; a {@link PathRow} counts for the whole life of the engine.
 *
 * @param timeNs       time of the snapshot, on the engine's clock.
 * @param isRunning    false once the engine is closed, or ended by itself.
 * @param local        address and UDP port of the underlay.
 * @param encap        fates of frames from ports.
 * @param decap        fates of datagrams from the underlay.
 * @param segments     VXLAN segments; empty in an engine with an IP network.
 * @param ports        ports of all segments, and each queue of a port with several.
 * @param remotes      remotes that exist, and one row for the traffic of all others if there was any.
 * @param routing      routing contexts of gateways.
 * @param tables       sizes of the tables, and what happened to entries.
 * @param receiveDrops datagrams that the underlay dropped before the engine could read them.
 * @param hasLatency   whether {@link PathRow#latencyNs()} is recorded now.
 * @param eventsLost   events that subscribers were too slow for, of all subscriptions that are open.
 * @param fastPath     what the fast path does.
 * @param memoryAccess {@link FastAccess#NAME}: the faster {@code unsafe} needs a flag of the JVM, else it is
 *                     {@code bytebuffer}.
 */
public record EngineSnapshot(
    long timeNs,
    boolean isRunning,
    Vtep local,
    PathRow encap,
    PathRow decap,
    List<SegmentRow> segments,
    List<PortRow> ports,
    List<RemoteRow> remotes,
    List<RoutingRow> routing,
    TableSizes tables,
    long receiveDrops,
    boolean hasLatency,
    long eventsLost,
    FastPathRow fastPath,
    String memoryAccess)
{
    /**
     * The fates of all frames that go one way: {@code in = delivered + answered + dropped + held}.
     *
     * @param in                 frames that came in; for decap the bytes are those of whole UDP payloads.
     * @param delivered          frames that were delivered.
     * @param answered           frames that the engine answered itself.
     * @param held               frames that wait for the MAC of a gateway's next hop now.
     * @param dropped            frames by the reason of their drop; every reason but {@link DropReason#NONE}.
     * @param switched           delivered frames that went from port to port.
     * @param floodCopies        copies of flooded frames sent beyond the first.
     * @param floodCopiesRefused refused copies of flooded frames.
     * @param mirrored           copies that stages sent.
     * @param mirrorsRefused     copies that stages wanted to send and that were refused.
     * @param longestOversize    bytes of the longest frame that was too long; 0 if there was none.
     * @param drops              drops by reason, VNI and remote, in no order.
     * @param withoutLine        drops that are only in rows without VNI and remote, because there were too many rows.
     * @param batchSizes         numbers of frames that were polled together.
     * @param latencyNs          time from the end of a poll until its frames had left, in nanoseconds, of each frame
     *                           that was delivered.
     */
    public record PathRow(
        Volume in,
        Volume delivered,
        long answered,
        long held,
        Map<DropReason, Long> dropped,
        long switched,
        long floodCopies,
        long floodCopiesRefused,
        long mirrored,
        long mirrorsRefused,
        long longestOversize,
        List<DropRow> drops,
        long withoutLine,
        Distribution batchSizes,
        Distribution latencyNs)
    {
        /** @return frames dropped for any reason. */
        public long allDropped()
        {
            return dropped.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Drops of one kind, refused copies of flooded and of mirrored frames included.
     *
     * @param vni     the segment; null for frames of no segment here.
     * @param remote  outer address the frames came from or should have gone to; null if there is none.
     * @param frames  number of frames or copies.
     * @param longest bytes of the longest of them for {@link DropReason#OVERSIZE}; 0 if not known.
     */
    public record DropRow(
        DropReason reason, @Nullable Integer vni, @Nullable IpAddress remote, long frames, int longest)
    {
    }

    /**
     * A segment.
     *
     * @param encap   frames from its ports that were delivered.
     * @param decap   frames from remotes that were delivered to its ports.
     * @param learned number of learned FDB entries.
     */
    public record SegmentRow(int vni, Volume encap, Volume decap, int learned)
    {
    }

    /**
     * A port, or one queue of it.
     *
     * @param vni         its segment; null for the port of an IP network.
     * @param queue       0 for the first queue.
     * @param mtu         its IP MTU in bytes.
     * @param in          frames that came from it.
     * @param out         frames that it took, copies and answers included.
     * @param fill        the part of its room for frames to the engine that is taken, 0…1; 0 if not known.
     * @param refused     frames that the application could not put into it because there was no room.
     * @param fillOut     the part of its room for frames from the engine that is taken, 0…1; 0 if not known.
     * @param overwritten frames that it took, and that the application did not read before newer ones took their place.
     * @param vlan        the VLAN of a trunk that it is; null if it is no part of a trunk.
     */
    public record PortRow(
        String name,
        @Nullable Integer vni,
        int queue,
        int mtu,
        Volume in,
        Volume out,
        double fill,
        long refused,
        double fillOut,
        long overwritten,
        @Nullable Vlan vlan)
    {
    }

    /**
     * A VLAN of a trunk.
     *
     * @param trunk     name of the trunk.
     * @param id        its identifier, 1…4094; 0 for frames without a tag.
     * @param isService true if it has 802.1ad tags.
     * @param rules     what is done with its frames.
     */
    public record Vlan(String trunk, int id, boolean isService, VlanRules rules)
    {
    }

    /**
     * A remote.
     *
     * @param vtep  its address and UDP port; null for the traffic of all remotes that had no number, such as sources of
     *              which nothing was learned.
     * @param vni   VNI of frames to it; null if that is the VNI of their segment.
     * @param encap frames that were delivered to it. From 0 again when it is removed and comes back.
     * @param decap frames from it that were delivered.
     */
    public record RemoteRow(@Nullable Vtep vtep, @Nullable Integer vni, Volume encap, Volume decap)
    {
    }

    /**
     * A routing context.
     *
     * @param context     its name.
     * @param fromPorts   frames from ports that were routed.
     * @param fromRemotes frames from remotes that were routed.
     * @param answered    frames for the gateway itself that were not dropped.
     * @param requests    requests of the gateway for the MACs of next hops.
     * @param dropped     frames that the gateway dropped, by reason; reasons without a frame are missing.
     */
    public record RoutingRow(
        String context,
        Volume fromPorts,
        Volume fromRemotes,
        long answered,
        long requests,
        Map<DropReason, Long> dropped)
    {
    }

    /**
     * The fast path. Its numbers are a quarter of a second old at most; the frames that it carried are also in all
     * other counters.
     *
     * @param state       whether it carries frames.
     * @param segments    number of segments that it may carry frames of.
     * @param stations    number of stations that it has.
     * @param maxStations the largest number of stations that it can have; 0 if there is no fast path.
     * @param encap       frames from ports that it carried.
     * @param decap       frames from remotes that it carried.
     */
    public record FastPathRow(
        FastPathState state, int segments, int stations, int maxStations, Volume encap, Volume decap)
    {
    }

    /**
     * The tables.
     *
     * @param fdb       number of FDB entries.
     * @param learned   number of those that were learned.
     * @param neighbors number of neighbour entries.
     * @param routes    number of routes of an IP network.
     * @param remotes   number of remotes, and of ports that have a number as remotes do.
     * @param forgotten MACs that were not learned because the ring to the learning thread was full.
     * @param events    what happened to entries of the FDB.
     */
    public record TableSizes(
        int fdb,
        int learned,
        int neighbors,
        int routes,
        int remotes,
        long forgotten,
        Map<TableCounters.Event, Long> events)
    {
    }
}
