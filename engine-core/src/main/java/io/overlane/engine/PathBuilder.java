// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.event.delivery.EventQueue;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DecapGateway;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.pipeline.decap.IpDecapPath;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.decap.VxlanDecapPath;
import io.overlane.pipeline.encap.EncapGateway;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.pipeline.encap.EncapShared;
import io.overlane.pipeline.encap.IpEncapPath;
import io.overlane.pipeline.encap.SendQueue;
import io.overlane.pipeline.encap.Suppress;
import io.overlane.pipeline.encap.TransitPath;
import io.overlane.pipeline.encap.VxlanEncapPath;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.pipeline.oversize.OversizeReply;
import io.overlane.pipeline.stage.Transit;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.Port;
import io.overlane.segment.IpNetwork;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import io.overlane.signal.IdleWait;
import io.overlane.status.EngineCounters;
import io.overlane.status.Traffic;
import io.overlane.underlay.Underlay;
import io.overlane.wire.VxlanHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Builds the paths of one queue. The builder of the first queue also fills the tables with the configured entries; all
 * queues share the tables.
 */
final class PathBuilder
{
    /** As Linux {@code net.ipv4.icmp_msgs_per_sec}. */
    private static final int ICMP_ERRORS_PER_SECOND = 1000;

    /** As Linux {@code net.ipv4.icmp_msgs_burst}. */
    private static final int ICMP_ERRORS_AT_ONCE = 50;

    /** A gateway asks for as many MACs in a second; each request costs every remote of a flood list a copy. */
    private static final int NEIGHBOR_REQUESTS_PER_SECOND = 1000;

    /** A scan of a subnet gets as many requests at once. */
    private static final int NEIGHBOR_REQUESTS_AT_ONCE = 256;

    private final EngineContext context;
    private final EngineCounters counters;
    private final Forwarding forwarding;
    private final EventQueue events;
    private final @Nullable LearnRing learned;
    private final SegmentGroups groups;
    /** One limit for the whole engine. */
    private final RateLimit icmpErrors;
    /** Another. */
    private final RateLimit neighborRequests;
    private final int queue;
    private final Way encap;
    private final Way decap;
    private final Transit transit;
    private final List<EncapPath> encapPaths = new ArrayList<>();
    /** The segments of this queue. */
    private final SegmentTable segments;
    /** Only for VXLAN. */
    private @Nullable EncapShared shared;
    private @Nullable EncapGateway encapGateway;
    private @Nullable DecapGateway decapGateway;

    /** For the first queue; {@code learned} is null if no thread but the writer of the tables learns. */
    PathBuilder(
        final EngineContext context,
        final EngineCounters counters,
        final Forwarding forwarding,
        final EventQueue events,
        final @Nullable LearnRing learned)
    {
        this.context = context;
        this.counters = counters;
        this.forwarding = forwarding;
        this.events = events;
        this.learned = learned;
        groups = new SegmentGroups(context.underlay(), context.errorHandler());
        icmpErrors = new RateLimit(ICMP_ERRORS_PER_SECOND, ICMP_ERRORS_AT_ONCE, 1);
        neighborRequests = new RateLimit(NEIGHBOR_REQUESTS_PER_SECOND, NEIGHBOR_REQUESTS_AT_ONCE, 1);
        queue = 0;
        encap = Way.of(Fate.Direction.ENCAP, queue, context, counters);
        decap = Way.of(Fate.Direction.DECAP, queue, context, counters);
        transit = new Transit(decap.fates());
        segments = forwarding.segments();
    }

    /** For queue 1 or higher, after the paths of the first queue have been built. */
    PathBuilder(final PathBuilder first, final int queue)
    {
        context = first.context;
        counters = first.counters;
        forwarding = first.forwarding;
        events = first.events;
        learned = first.learned;
        groups = first.groups;
        icmpErrors = first.icmpErrors;
        neighborRequests = first.neighborRequests;
        this.queue = queue;
        encap = Way.of(Fate.Direction.ENCAP, queue, context, counters);
        decap = Way.of(Fate.Direction.DECAP, queue, context, counters);
        transit = new Transit(decap.fates());
        segments = new SegmentTable();
    }

    /** The way of frames from the ports of this queue. */
    Way encap()
    {
        return encap;
    }

    /** The way of datagrams from the underlay of this queue. */
    Way decap()
    {
        return decap;
    }

    /** From the thread of the underlay to that of the ports. */
    Transit transit()
    {
        return transit;
    }

    /** The path of the frames that come through {@link #transit()}; only for VXLAN. */
    EncapPath transitPath(final Port ring)
    {
        return new TransitPath(
            ring,
            segments,
            counters.newTraffic("encap", queue, "l3-vnis"),
            Objects.requireNonNull(shared, "only VXLAN has segments"));
    }

    Underlay underlay()
    {
        return queue == 0 ? context.underlay() : context.queues().get(queue - 1).underlay();
    }

    @Nullable IdleWait idleWait()
    {
        return queue == 0 ? context.idleWait() : context.queues().get(queue - 1).idleWait();
    }

