// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Code;
import io.overlane.ebpf.kernel.BpfException;
import io.overlane.ebpf.kernel.BpfLink;
import io.overlane.ebpf.kernel.BpfMap;
import io.overlane.ebpf.kernel.BpfProgram;
import io.overlane.ebpf.kernel.BpfSupport;
import io.overlane.ebpf.kernel.GracePeriod;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fastpath.FastTraffic;
import io.overlane.status.Volume;
import io.overlane.tun.HostEvents;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * A fast path of programs at devices: frames that the host sends into a TAP are encapsulated at its traffic control and
 * go to the underlay device; datagrams that the underlay device receives are decapsulated at its traffic control, or in
 * its driver, and go to the TAP. It needs Linux 6.6, the capabilities CAP_BPF and CAP_NET_ADMIN, a {@link LibcUnderlay}
 * that is bound to one address of an Ethernet device, and TAPs in the same network namespace. Segments with other ports
 * stay with the engine.
 *
 * <p>Give it to {@link io.overlane.engine.EngineContext#fastPath}; the engine calls everything else.
 */
public final class BpfFastPath implements FastPath
{
    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable UnderlayDevice device;
    private @Nullable FastPathMaps maps;
    private @Nullable BpfProgram encap;
    private @Nullable BpfProgram decap;
    private @Nullable BpfProgram driver;
    private @Nullable BpfLink driverLink;
    /** Of the device, when the program in its driver was made. */
    private byte @Nullable [] mac;
    private boolean verifiesChecksums;
    private int udpPort;
    private boolean acceptsZero;
    private @Nullable RemoteRoutes routes;
    private @Nullable StationTable stations;
    private @Nullable CarriedSegments segments;
    /** What was read last, by number of the remote. */
    private Counters[] remotes = new Counters[0];
    private DecapHook hook;

    /** Use of the kernel, which may fail. */
    private interface Action<T>
    {
        T run() throws IOException;
    }

    /** To be given to one engine, with {@link DecapHook#AUTO}. */
    public BpfFastPath()
    {
        this(DecapHook.AUTO);
    }

    /**
     * To be given to one engine.
     *
     * @param hook where datagrams are decapsulated.
     */
    public BpfFastPath(final DecapHook hook)
    {
        this.hook = hook;
    }

    /**
     * Try to open a fast path. Frames are not concerned.
     *
     * @param underlay that an engine will have.
     * @return the reason why the engine cannot have a fast path here, in one line; null if it can.
     */
    public static @Nullable String whyUnavailable(final Underlay underlay)
    {
        // AUTO would use this, too, if the driver refused.
        return whyUnavailable(underlay, DecapHook.TC);
    }

    /**
     * Try to open a fast path. With {@link DecapHook#XDP}, a program is in the driver for a moment, and drivers may
     * start anew for that; else frames are not concerned.
     *
     * @param underlay that an engine will have.
     * @param hook     where datagrams are to be decapsulated.
     * @return the reason why the engine cannot have such a fast path here, in one line; null if it can.
     */
    public static @Nullable String whyUnavailable(final Underlay underlay, final DecapHook hook)
    {
        try
        {
            final BpfFastPath trial = new BpfFastPath(hook == DecapHook.AUTO ? DecapHook.TC : hook);
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
            device = UnderlayDevice.of(underlay.local().address());
            final int[] sourcePorts = libc.sourcePorts();
            maps = opened(FastPathMaps.create(maxStations, maxRemotes, maxSegments, sourcePorts));
            routes = new RemoteRoutes(
                maps.get(Layout.REMOTES),
                maxRemotes,
                device,
                opened(new HostEvents()),
                opened(new IpsecPolicies()),
                opened(new RouteQuery()));
            remotes = new Counters[maxRemotes];
            stations = new StationTable(maps.get(Layout.STATIONS));
            encap = load(BpfProgram.Kind.TC, "overlane_encap", EncapProgram.code(
                device.local(), sourcePorts.length, !device.local().isV4() && libc.checksum()));
            final GracePeriod grace = opened(GracePeriod.create(maps.get(Layout.SEGMENTS)));
            segments = opened(new CarriedSegments(maps, encap(), grace, device, libc.fragments(), maxSegments));
            udpPort = libc.local().udpPort();
            acceptsZero = device.local().isV4() || libc.acceptZeroChecksum();
            openDecap(device);
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

    private void openDecap(final UnderlayDevice at) throws IOException
    {
        if (hook == DecapHook.AUTO && !at.isHardware())
        {
            hook = DecapHook.TC;
        }
        decap = load(BpfProgram.Kind.TC, "overlane_decap",
            DecapProgram.code(at.local(), udpPort, acceptsZero, hook != DecapHook.TC));
        opened(BpfLink.attach(decap(), BpfLink.Hook.TC_INGRESS, at.index(), at.name()));
        if (hook != DecapHook.TC)
        {
            openDriver(at);
        }
    }

    private void openDriver(final UnderlayDevice at) throws IOException
    {
        mac = at.mac();
        verifiesChecksums = at.verifiesChecksums();
        try
        {
            // The last to begin and the first to end: what it decapsulates, the other program must hand over. A device
            // that verifies checksums may mean a UDP checksum of 0, and the kernel would take it for the inner one.
            driver = load(BpfProgram.Kind.XDP, "overlane_xdp", XdpProgram.code(
                at.local(), udpPort, acceptsZero && !verifiesChecksums, Objects.requireNonNull(mac)));
            driverLink = opened(BpfLink.attach(driver, BpfLink.Hook.XDP_DRIVER, at.index(), at.name()));
            hook = DecapHook.XDP;
        }
        catch (final BpfException ex)
        {
            if (hook == DecapHook.XDP)
            {
                throw ex;
            }
            hook = DecapHook.TC;
        }
    }

    /** Make the program in the driver anew if the device has another address, or verifies checksums now or no more. */
    private void checkDriver(final UnderlayDevice at) throws IOException
    {
        final byte[] now = hook == DecapHook.XDP ? at.mac() : null;
        if (now != null && !(Arrays.equals(now, mac) && at.verifiesChecksums() == verifiesChecksums))
        {
            // A device has one such program only. Meanwhile, and if the driver refuses, the other program goes on.
            closed(Objects.requireNonNull(driverLink));
            closed(driver());
            hook = DecapHook.AUTO;
            openDriver(at);
        }
    }

    private BpfProgram load(final BpfProgram.Kind kind, final String name, final Code code) throws BpfException
    {
        return opened(BpfProgram.load(kind, name, code, maps().byName()));
    }

    private <T extends AutoCloseable> T opened(final T resource)
    {
        open.add(resource);
        return resource;
    }

    private void closed(final AutoCloseable resource)
    {
        CloseHelper.close(resource);
        open.remove(resource);
    }

    /** What the programs know; once open. */
    FastPathMaps maps()
    {
        return Objects.requireNonNull(maps, "maps");
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

    /** The program in the driver of the underlay device; once open with {@link DecapHook#XDP}. */
    BpfProgram driver()
    {
        return Objects.requireNonNull(driver, "driver");
    }

    /** @return where datagrams are decapsulated; once open, the place that {@link DecapHook#AUTO} became. */
    public DecapHook hook()
    {
        return hook;
    }

    private StationTable table()
    {
        return Objects.requireNonNull(stations, "stations");
    }

    private CarriedSegments segments()
    {
        return Objects.requireNonNull(segments, "segments");
    }

    private static <T> T use(final Action<T> action)
    {
        try
        {
            return action.run();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public @Nullable String begin(final FastSegment segment)
    {
        return use(() -> Optional.ofNullable(segments().begin(segment))).orElse(null);
    }

    @Override
    public void end(final int... vnis)
    {
        use(() ->
        {
            segments().end(vnis);
            return true;
        });
    }

    @Override
    public void leave(final int vni)
    {
        use(() ->
        {
            segments().leave(vni);
            return true;
        });
    }

    @Override
    public void put(final FastStation station)
    {
        use(() ->
        {
            final IpAddress remote = new IpAddress(station.high(), station.low());
            if (Objects.requireNonNull(device).reaches(remote))
            {
                final RemoteRoutes all = Objects.requireNonNull(routes);
                final int number = station.remote();
                if (all.use(number, remote, station.udpPort()))
                {
                    // What was not read yet is of the remote that had the number before.
                    counters(number).read(maps().get(Layout.REMOTE_TRAFFIC), number);
                    counters(number).restart();
                }
                table().put(station, all.useOf(number));
            }
            else
            {
                table().remove(station.vni(), station.mac());
            }
            return true;
        });
    }

    @Override
    public void remove(final int vni, final long mac)
    {
        use(() ->
        {
            table().remove(vni, mac);
            return true;
        });
    }

    @Override
    public long idleMs(final int vni, final long mac)
    {
        return use(() -> table().idleMs(vni, mac));
    }

    @Override
    public void read(final FastTraffic traffic)
    {
        use(() ->
        {
            final RemoteRoutes all = Objects.requireNonNull(routes);
            if (segments().read(traffic))
            {
                readRemotes(traffic, all.used());
            }
            if (all.check())
            {
                segments().checkTaps(traffic);
                checkDriver(Objects.requireNonNull(device));
            }
            return true;
        });
    }

    private void readRemotes(final FastTraffic traffic, final int count) throws BpfException
    {
        final BpfMap ofRemotes = maps().get(Layout.REMOTE_TRAFFIC);
        for (int remote = 0; remote < count; remote++)
        {
            if (counters(remote).read(ofRemotes, remote))
            {
                counters(remote).report(remote, traffic::ofRemote);
            }
        }
    }

    private Counters counters(final int remote)
    {
        if (remotes[remote] == null)
        {
            remotes[remote] = new Counters();
        }
        return remotes[remote];
    }

    @Override
    public int stations()
    {
        return table().size();
    }

    @Override
    public FastPathReport report()
    {
        final List<FastPathReport.Link> links = new ArrayList<>();
        open.stream().filter(BpfLink.class::isInstance).forEach(link -> links.add(report((BpfLink)link)));
        segments().links().forEach(link -> links.add(report(link)));
        final List<FastPathReport.Program> programs = new ArrayList<>();
        programs.add(report(encap(), segments().encap()));
        programs.add(report(decap(), segments().decap()));
        if (hook == DecapHook.XDP)
        {
            // Both programs at the underlay device have the same counters.
            programs.add(report(driver(), Volume.NONE));
        }
        return new FastPathReport(
            hook.toString(),
            programs,
            links,
            Objects.requireNonNull(routes).report(this::counters));
    }

    private static FastPathReport.Program report(final BpfProgram program, final Volume carried)
    {
        return new FastPathReport.Program(
            program.name(), program.id(), program.code().length(), carried, program.code().toString());
    }

    private static FastPathReport.Link report(final BpfLink link)
    {
        return new FastPathReport.Link(
            link.device(), link.ifindex(), link.hook().toString(), link.id(), link.program().id());
    }

    @Override
    public void close()
    {
        // Links first, so that no program runs any more.
        Collections.reverse(open);
        CloseHelper.quietCloseAll(open);
        open.clear();
    }
}
