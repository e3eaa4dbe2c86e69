package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.QueueContext;
import io.overlane.tun.DataPathThread;
import io.overlane.tun.DeviceWait;
import io.overlane.tun.LibcUnderlay;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import io.overlane.tun.host.HostConfig;
import io.overlane.tun.host.IpCommand;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a bridge: opens what the plan says, in an order that lets every failure undo all before it, carries frames
 * until SIGINT or SIGTERM, and puts everything back.
 */
final class BridgeSession
{
    private static final Logger LOG = LoggerFactory.getLogger("tun-bridge");
    private static final long LONGEST_STOP_S = 5;

    private final BridgePlan plan;
    private final int statsSeconds;
    private final PrintWriter out;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean isDone;
    private final ErrorHandler errors = error -> LOG.warn("{}", OneLineErrors.message(error));

    /**
     * @param plan         what to do.
     * @param statsSeconds between two tables; 0 for none.
     * @param out          for the start line, tables and totals.
     */
    BridgeSession(final BridgePlan plan, final int statsSeconds, final PrintWriter out)
    {
        this.plan = plan;
        this.statsSeconds = statsSeconds;
        this.out = out;
    }

    /**
     * Runs until a signal comes.
     *
     * @return the exit code, 0.
     * @throws IOException if something could not be opened; nothing of it is left.
     * @throws InterruptedException if the calling thread is interrupted; likewise.
     */
    int run() throws IOException, InterruptedException
    {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "stop"));
        try
        {
            // Closed last: what the device took with it need not be taken back.
            final HostConfig host = plan.configuresHost() ?
                opened(new HostConfig(IpCommand.find(), plan.device(), errors)) :
                null;
            final Underlay underlay = opened(plan.underlay().open(plan, errors));
            final TunPort port = openPort();
            final EngineContext context = plan.engine(port)
                .underlay(underlay)
                .idleWait(idleWait(underlay, port))
                .errorHandler(errors)
                .threadFactory(new DataPathThread());
            for (int i = 1; i < plan.queues(); i++)
            {
                context.queue(openQueue((LibcUnderlay)underlay));
            }
            final OverlayEngine engine = opened(OverlayEngine.launch(context));
            if (host != null)
            {
                configure(host);
            }
            out.println(startLine(underlay, port));
            out.flush();
            final StatsTable stats = new StatsTable(engine, System.nanoTime());
            while (!stop.await(statsSeconds == 0 ? Integer.MAX_VALUE : statsSeconds, TimeUnit.SECONDS))
            {
                stats.printRates(out, System.nanoTime());
                out.println("  " + port.name() + ": " + port.offload() + "; " + underlay.description());
                out.flush();
            }
            closeAll();
            stats.printTotals(out, System.nanoTime());
            out.flush();
            isDone = true;
            return 0;
        }
        finally
        {
            closeAll();
            stopped.countDown();
        }
    }

    private TunPort openPort() throws IOException
    {
        final TunDevice device = opened(TunDevice.create(tunOptions()));
        if (plan.mac() != null)
        {
            device.mac(plan.mac());
        }
        device.mtu(plan.mtu());
        final TunPort port = opened(new TunPort(device, errors));
        device.up(true);
        return port;
    }

    private QueueContext openQueue(final LibcUnderlay first) throws IOException
    {
        final LibcUnderlay underlay = opened(first.openFurther());
        final TunPort port = opened(new TunPort(opened(TunDevice.attach(tunOptions())), errors));
        return new QueueContext(underlay, port, idleWait(underlay, port));
    }

    private TunOptions tunOptions()
    {
        return new TunOptions(plan.mode().kind(), plan.device())
            .offload(plan.offload())
            .multiQueue(plan.queues() > 1);
    }

    private DeviceWait idleWait(final Underlay underlay, final TunPort port) throws IOException
    {
        return plan.threads() == 1 ? opened(new DeviceWait((LibcUnderlay)underlay, port)) : null;
    }

    private void configure(final HostConfig host) throws IOException
    {
        for (final var address : plan.addresses())
        {
            host.addAddress(address);
        }
        for (final PeerSpec peer : plan.peers())
        {
            if (plan.mode() == BridgeMode.VXLAN)
            {
                final IpAddress gateway = peer.gateway();
                host.addNeighbor(gateway, peer.mac());
                host.addRoute(peer.subnet(), gateway);
            }
            else
            {
                host.addRoute(peer.subnet());
            }
        }
    }

    private String startLine(final Underlay underlay, final TunPort port)
    {
        final String vxlan = plan.mode() == BridgeMode.VXLAN ?
            ", MAC " + plan.mac() + ", VNI " + plan.vni() + (plan.learning() ? ", learning" : "") : "";
        return "tun-bridge: " + plan.mode() + " on " + port.name() + vxlan + ", MTU " + plan.mtu() + " (" +
            port.offload() + "), UDP " + underlay.local() + " (" + underlay.description() + "), " + plan.remotes() +
            (plan.remotes() == 1 ? " remote" : " remotes") +
            (plan.outer().group() != null ? ", group " + plan.outer().group() : "") +
            (plan.queues() > 1 ? ", " + plan.queues() + " queues" : "");
    }

    private <T extends AutoCloseable> T opened(final T resource)
    {
        opened.push(resource);
        return resource;
    }

    private void closeAll()
    {
        while (!opened.isEmpty())
        {
            try
            {
                opened.pop().close();
            }
            catch (final Exception ex)
            {
                errors.onError(ex);
            }
        }
    }

    /** SIGINT, SIGTERM, or the end of the JVM: let {@link #run()} finish; if it did well, that is the exit code. */
    private void onShutdown()
    {
        if (stopped.getCount() == 0)
        {
            return;
        }
        stop.countDown();
        try
        {
            if (stopped.await(LONGEST_STOP_S, TimeUnit.SECONDS) && isDone)
            {
                Runtime.getRuntime().halt(0);
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