    /** The paths of the ports that {@link #build()} has built. */
    List<EncapPath> encapPaths()
    {
        return encapPaths;
    }

    /** Build the paths of the ports of launch, and return that of the underlay. */
    DecapPath build()
    {
        final IpNetworkContext network = context.ipNetwork();
        return network == null ? vxlan() : ip(network);
    }

    /** What gateways do in every cycle of the thread that polls the ports. */
    int encapWork()
    {
        return encapGateway == null ? 0 : encapGateway.work();
    }

    /** What gateways do in every cycle of the thread that polls the underlay. */
    int decapWork()
    {
        return decapGateway == null ? 0 : decapGateway.work();
    }

    /** Drop the frames that wait in gateways. When the threads have ended. */
    void closeGateways()
    {
        if (encapGateway != null && decapGateway != null)
        {
            encapGateway.close();
            decapGateway.close();
        }
    }

    /** What the gateways of this queue share. */
    GatewayShared gateway()
    {
        return new GatewayShared(
            forwarding.gateways(),
            forwarding.neighbors(),
            forwarding.fdb(),
            context.clock(),
            transit,
            icmpErrors,
            neighborRequests);
    }

    private DecapPath vxlan()
    {
        final boolean encapWritesTables = queue == 0 && context.threadingMode() != ThreadingMode.SPLIT;
        final PortGuard ports = new PortGuard(context.errorHandler());
        final MissReporter misses = new MissReporter(events, context.clock());
        final GatewayShared gateway = gateway();
        encapGateway = new EncapGateway(gateway, encapWritesTables ? null : learned, encap.fates());
        shared = new EncapShared(
            forwarding.fdb(),
            toUnderlay(VxlanHeader.LENGTH),
            context.peerUdpPort(),
            encapWritesTables ? null : learned,
            encap.fates(),
            ports,
            new Suppress(forwarding.neighbors(), forwarding.fdb(), forwarding.ports()::isPort, misses),
            misses,
            new OversizeReply(ports, icmpErrors, context.clock()),
            encap.stages(),
            encapGateway,
            context.batchLimit());
        for (final SegmentContext settings : context.segments())
        {
            final Segment segment = segment(settings);
            segments.add(segment);
            if (queue == 0)
            {
                forwarding.operations().run(tables -> fill(settings, segment, tables));
            }
            encapPaths.addAll(encapPaths(segment));
        }
        if (queue == 0)
        {
            context.routing().entries().values().forEach(entry ->
                forwarding.operations().run(tables -> fill(entry, tables)));
        }
        final OfferQueue toPorts = toPorts(true);
        decapGateway = new DecapGateway(
            gateway, queue == 0 ? null : learned, forwarding.remotes(), toPorts, decap.fates());
        return new VxlanDecapPath(
            segments,
            forwarding.fdb(),
            forwarding.remotes(),
            context.peerUdpPort(),
            context.clock(),
            toPorts,
            decap.fates(),
            decap.stages(),
            transit,
            decapGateway,
            queue == 0 ? null : learned,
            new MissReporter(events, context.clock()));
    }

    /**
     * Build one more segment and put its configured entries in the tables. Only on the thread that writes them.
     *
     * @throws IllegalArgumentException if there is no room; the tables are as before then.
     */
    Segment open(final SegmentContext settings)
    {
        final Segment segment = segment(settings);
        forwarding.segments().add(segment);
        try
        {
            forwarding.operations().run(tables -> fill(settings, segment, tables));
        }
        catch (final RuntimeException | Error ex)
        {
            forwarding.withdraw(segment);
            close(segment);
            throw ex;
        }
        return segment;
    }

    /** Remove everything that belongs to a segment that was withdrawn. Only on the thread that writes the tables. */
    void close(final Segment segment)
    {
        forwarding.forget(segment);
        groups.leaveAll(segment.vni());
        segment.encapTraffic().free();
        segment.decapTraffic().free();
    }

    List<EncapPath> encapPaths(final Segment segment)
    {
        return segment.ports().all().stream().map(port -> encapPath(segment, port.port())).toList();
    }

    EncapPath encapPath(final Segment segment, final Port port)
    {
        return new VxlanEncapPath(segment, port, Objects.requireNonNull(shared, "only VXLAN has segments"));
    }

    private DecapPath ip(final IpNetworkContext settings)
    {
        final IpNetwork network = IpNetwork.of(
            settings,
            port(settings.port()),
            forwarding.routes(),
            counters.newTraffic("encap", queue, "ip"),
            counters.newTraffic("decap", queue, "ip"));
        if (queue == 0)
        {
            settings.routes().forEach((prefix, remote) ->
                require(
                    forwarding.operations().run(tables -> tables.replaceRoute(prefix, remote)),
                    "route " + prefix + " to " + remote,
                    "maxRoutes=" + context.maxRoutes(),
                    maxRemotes()));
        }
        encapPaths.add(new IpEncapPath(
            network, toUnderlay(0), encap.fates(), new PortGuard(context.errorHandler()), icmpErrors,
            encap.stages()));
        return new IpDecapPath(network, forwarding.remotes(), toPorts(false), decap.fates(), decap.stages());
    }

