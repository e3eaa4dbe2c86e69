// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfLink;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.ebpf.kernel.BpfProgram;
import io.overlane.ebpf.kernel.GracePeriod;
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

/**
 * The segments in the kernel's maps, with the program at their TAPs, and their counters. Attaching and detaching a
 * program takes the kernel some milliseconds each time, so the program stays at a TAP when frames are not carried for
 * some time: it lets frames pass as long as the maps do not have the segment. One thread.
 */
final class CarriedSegments implements AutoCloseable
{
    private static final int ECN_VALUES = 4;
    private static final int ECN_BITS = 2;
    private static final String NO_TAP = "its port is no TAP in this network namespace";

    /** A segment that has counters in the kernel, whether its frames are carried now or not. */
    private static final class Carried
    {
        private final int vni;
        private final int slot;
        @SuppressWarnings("NullAway.Init")
        private TunPort port;
        /** 0 if the program is not there. */
        private int tap;
        /** Null if the program is not at a TAP: the TAP went away, or the kernel refused the program. */
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
    private final GracePeriod grace;
    private final UnderlayDevice underlay;
    private final boolean fragments;
    private final Map<Integer, Carried> byVni = new HashMap<>();
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private final Counters[] counters;

    /**
     * @param encap     the program for TAPs.
     * @param grace     waits for frames that the programs have in hand.
     * @param fragments whether datagrams of the engine may be fragmented by default.
     */
    CarriedSegments(
        final FastPathMaps maps,
        final BpfProgram encap,
        final GracePeriod grace,
        final UnderlayDevice underlay,
        final boolean fragments,
        final int maxSegments)
    {
        this.fragments = fragments;
        ports = maps.get(Layout.PORTS);
        segments = maps.get(Layout.SEGMENTS);
        traffic = maps.get(Layout.SEGMENT_TRAFFIC);
        this.encap = encap;
        this.grace = grace;
        this.underlay = underlay;
        counters = new Counters[maxSegments];
        for (int slot = 0; slot < maxSegments; slot++)
        {
            counters[slot] = new Counters();
            freeSlots.add(slot);
        }
    }

    /** Carry a segment; the reason if that is not possible, null if it is done. */
    @Nullable String begin(final FastSegment segment) throws BpfException
    {
        if (!(segment.port() instanceof TunPort port))
        {
            return "its port is no TAP";
        }
        if (fragments && segment.outer().dontFragment() == DontFragment.DEFAULT)
        {
            return "its datagrams may be fragmented";
        }
        final int tap = indexHere(port);
        if (tap == 0)
        {
            return NO_TAP;
        }
        if (!byVni.containsKey(segment.vni()) && freeSlots.isEmpty())
        {
            return "there are too many segments";
        }
        final Carried carried = byVni.computeIfAbsent(segment.vni(), vni -> new Carried(vni, freeSlots.remove()));
        try
        {
            attach(carried, port, tap);
        }
        catch (final BpfException ex)
        {
            // The TAP may be gone since it was asked for its number.
            return ex.getMessage();
        }
        if (!putSegment(carried) || !putPort(carried, segment))
        {
            removeEntries(carried);
            return "the kernel has no memory for it";
        }
        return null;
    }

    private static int indexHere(final TunPort port)
    {
        try
        {
            return port.tapIndex();
        }
        catch (final IOException ex)
        {
            return 0;
        }
    }

    /** Have the program at the TAP of a segment; nothing changes there if it is at this TAP already. */
    private void attach(final Carried carried, final TunPort port, final int tap) throws BpfException
    {
        if (carried.link != null && (carried.port != port || carried.tap != tap))
        {
            detach(carried);
        }
        if (carried.link == null)
        {
            carried.link = BpfLink.attach(encap, BpfLink.Hook.TC_EGRESS, tap, port.name());
            carried.port = port;
            carried.tap = tap;
        }
    }

    private boolean putSegment(final Carried carried) throws BpfException
    {
        segments.key().putInt(0, carried.vni);
        segments.value().setMemory(0, Layout.SEGMENT_SIZE, (byte)0);
        segments.value().putInt(Layout.SEGMENT_VNI, carried.vni);
        segments.value().putInt(Layout.SEGMENT_TAP, carried.tap);
        segments.value().putInt(Layout.SEGMENT_SLOT, carried.slot);
        return segments.put();
    }

    private boolean putPort(final Carried carried, final FastSegment segment) throws BpfException
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
        return ports.put();
    }

    /** Carry no more frames of some segments. When this returns, the programs have no frame of them in hand. */
    void end(final int... vnis) throws BpfException
    {
        for (final int vni : vnis)
        {
            final Carried carried = byVni.get(vni);
            if (carried != null)
            {
                removeEntries(carried);
            }
        }
        grace.await();
    }

    /** Detach the program from the TAP of a segment that has ended, and forget the segment. */
    void leave(final int vni) throws BpfException
    {
        final Carried carried = byVni.remove(vni);
        if (carried != null)
        {
            freeSlots.add(carried.slot);
            detach(carried);
        }
    }

    private void removeEntries(final Carried carried) throws BpfException
    {
        segments.key().putInt(0, carried.vni);
        segments.remove();
        ports.key().putInt(0, carried.tap);
        ports.remove();
    }

    /** The kernel waits in the last step for frames that the programs have in hand. */
    private void detach(final Carried carried) throws BpfException
    {
        removeEntries(carried);
        CloseHelper.close(carried.link);
        carried.link = null;
        // The number may become that of another device.
        carried.tap = 0;
    }

    /** Report what was carried since the last call; false if nothing was. */
    boolean read(final FastTraffic to) throws BpfException
    {
        boolean isNews = false;
        for (final Carried carried : byVni.values())
        {
            if (counters[carried.slot].read(traffic, carried.slot))
            {
                isNews = true;
                counters[carried.slot].report(carried.vni, to::ofSegment);
            }
        }
        return isNews;
    }

    /** Stop at TAPs that are gone or in another network namespace, where numbers of devices are of other devices. */
    void checkTaps(final FastTraffic to) throws BpfException
    {
        for (final Carried carried : byVni.values())
        {
            if (carried.link != null && indexHere(carried.port) != carried.tap)
            {
                detach(carried);
                to.stopped(carried.vni, NO_TAP);
            }
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
