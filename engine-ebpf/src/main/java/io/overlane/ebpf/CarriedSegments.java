// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfLink;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.ebpf.kernel.BpfProgram;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastTraffic;
import io.overlane.status.Volume;
import io.overlane.tun.TunPort;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/** The segments in the kernel's maps, with the program at their TAPs, and their counters. One thread. */
final class CarriedSegments implements AutoCloseable
{
    private static final int ECN_VALUES = 4;
    private static final int ECN_BITS = 2;
    private static final String NO_TAP = "its port is no TAP in this network namespace";

    /** A segment that has counters in the kernel. */
    private static final class Carried
    {
        private final int vni;
        private final int slot;
        @SuppressWarnings("NullAway.Init")
        private TunPort port;
        private int tap;
        /** Null if it is not carried now. */
        private @Nullable BpfLink link;

        private Carried(final int vni, final int slot)
        {
            this.vni = vni;
            this.slot = slot;
        }
    }

    private final BpfMap ports;
    private final BpfMap segments;
    private final BpfMap traffic;
    private final BpfProgram encap;
    private final UnderlayDevice underlay;
    private final boolean fragments;
    private final Map<Integer, Carried> byVni = new HashMap<>();
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private final Counters[] counters;

    /**
     * @param encap     the program for TAPs.
     * @param fragments whether datagrams of the engine may be fragmented by default.
     */
    CarriedSegments(
        final FastPathMaps maps,
        final BpfProgram encap,
        final UnderlayDevice underlay,
        final boolean fragments,
        final int maxSegments)
    {
        this.fragments = fragments;
        ports = maps.get(Layout.PORTS);
        segments = maps.get(Layout.SEGMENTS);
        traffic = maps.get(Layout.SEGMENT_TRAFFIC);
        this.encap = encap;
        this.underlay = underlay;
        counters = new Counters[maxSegments];
        for (int slot = 0; slot < maxSegments; slot++)
        {
            counters[slot] = new Counters();
            freeSlots.add(slot);
        }
    }

    /** Attach the program to the TAP of a segment; the reason if that is not possible, null if it is done. */
    @Nullable String begin(final FastSegment segment) throws IOException
    {
        if (!(segment.port() instanceof TunPort port))
        {
            return "its port is no TAP";
        }
        if (fragments && segment.outer().dontFragment() == DontFragment.DEFAULT)
        {
            return "its datagrams may be fragmented";
        }
        final int tap = port.tapIndex();
        if (tap == 0)
        {
            return NO_TAP;
        }
        if (!byVni.containsKey(segment.vni()) && freeSlots.isEmpty())
        {
            return "there are too many segments";
        }
        final Carried carried = byVni.computeIfAbsent(segment.vni(), vni -> new Carried(vni, freeSlots.remove()));
        carried.port = port;
        carried.tap = tap;
        putSegment(carried);
        putPort(carried, segment);
        carried.link = BpfLink.attach(encap, BpfLink.Hook.TC_EGRESS, tap, segment.port().name());
        return null;
    }

    private void putSegment(final Carried carried) throws BpfException
    {
        segments.key().putInt(0, carried.vni);
        segments.value().setMemory(0, Layout.SEGMENT_SIZE, (byte)0);
        segments.value().putInt(Layout.SEGMENT_VNI, carried.vni);
        segments.value().putInt(Layout.SEGMENT_TAP, carried.tap);
        segments.value().putInt(Layout.SEGMENT_SLOT, carried.slot);
        segments.put();
    }

    private void putPort(final Carried carried, final FastSegment segment) throws BpfException
    {
        final OuterContext outer = segment.outer();
        final EcnEncap ecn = outer.ecn() == null ? EcnEncap.LINUX : outer.ecn();
        int congestion = 0;
        for (int inner = 0; inner < ECN_VALUES; inner++)
        {
            congestion |= ecn.encap(inner) << inner * ECN_BITS;
        }
        ports.key().putInt(0, carried.tap);
        ports.value().setMemory(0, Layout.PORT_SIZE, (byte)0);
        ports.value().putInt(Layout.PORT_VNI, carried.vni);
        ports.value().putInt(Layout.PORT_UNDERLAY, underlay.index());
        ports.value().putInt(Layout.PORT_LONGEST, segment.longestFrame());
        ports.value().putByte(Layout.PORT_TOS, (byte)outer.tos());
        ports.value().putByte(Layout.PORT_TTL, (byte)(outer.ttl() == 0 ? underlay.ttl() : outer.ttl()));
        ports.value().putByte(Layout.PORT_ECN, (byte)congestion);
        ports.value().putInt(Layout.PORT_SLOT, carried.slot);
        ports.put();
    }

    /** Detach the program from the TAP of a segment, if it is there. */
    void end(final int vni) throws BpfException
    {
        final Carried carried = byVni.get(vni);
        if (carried != null && carried.link != null)
        {
            stop(carried);
        }
    }

    private void stop(final Carried carried) throws BpfException
    {
        CloseHelper.close(carried.link);
        carried.link = null;
        segments.key().putInt(0, carried.vni);
        segments.remove();
        ports.key().putInt(0, carried.tap);
        ports.remove();
    }

    /** Report what was carried since the last call; false if nothing was. */
    boolean read(final FastTraffic to) throws BpfException
    {
        boolean isNews = false;
        for (final Carried carried : List.copyOf(byVni.values()))
        {
            if (counters[carried.slot].read(traffic, carried.slot))
            {
                isNews = true;
                counters[carried.slot].report(carried.vni, to::ofSegment);
            }
            if (carried.link == null)
            {
                byVni.remove(carried.vni);
                freeSlots.add(carried.slot);
            }
        }
        return isNews;
    }

    /** Stop at TAPs that are gone or in another network namespace, where numbers of devices are of other devices. */
    void checkTaps(final FastTraffic to) throws BpfException
    {
        for (final Carried carried : byVni.values())
        {
            if (carried.link != null && !isHere(carried))
            {
                stop(carried);
                to.stopped(carried.vni, NO_TAP);
            }
        }
    }

    private static boolean isHere(final Carried carried)
    {
        try
        {
            return carried.port.tapIndex() == carried.tap;
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    /** The places of the program, in order of the devices. */
    List<BpfLink> links()
    {
        final List<BpfLink> links = new ArrayList<>();
        for (final Carried carried : byVni.values())
        {
            if (carried.link != null)
            {
                links.add(carried.link);
            }
        }
        links.sort(Comparator.comparingInt(BpfLink::ifindex));
        return links;
    }

    /** All frames from ports that were read. */
    Volume encap()
    {
        return Arrays.stream(counters).map(Counters::encap).reduce(Volume.NONE, Volume::plus);
    }

    /** All frames from remotes that were read. */
    Volume decap()
    {
        return Arrays.stream(counters).map(Counters::decap).reduce(Volume.NONE, Volume::plus);
    }

    /** Detach the program from all TAPs. */
    @Override
    public void close()
    {
        byVni.values().forEach(carried -> CloseHelper.quietClose(carried.link));
        byVni.clear();
    }
}