    private Segment segment(final SegmentContext settings)
    {
        final String label = "vni-" + settings.vni();
        final Traffic ofEncap = counters.newTraffic("encap", queue, label);
        final Traffic ofDecap = counters.newTraffic("decap", queue, label);
        if (queue == 0)
        {
            return new Segment(settings, ofEncap, ofDecap);
        }
        final Segment first = Objects.requireNonNull(forwarding.segments().lookup(settings.vni()), "segment");
        return new Segment(first, port(settings.port()), ofEncap, ofDecap);
    }

    private Port port(final @Nullable Port first)
    {
        return queue == 0 ? Objects.requireNonNull(first, "port") : context.queues().get(queue - 1).port();
    }

    private SendQueue toUnderlay(final int headerLength)
    {
        return new SendQueue(
            new UnderlayGuard(underlay(), context.errorHandler()),
            context.batchLimit(),
            forwarding.remotes(),
            encap.fates(),
            headerLength,
            context.clock());
    }

    private OfferQueue toPorts(final boolean isEthernet)
    {
        return new OfferQueue(
            context.batchLimit(), isEthernet, decap.fates(), new PortGuard(context.errorHandler()));
    }

    private Void fill(final SegmentContext settings, final Segment segment, final TableOperations tables)
    {
        final int vni = settings.vni();
        apply(vni, settings.policy());
        if (segment.ports().size() > 1 && !forwarding.ports().number(segment))
        {
            require(TableResult.NO_ROOM, "the ports of segment " + vni, maxRemotes());
        }
        settings.fdb().forEach((mac, remote) ->
            require(
                tables.replace(new FdbRequest(vni, mac, remote)),
                "FDB entry " + mac + " of " + remote,
                "fdb.maxEntries=" + context.fdb().maxEntries(),
                maxRemotes()));
        settings.flood().forEach(remote ->
            require(tables.append(FdbRequest.flood(vni, remote)), "flood to " + remote, maxRemotes()));
        settings.policy().groups().forEach(group -> join(vni, group));
        settings.neighbors().forEach((address, mac) ->
            require(
                tables.replaceNeighbor(vni, address, mac),
                "neighbour " + address,
                "maxNeighbors=" + context.maxNeighbors()));
        if (settings.gateway() != null)
        {
            require(
                tables.replaceGateway(vni, settings.gateway()),
                "the gateway of segment " + vni,
                "maxRoutes=" + context.maxRoutes(),
                maxRemotes());
        }
        return null;
    }

    private Void fill(final Entry entry, final TableOperations tables)
    {
        if (entry instanceof Entry.Context of)
        {
            require(tables.replaceContext(of.settings()), "context " + of.settings());
        }
        else if (entry instanceof Entry.Prefix of)
        {
            require(
                tables.replaceRoute(of.context(), of.destination(), of.target()),
                of.key() + " " + of.target(),
                "maxRoutes=" + context.maxRoutes(),
                maxRemotes());
        }
        return null;
    }

    /** Apply the rules that concern the tables. Only on the thread that writes them. */
    void apply(final int vni, final SegmentPolicy rules)
    {
        forwarding.fdb().limit(vni, rules.maxLearned());
        forwarding.fdb().maxAge(vni, TimeUnit.NANOSECONDS.toMillis(rules.fdbAgeNs()));
        if (learned != null)
        {
            learned.onAge(rules.fdbAgeNs());
        }
    }

    /** Also send the floods of a segment to a group. Only on the thread that writes the tables. */
    void join(final int vni, final IpAddress group)
    {
        groups.join(vni, group);
        final TableResult result = forwarding.operations().run(tables -> tables.append(flood(vni, group)));
        if (result != TableResult.DONE)
        {
            groups.leave(vni, group);
            require(result, "group " + group, maxRemotes());
        }
    }

    /** Undo {@link #join}. Only on the thread that writes the tables. */
    void leave(final int vni, final IpAddress group)
    {
        forwarding.operations().run(tables -> tables.delete(flood(vni, group)));
        groups.leave(vni, group);
    }

    /** A segment of this queue. */
    Segment segment(final int vni)
    {
        return Objects.requireNonNull(segments.lookup(vni), "segment");
    }

    private String maxRemotes()
    {
        return "maxRemotes=" + context.maxRemotes();
    }

    private FdbRequest flood(final int vni, final IpAddress group)
    {
        return FdbRequest.flood(vni, new Vtep(group, context.peerUdpPort()));
    }

    private static void require(final TableResult result, final String entry, final String... limits)
    {
        if (result == TableResult.NO_ROOM)
        {
            throw new IllegalArgumentException(
                "no room for " + entry + ": " + String.join(" or ", limits) + " is reached; set it higher");
        }
        RemoteCheck.require(result, entry);
    }
}
