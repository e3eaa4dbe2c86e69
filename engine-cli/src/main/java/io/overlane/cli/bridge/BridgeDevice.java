// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.VlanSpec;
import io.overlane.engine.WatchedPort;
import io.overlane.port.Port;
import io.overlane.port.VlanPort;
import io.overlane.port.VlanTrunk;
import io.overlane.tun.DataPathThread;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** The device of one plan, or one VLAN of it. */
final class BridgeDevice implements AutoCloseable
{
    /** Frames read from a trunk at a time. */
    private static final int TRUNK_BATCH = 64;

    private final TunDevice device;
    private final TunPort tun;
    /** The device as a port, with all VLANs. */
    private final Port whole;
    /** Null if the segment has the device to itself. */
    private final @Nullable VlanTrunk trunk;
    private final Port port;
    private BridgePlan plan;
    /** The device is brought up only once: if an operator sets it down, it stays down. */
    private boolean isUp;

    private BridgeDevice(
        final BridgePlan plan,
        final TunDevice device,
        final TunPort tun,
        final Port whole,
        final @Nullable VlanTrunk trunk)
    {
        this.plan = plan;
        this.device = device;
        this.tun = tun;
        this.trunk = trunk;
        this.whole = whole;
        port = trunk == null ? whole : port(trunk, plan);
    }

    private static Port port(final VlanTrunk trunk, final BridgePlan plan)
    {
        final VlanSpec vlan = plan.vlan();
        return vlan == null ? trunk.untagged() :
            vlan.isService() ? trunk.serviceVlan(vlan.id(), plan.vlanRules()) :
            trunk.vlan(vlan.id(), plan.vlanRules());
    }

    /**
     * Make the device. It is down, and nothing is set on the host yet.
     *
     * @param plan    of the device.
     * @param isTrunk true if segments share it, or one segment has a VLAN of it.
     * @param handOver may have the device already.
     * @param errors  gets failures of the device.
     * @return the device.
     * @throws IOException if it cannot be made; then nothing stays behind.
     */
    static BridgeDevice open(
        final BridgePlan plan, final boolean isTrunk, final BridgeHandOver handOver, final ErrorHandler errors)
        throws IOException
    {
        final TunDevice device = handOver.openDevice(plan);
        try
        {
            // A device that another bridge left would lose its neighbours with a new address.
            if (plan.mac() != null && !plan.mac().equals(device.mac()))
            {
                device.mac(plan.mac());
            }
            device.mtu(plan.mtu());
            final TunPort tun = new TunPort(device, errors);
            final Port port = handOver.gated(tun);
            return new BridgeDevice(plan, device, tun, port, isTrunk ? trunk(plan, port, errors) : null);
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietClose(device);
            throw ex;
        }
    }

    /**
     * With one thread for both directions, a trunk cannot wait for its device: a part of a device has no descriptor.
     */
    private static VlanTrunk trunk(final BridgePlan plan, final Port port, final ErrorHandler errors)
    {
        return new VlanTrunk(
            plan.threads() == 1 ? port : WatchedPort.watch(port, new DataPathThread(), errors), TRUNK_BATCH);
    }

    /**
     * Share the device with another segment, which has another VLAN of it.
     *
     * @param other plan of that segment, with the same device.
     * @return the segment's part of the device.
     * @throws IOException if the device was not made for several segments.
     */
    BridgeDevice share(final BridgePlan other) throws IOException
    {
        if (trunk == null)
        {
            throw new IOException("VNI " + other.vni() + ": device " + other.device() +
                " is not shared by VLANs; restart the bridge to share it");
        }
        final BridgeDevice sharing = new BridgeDevice(other, device, tun, whole, trunk);
        sharing.isUp = true;
        return sharing;
    }

    static TunOptions options(final BridgePlan plan)
    {
        return new TunOptions(plan.mode().kind(), plan.device())
            .offload(plan.offload())
            .multiQueue(plan.queues() > 1);
    }

    BridgePlan plan()
    {
        return plan;
    }

    /** Set the wanted plan; the host is not changed yet. The rules of a VLAN change at once. */
    void plan(final BridgePlan wanted)
    {
        plan = wanted;
        if (port instanceof VlanPort vlan)
        {
            vlan.rules(plan.vlanRules());
        }
    }

    /** Keep a trunk while its VLANs may be replaced by others; the task ends this. */
    Runnable keepOpen()
    {
        return trunk == null ? () -> {} : trunk.keepOpen();
    }

    /** The port for the engine. */
    Port port()
    {
        return port;
    }

    TunPort tun()
    {
        return tun;
    }

    boolean isTrunk()
    {
        return trunk != null;
    }

    /** A further descriptor of the device, which the caller closes. */
    int duplicateDescriptor() throws IOException
    {
        return device.duplicateDescriptor();
    }

    /** True if the device was removed. */
    boolean isGone()
    {
        return device.isGone();
    }

    /**
     * Bring the device up, once the engine's tables are filled. Later calls do nothing, so that an operator can set it
     * down.
     *
     * @throws IOException if the host refuses.
     */
    void up() throws IOException
    {
        if (!isUp)
        {
            device.up(true);
            isUp = true;
        }
    }

    /** Closes the device of a trunk with its last VLAN. */
    @Override
    public void close()
    {
        CloseHelper.quietClose(port);
    }
}
