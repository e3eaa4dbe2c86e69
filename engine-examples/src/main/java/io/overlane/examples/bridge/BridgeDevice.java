package io.overlane.examples.bridge;

import io.overlane.examples.bridge.plan.BridgePlan;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import java.io.IOException;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/** The device of one plan, and what the host was told of it. */
final class BridgeDevice implements AutoCloseable
{
    private final HostState host;
    private final TunDevice device;
    private final TunPort port;
    private BridgePlan plan;

    /** Once only: an operator who sets it down means it. */
    private boolean isUp;

    private BridgeDevice(
        final BridgePlan plan, final HostState host, final TunDevice device, final TunPort port)
    {
        this.plan = plan;
        this.host = host;
        this.device = device;
        this.port = port;
    }

    /**
     * Make the device. It is down, and the host is not told anything yet.
     *
     * @param plan   what it is to be.
     * @param errors told of a broken device.
     * @return the device.
     * @throws IOException if it cannot be made; nothing of it is left.
     */
    static BridgeDevice open(final BridgePlan plan, final ErrorHandler errors) throws IOException
    {
        final HostState host = new HostState(plan, errors);
        final TunDevice device = TunDevice.create(options(plan));
        try
        {
            if (plan.mac() != null)
            {
                device.mac(plan.mac());
            }
            device.mtu(plan.mtu());
            return new BridgeDevice(plan, host, device, new TunPort(device, errors));
        }
        catch (final IOException | RuntimeException ex)
        {
            CloseHelper.quietClose(device);
            throw ex;
        }
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

    TunPort port()
    {
        return port;
    }

    /** Take back from the host what another plan does not want. */
    void retract(final BridgePlan wanted)
    {
        host.remove(wanted);
    }

    /**
     * Bring the device up, when the engine's tables know where its frames go, and tell the host what the plan wants and
     * it does not know yet.
     *
     * @throws IOException if the host refuses something.
     */
    void configure() throws IOException
    {
        if (!isUp)
        {
            device.up(true);
            isUp = true;
        }
        host.add(plan);
    }

    /** The device goes first: what it takes with it need not be taken back. */
    @Override
    public void close()
    {
        CloseHelper.quietClose(port);
        host.close();
    }
}
