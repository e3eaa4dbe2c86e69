// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.engine.WatchedPort;
import io.overlane.port.Port;
import io.overlane.port.VlanTrunk;
import io.overlane.tun.DataPathThread;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/** The device of one plan, or one VLAN of it. */
final class BridgeDevice implements AutoCloseable
{
    /** Frames taken from a trunk at a time. */
    private static final int TRUNK_BATCH = 64;

    private final TunDevice device;
    private final TunPort tun;
    /** Null where the segment has the device to itself. */
    private final VlanTrunk trunk;
    private final Port port;
    private BridgePlan plan;
    /** Brought up once only: an operator who sets it down means it. */
    private boolean isUp;

    private BridgeDevice(
        final BridgePlan plan, final TunDevice device, final TunPort tun, final VlanTrunk trunk)
    {
        this.plan = plan;
        this.device = device;
        this.tun = tun;
        this.trunk = trunk;
        port = trunk == null ? tun : plan.vlan() == null ? trunk.untagged() : trunk.vlan(plan.vlan());
    }

    /**
     * Make the device. It is down, and the host is not told anything yet.
     *
     * @param plan    what it is to be.
     * @param isTrunk whether its frames are several segments', or one VLAN of it one's.
     * @param errors  told of a broken device.
     * @return the device.
     * @throws IOException if it cannot be made; nothing of it is left.
     */
    static BridgeDevice open(final BridgePlan plan, final boolean isTrunk, final ErrorHandler errors)
        throws IOException
    {
        final TunDevice device = TunDevice.create(options(plan));
        try
        {
            if (plan.mac() != null)
            {
                device.mac(plan.mac());
            }
            device.mtu(plan.mtu());
            final TunPort tun = new TunPort(device, errors);
            return new BridgeDevice(plan, device, tun, isTrunk ? trunk(plan, tun, errors) : null);
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietClose(device);
            throw ex;
        }
    }

    /** One thread for both directions waits for devices by itself; one of its own cannot wait in a part of a device. */
    private static VlanTrunk trunk(final BridgePlan plan, final TunPort tun, final ErrorHandler errors)
    {
        return new VlanTrunk(
            plan.threads() == 1 ? tun : WatchedPort.watch(tun, new DataPathThread(), errors), TRUNK_BATCH);
    }

    /**
     * Another VLAN of the same device.
     *
     * @param other of the segment; its device is this one.
     * @return what the segment has of the device.
     * @throws IOException if the device was not made for several.
     */
    BridgeDevice share(final BridgePlan other) throws IOException
    {
        if (trunk == null)
        {
            throw new IOException("VNI " + other.vni() + ": device " + other.device() +
                " is not shared by VLANs; restart the bridge to share it");
        }
        final BridgeDevice sharing = new BridgeDevice(other, device, tun, trunk);
        sharing.isUp = true;
        return sharing;
    }

    /** Of the device of a plan. */
    static TunOptions options(final BridgePlan plan)
    {
        return new TunOptions(plan.mode().kind(), plan.device())
            .offload(plan.offload())
            .multiQueue(plan.queues() > 1);
    }

    /** What it is now. */
    BridgePlan plan()
    {
        return plan;
    }

    /** From now on it is to be this; the host is not told yet. */
    void plan(final BridgePlan wanted)
    {
        plan = wanted;
    }

    /** What the engine polls. */
    Port port()
    {
        return port;
    }

    /** The whole device. */
    TunPort tun()
    {
        return tun;
    }

    /** Whether several segments share the device. */
    boolean isTrunk()
    {
        return trunk != null;
    }

    /** For a table: what the device sent that is nobody's. */
    String filtered()
    {
        return trunk == null ? "" : "; " + trunk.filtered() + " frames of VLANs without a segment";
    }

    /** Whether somebody removed the device, so that it carries nothing any more. */
    boolean isGone()
    {
        return device.isGone();
    }

    /**
     * Bring the device up, when the engine's tables know where its frames go. Later calls leave it as an operator wants
     * it.
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

    /** A trunk goes with its last VLAN. */
    @Override
    public void close()
    {
        CloseHelper.quietClose(port);
    }
}
