// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfLink;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.ebpf.kernel.BpfProgram;
import io.overlane.ebpf.kernel.BpfSupport;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fastpath.FastTraffic;
import io.overlane.tun.TunPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * A fast path of two programs at the traffic control of devices: frames that the host sends into a TAP are encapsulated
 * there and go to the underlay device; datagrams that the underlay device receives are decapsulated there and go to the
 * TAP. It needs Linux 6.6, the capabilities CAP_BPF and CAP_NET_ADMIN, a {@link LibcUnderlay} that is bound to one IPv4
 * address of an Ethernet device, and TAPs in the same network namespace. Segments with other ports stay with the
 * engine.
 *
 * <p>Give it to {@link io.overlane.engine.EngineContext#fastPath}; the engine calls everything else.
 */
public final class TcFastPath implements FastPath
{
    private static final Path DEFAULT_TTL = Path.of("/proc/sys/net/ipv4/ip_default_ttl");
    private static final int LINUX_TTL = 64;
    private static final int ECN_VALUES = 4;
    private static final int ECN_BITS = 2;
    private static final int VNI_SHIFT = 8;

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

    private final Map<String, BpfMap> maps = new HashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<Integer, Carried> segments = new HashMap<>();
    private final Deque<Integer> freeSlots = new ArrayDeque<>();
    private @Nullable BpfProgram encap;
    private @Nullable BpfProgram decap;
    private @Nullable RemoteRoutes routes;
    /** What was read last, by number of the remote and by slot of the segment. */
    private Counters[] remotes = new Counters[0];
    private Counters[] slots = new Counters[0];
    private int local;
    private int underlayIndex;
    private int ttl;

    /** To be given to one engine. */
    public TcFastPath()
    {
    }

    /**
     * Try to open a fast path. Frames are not concerned.
     *
     * @param underlay that an engine will have.
     * @return the reason why the engine cannot have a fast path here, in one line; null if it can.
     */
    public static @Nullable String whyUnavailable(final Underlay underlay)
    {
        try
        {
            final TcFastPath trial = new TcFastPath();
            trial.open(underlay, 1, 1, 1);
            trial.close();
            return null;
        }
        catch (final IllegalArgumentException ex)
        {
            return String.valueOf(ex.getMessage()).lines().findFirst().orElseThrow();
        }
    }

    @Override
    public void open(final Underlay underlay, final int maxStations, final int maxRemotes, final int maxSegments)
    {
        if (!(underlay instanceof LibcUnderlay libc))
        {
            throw new IllegalArgumentException(
                "no fast path: it needs a LibcUnderlay, not " + underlay.getClass().getSimpleName());
        }
        final String whyNot = BpfSupport.whyUnavailable();
        if (whyNot != null)
        {
            throw new IllegalArgumentException("no fast path: " + whyNot);
        }
        try
        {
            final NetworkInterface device = device(underlay.local().address());
            local = underlay.local().address().v4();
            underlayIndex = device.getIndex();
            ttl = defaultTtl();
            final int[] sourcePorts = libc.sourcePorts();
            createMaps(maxStations, maxRemotes, maxSegments, sourcePorts);
            routes = opened(new RemoteRoutes(map(Layout.REMOTES), maxRemotes, device, local));
            remotes = new Counters[maxRemotes];
            slots = new Counters[maxSegments];
            for (int slot = 0; slot < maxSegments; slot++)
            {
                slots[slot] = new Counters();
                freeSlots.add(slot);
            }
            encap = load("overlane_encap", EncapProgram.code(sourcePorts.length));
            decap = load("overlane_decap", DecapProgram.code(local, underlay.local().udpPort()));
            opened(BpfLink.attach(decap(), BpfLink.Hook.TC_INGRESS, underlayIndex, device.getName()));
        }
        catch (final IOException ex)
        {
            close();
            throw new IllegalArgumentException("no fast path: " + ex.getMessage(), ex);
        }
        catch (final RuntimeException | Error ex)
        {
            close();
            throw ex;
        }
    }

    /** The program at TAPs; once open. */
    BpfProgram encap()
    {
        return Objects.requireNonNull(encap, "encap");
    }

    /** The program at the underlay device; once open. */
    BpfProgram decap()
    {
        return Objects.requireNonNull(decap, "decap");
    }

    private static NetworkInterface device(final IpAddress address) throws IOException
    {
        if (!address.isV4() || address.isAny())
        {
            throw new IllegalArgumentException("no fast path: the underlay is bound to " + address +
                "; bind it to one IPv4 address of this host");
        }
        final NetworkInterface device = NetworkInterface.getByInetAddress(address.toInetAddress());
        if (device == null || device.getHardwareAddress() == null)
        {
            throw new IllegalArgumentException("no fast path: " +
                (device == null ? "no interface" : "interface '" + device.getName() + "' is no Ethernet device and") +
                " has the address " + address + "; bind the underlay to the address of an Ethernet device");
        }
        return device;
    }

    private static int defaultTtl()
    {
        try
        {
            // The kernel answers only the first read, so that must be a long one.
            return Integer.parseInt(Files.readAllLines(DEFAULT_TTL).get(0).strip());
        }
        catch (final IOException | NumberFormatException ex)
        {
            return LINUX_TTL;
        }
    }

    private void createMaps(
        final int maxStations, final int maxRemotes, final int maxSegments, final int... sourcePorts)
        throws BpfException
    {
        create(BpfMap.Kind.HASH, Layout.PORTS, Layout.NUMBER_SIZE, Layout.PORT_SIZE, maxSegments);
        create(BpfMap.Kind.HASH, Layout.SEGMENTS, Layout.NUMBER_SIZE, Layout.SEGMENT_SIZE, maxSegments);
        create(BpfMap.Kind.HASH, Layout.STATIONS, Layout.KEY_SIZE, Layout.STATION_SIZE, maxStations);
        create(BpfMap.Kind.ARRAY, Layout.REMOTES, Layout.NUMBER_SIZE, Layout.REMOTE_SIZE, maxRemotes);
        create(BpfMap.Kind.PER_CPU_ARRAY, Layout.REMOTE_TRAFFIC, Layout.NUMBER_SIZE, Layout.TRAFFIC_SIZE, maxRemotes);
        create(
            BpfMap.Kind.PER_CPU_ARRAY, Layout.SEGMENT_TRAFFIC, Layout.NUMBER_SIZE, Layout.TRAFFIC_SIZE, maxSegments);
        create(
            BpfMap.Kind.ARRAY, Layout.SOURCE_PORTS, Layout.NUMBER_SIZE, Layout.SOURCE_PORT_SIZE, sourcePorts.length);
        final BpfMap ports = map(Layout.SOURCE_PORTS);
        for (int i = 0; i < sourcePorts.length; i++)
        {
            ports.key().putInt(0, i);
            ports.value().putShort(0, (short)sourcePorts[i], ByteOrder.BIG_ENDIAN);
            ports.put();
        }
    }

    private void create(
        final BpfMap.Kind kind, final String name, final int keySize, final int valueSize, final int maxEntries)
        throws BpfException
    {
        maps.put(name, opened(BpfMap.create(kind, name, keySize, valueSize, maxEntries)));
    }

    private BpfProgram load(final String name, final Code code) throws BpfException
    {
        return opened(BpfProgram.load(BpfProgram.Kind.TC, name, code, maps));
    }

    private <T extends AutoCloseable> T opened(final T resource)
    {
        open.add(resource);
        return resource;
    }

    private BpfMap map(final String name)
    {
        return Objects.requireNonNull(maps.get(name), name);
    }

    @Override
    public boolean begin(final FastSegment segment)
    {
        try
        {
            if (!(segment.port() instanceof TunPort port))
            {
                return false;
            }
            final int tap = port.tapIndex();
            if (tap == 0 || !segments.containsKey(segment.vni()) && freeSlots.isEmpty())
            {
                return false;
            }
            final Carried carried = segments.computeIfAbsent(segment.vni(), this::carried);
            carried.port = port;
            carried.tap = tap;
            putSegment(carried);
            putPort(carried, segment);
            carried.link = BpfLink.attach(
                encap(), BpfLink.Hook.TC_EGRESS, tap, segment.port().name());
            return true;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private Carried carried(final int vni)
    {
        return new Carried(vni, freeSlots.remove());
    }

    private void putSegment(final Carried carried) throws BpfException
    {
        final BpfMap map = map(Layout.SEGMENTS);
        map.key().putInt(0, carried.vni);
        map.value().putInt(Layout.SEGMENT_TAP, carried.tap);
        map.value().putInt(Layout.SEGMENT_SLOT, carried.slot);
        map.put();
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
        final BpfMap map = map(Layout.PORTS);
        map.key().putInt(0, carried.tap);
        map.value().setMemory(0, Layout.PORT_SIZE, (byte)0);
        map.value().putInt(Layout.PORT_VNI, carried.vni);
        map.value().putInt(Layout.PORT_UNDERLAY, underlayIndex);
        map.value().putInt(Layout.PORT_LOCAL, local, ByteOrder.BIG_ENDIAN);
        map.value().putInt(Layout.PORT_LONGEST, segment.longestFrame());
        map.value().putByte(Layout.PORT_TOS, (byte)outer.tos());
        map.value().putByte(Layout.PORT_TTL, (byte)(outer.ttl() == 0 ? ttl : outer.ttl()));
        map.value().putByte(Layout.PORT_ECN, (byte)congestion);
        map.value().putInt(Layout.PORT_SLOT, carried.slot);
        map.put();
    }

    @Override
    public void end(final int vni)
    {
        final Carried carried = segments.get(vni);
        if (carried != null && carried.link != null)
        {
            try
            {
                stop(carried);
            }
            catch (final BpfException ex)
            {
                throw new UncheckedIOException(ex);
            }
        }
    }

    private void stop(final Carried carried) throws BpfException
    {
        CloseHelper.close(carried.link);
        carried.link = null;
        map(Layout.SEGMENTS).key().putInt(0, carried.vni);
        map(Layout.SEGMENTS).remove();
        map(Layout.PORTS).key().putInt(0, carried.tap);
        map(Layout.PORTS).remove();
    }

    @Override
    public void put(final FastStation station)
    {
        if (!IpAddress.isV4(station.high(), station.low()))
        {
            remove(station.vni(), station.mac());
            return;
        }
        try
        {
            Objects.requireNonNull(routes).use(station.remote(), (int)station.low(), station.udpPort());
            final BpfMap map = stations(station.vni(), station.mac());
            final long seen = map.get() ? map.value().getLong(Layout.STATION_SEEN) : 0;
            map.value().setMemory(0, Layout.STATION_SIZE, (byte)0);
            map.value().putInt(Layout.STATION_REMOTE, station.remote());
            map.value().putByte(Layout.STATION_WAYS, (byte)(
                (station.encap() ? Layout.WAY_ENCAP : 0) | (station.decap() ? Layout.WAY_DECAP : 0)));
            map.value().putInt(Layout.STATION_VNI, station.remoteVni() << VNI_SHIFT, ByteOrder.BIG_ENDIAN);
            map.value().putLong(Layout.STATION_SEEN, seen);
            map.put();
        }
        catch (final BpfException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void remove(final int vni, final long mac)
    {
        try
        {
            stations(vni, mac).remove();
        }
        catch (final BpfException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private BpfMap stations(final int vni, final long mac)
    {
        final BpfMap map = map(Layout.STATIONS);
        map.key().putInt(Layout.KEY_MAC, (int)(mac >>> Short.SIZE), ByteOrder.BIG_ENDIAN);
        map.key().putShort(Layout.KEY_MAC + Integer.BYTES, (short)mac, ByteOrder.BIG_ENDIAN);
        map.key().putShort(Layout.KEY_MAC + Integer.BYTES + Short.BYTES, (short)0);
        map.key().putInt(Layout.KEY_VNI, vni);
        return map;
    }

    @Override
    public long idleMs(final int vni, final long mac)
    {
        try
        {
            final BpfMap map = stations(vni, mac);
            final long seenNs = map.get() ? map.value().getLong(Layout.STATION_SEEN) : 0;
            // The kernel's clock is the one of System.nanoTime().
            final long idleNs = Math.max(0, System.nanoTime() - seenNs);
            return seenNs == 0 ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.toMillis(idleNs);
        }
        catch (final BpfException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void read(final FastTraffic traffic)
    {
        try
        {
            boolean isNews = false;
            final BpfMap ofSegments = map(Layout.SEGMENT_TRAFFIC);
            for (final Carried carried : List.copyOf(segments.values()))
            {
                if (slots[carried.slot].read(ofSegments, carried.slot))
                {
                    isNews = true;
                    slots[carried.slot].report(carried.vni, traffic::ofSegment);
                }
                if (carried.link == null)
                {
                    segments.remove(carried.vni);
                    freeSlots.add(carried.slot);
                }
            }
            final RemoteRoutes all = Objects.requireNonNull(routes);
            if (isNews)
            {
                readRemotes(traffic, all.used());
            }
            if (all.check())
            {
                for (final Carried carried : segments.values())
                {
                    checkTap(carried);
                }
            }
        }
        catch (final BpfException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** Stop at a TAP that is gone or in another network namespace, where numbers of devices are of other devices. */
    private void checkTap(final Carried carried) throws BpfException
    {
        if (carried.link != null && !isHere(carried))
        {
            stop(carried);
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

    private void readRemotes(final FastTraffic traffic, final int count) throws BpfException
    {
        final BpfMap ofRemotes = map(Layout.REMOTE_TRAFFIC);
        for (int remote = 0; remote < count; remote++)
        {
            if (remotes[remote] == null)
            {
                remotes[remote] = new Counters();
            }
            if (remotes[remote].read(ofRemotes, remote))
            {
                remotes[remote].report(remote, traffic::ofRemote);
            }
        }
    }

    @Override
    public void close()
    {
        // Links first, so that no program runs any more.
        segments.values().forEach(carried -> CloseHelper.quietClose(carried.link));
        Collections.reverse(open);
        CloseHelper.quietCloseAll(open);
        open.clear();
        segments.clear();
    }
}
