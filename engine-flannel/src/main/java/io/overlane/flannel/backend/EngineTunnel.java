// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.FastPathMode;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.flannel.host.link.TunnelDevice;
import io.overlane.metrics.JfrEvents;
import io.overlane.port.Port;
import io.overlane.tun.DataPathThread;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOffload;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import io.overlane.tun.handover.Gate;
import io.overlane.tun.handover.GatedPort;
import io.overlane.tun.handover.GatedUnderlay;
import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** A device of this host, a UDP socket, and the engine between them. */
final class EngineTunnel implements AutoCloseable
{
    /** A /16 has 256 subnets by flannel's default; this allows 64 times as many. */
    static final int MAX_PEERS = 16_384;

    private final String device;
    private final int index;
    private final OverlayEngine engine;
    private final TunDevice tun;
    private final LibcUnderlay socket;

    private EngineTunnel(
        final String device,
        final int index,
        final OverlayEngine engine,
        final TunDevice tun,
        final LibcUnderlay socket)
    {
        this.device = device;
        this.index = index;
        this.engine = engine;
        this.tun = tun;
        this.socket = socket;
    }

    /**
     * How the device is to be set up.
     *
     * @param kind    of the device.
     * @param name    of the device.
     * @param mac     of the device; null for a device without Ethernet.
     * @param mtu     of the device, in bytes of IP.
     * @param address of the device, the base of the own subnet.
     * @param network that contains the address.
     * @param local   address and port to bind.
     */
    record Plan(
        TunKind kind, String name, @Nullable MacAddress mac, int mtu, IpPrefix address, IpPrefix network, Vtep local)
    {
    }

    /**
     * @param settings adds the segment or network for the port, and the sizes of the tables.
     * @return the running tunnel.
     * @throws IOException if the socket, device or engine cannot be opened; then nothing stays behind.
     */
    static EngineTunnel open(
        final Plan plan, final BackendHost host, final Function<Port, EngineContext> settings) throws IOException
    {
        final ErrorHandler errors = host.errors();
        final UnderlayOptions options = new UnderlayOptions(plan.local().address(), plan.local().udpPort())
            .errorHandler(errors)
            .segment(true)
            .coalesce(true);
        final TakenDescriptors taken = host.taken();
        final Gate gate = taken.gate();
        LibcUnderlay underlay = null;
        TunDevice device = null;
        try
        {
            // Bind the socket first: if the port is taken, a device that another program may use is left alone.
            final int socket = TunnelDescriptors.takeSocket(taken, plan.name());
            underlay = socket == TakenDescriptors.NONE ? LibcUnderlay.open(options) : adopt(socket, options);
            final int left = taken.take(plan.name());
            final boolean isLeft = left != TakenDescriptors.NONE;
            if (isLeft)
            {
                device = TunDevice.adopt(left, TunOffload.ALL);
            }
            else
            {
                device = TunDevice.create(new TunOptions(plan.kind(), plan.name()).offload(TunOffload.ALL));
                queueLength(host, plan.name());
            }
            TunnelDevice.configure(host.ip(), device, plan.mac(), plan.mtu(), plan.address(), plan.network());
            final int index = device.index();
            final Port port = new TunPort(device, errors);
            final OverlayEngine engine = (plan.kind() == TunKind.TAP ? host.fastPath() : FastPathMode.OFF).launch(
                settings.apply(isLeft ? new GatedPort(port, gate) : port)
                    .underlay(isLeft ? new GatedUnderlay(underlay, gate) : underlay)
                    .threadingMode(ThreadingMode.SPLIT)
                    .maxRemotes(MAX_PEERS)
                    .maxRoutes(MAX_PEERS)
                    .errorHandler(errors)
                    .threadFactory(new DataPathThread()),
                line -> errors.onError(new IOException(plan.name() + ": " + line)));
            if (isLeft)
            {
                gate.afterOpening(engine.fastPath().hold("packets that waited for this node")::close);
            }
            JfrEvents.connect(engine, device.name());
            return new EngineTunnel(device.name(), index, engine, device, underlay);
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietCloseAll(device, underlay);
            throw ex;
        }
    }

    private static void queueLength(final BackendHost host, final String device) throws IOException
    {
        final int packets = host.taken().queueLength();
        if (packets > 0)
        {
            host.ip().run("link", "set", "dev", device, "txqueuelen", Integer.toString(packets));
        }
    }

    /** The node may have another address than the one before it. */
    private static LibcUnderlay adopt(final int socket, final UnderlayOptions options) throws IOException
    {
        try
        {
            return LibcUnderlay.adopt(socket, options);
        }
        catch (final IOException ex)
        {
            return LibcUnderlay.open(options);
        }
    }

    OverlayEngine engine()
    {
        return engine;
    }

    /** @return further descriptors of device and socket, which the caller closes. */
    TunnelDescriptors duplicate() throws IOException
    {
        return TunnelDescriptors.duplicate(device, tun::duplicateDescriptor, socket::duplicateDescriptor);
    }

    /** @return false if the engine has ended by itself, or the device was removed, replaced or set down. */
    boolean isIntact()
    {
        try
        {
            final NetworkInterface found = NetworkInterface.getByName(device);
            return engine.isRunning() && found != null && found.getIndex() == index && found.isUp();
        }
        catch (final IOException ex)
        {
            return false;
        }
    }

    @Override
    public void close()
    {
        engine.close();
    }
}
