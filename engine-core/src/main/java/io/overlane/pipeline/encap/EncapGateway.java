// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.neighbor.NeighborTable;
import io.overlane.offload.GsoSplitter;
import io.overlane.parse.Layer3;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.gateway.GatewayPath;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's part of the way from a port: takes the frames for the gateway's MAC and the messages of its neighbours.
 * A routed frame leaves by the same queues as the bridged frames of its batch. One thread, shared by all ports.
 */
public final class EncapGateway extends GatewayPath
{
    private static final OversizeListener NO_ANSWER = (frame, longestFrame) -> false;

    private final NeighborTable macs;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip4 = new Ipv4Header();
    private final Ipv6Header ip6 = new Ipv6Header();

    @SuppressWarnings("NullAway.Init")
    private EncapShared shared;

    /**
     * @param parts of the gateway.
     * @param ring  to the thread that writes the tables; null on that thread.
     * @param fates of frames from ports.
     */
    public EncapGateway(final GatewayShared parts, final @Nullable LearnRing ring, final Fates fates)
    {
        super(parts, ring, fates, Vrf::encapCounters, false);
        macs = parts.macs();
    }

    void use(final EncapShared of)
    {
        shared = of;
    }

    /** Begin a batch of frames of a port. Frames whose next hop is known now come before them. */
    void begin(final Port port)
    {
        work();
        from = port;
    }

    /**
     * Take a frame of the batch's port that is to the gateway's MAC or to a group, and count its fate. If it is a
     * super-frame, its segments are open and none is cut yet.
     *
     * @param in     gateway of the port's segment.
     * @param isOurs true if the frame is to the gateway's MAC.
     * @param frames that it stands for.
     * @return false if the frame is to be carried like any other.
     */
    boolean take(final Link in, final Frame frame, final int layer3, final boolean isOurs, final int frames)
    {
        count = frames;
        return take(in, frame, layer3, isOurs);
    }

    private @Nullable GsoSplitter segments(final Frame frame)
    {
        return frame.gsoType() == Frame.GSO_NONE ? null : shared.segments;
    }

    @Override
    protected int segmentLength(final Frame frame)
    {
        return frame.gsoType() == Frame.GSO_NONE ? 0 : shared.segments.segmentLength();
    }

    /** Never in the middle of a batch, whose queues the released frames would need. */
    @Override
    protected boolean releasesFirst()
    {
        return false;
    }

    @Override
    protected void toPort(final Link to, final Port port, final Frame frame)
    {
        shared.local.divert(frame, port, count);
    }

    @Override
    protected void toRemote(final Link of, final int vni, final int to, final Frame frame, final int layer3)
    {
        shared.out.route(vni);
        shared.out.add(frame, segments(frame), layer3, to, outer(of).of(frame, layer3));
        shared.out.routeNoMore();
    }

    @Override
    protected void flood(final Link to, final int[] remotes, final Frame frame, final int layer3)
    {
        shared.local.flood(frame, to.segment().ports(), count, copies);
        shared.out.route(to.vni());
        shared.out.flood(frame, segments(frame), layer3, remotes, outer(to).of(frame, layer3), copies);
        shared.out.routeNoMore();
    }

    private OuterRule outer(final Link link)
    {
        return shared.outerRules.of(link.segment());
    }

    /** Give an answer to the port that the frame came from. */
    @Override
    protected DropReason sendBack(final Frame answer, final int vni)
    {
        final Port port = Objects.requireNonNull(from, "from");
        final DropReason verdict = shared.ports.offer(port, answer.verdict(DropReason.NONE));
        if (verdict == DropReason.NONE)
        {
            shared.counters.port(port).onOut(1, answer.length());
        }
        return verdict;
    }

    /** Whether a frame that a queue gives back was routed, so that its sender is a station of another segment. */
    boolean isRouted(final Link in, final Frame frame)
    {
        final long source = ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).source();
        return source == in.mac() || source == in.vrf().routerMac();
    }

    /**
     * Answer a routed frame that is longer than the path to its remote takes.
     *
     * @param in           gateway of the segment that it came by.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return bytes of the answer, 0 if there is none.
     */
    int answerOversize(final Link in, final Port port, final Frame frame, final int longestFrame)
    {
        final int layer3 = Layer3.of(frame, true);
        final long station = sender(in, frame, layer3);
        final int mtu = longestFrame - EthernetHeader.LENGTH;
        if (station == NeighborTable.MISSING || !answers().aboutTooLong(in.vrf(), in, frame, layer3, mtu))
        {
            return 0;
        }
        final Frame error = answers().error();
        ethernet.wrap(error.buffer(), error.offset(), EthernetHeader.LENGTH).destination(station).source(in.mac());
        return shared.ports.offer(port, error) == DropReason.NONE ? error.length() : 0;
    }

    /** MAC of the station that sent a routed packet; its own MAC is no longer in the frame. */
    private long sender(final Link in, final Frame frame, final int layer3)
    {
        final int l3 = frame.offset() + EthernetHeader.LENGTH;
        final int length = frame.length() - EthernetHeader.LENGTH;
        if (Layer3.etherType(layer3) == EtherType.IPV4)
        {
            ip4.wrap(frame.buffer(), l3, length);
            return macs.lookup(in.vni(), 0, IpAddress.v4Low(ip4.source()));
        }
        ip6.wrap(frame.buffer(), l3, length);
        return macs.lookup(in.vni(), ip6.sourceHigh(), ip6.sourceLow());
    }

    @Override
    protected DropReason open(final @Nullable Link in, final Frame frame, final int layer3)
    {
        final Link link = Objects.requireNonNull(in, "in");
        final Port port = Objects.requireNonNull(from, "from");
        shared.out.begin(port, link.vni(), link.segment().encapTraffic(), NO_ANSWER);
        shared.local.begin(link.segment(), link.segment().ports(), port);
        return frame.gsoType() == Frame.GSO_NONE ? DropReason.NONE : shared.segments.open(frame, layer3);
    }

    @Override
    protected void flush()
    {
        shared.out.flush();
        shared.local.flush();
    }
}
