// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.Progress;
import io.overlane.cli.StatsTable;
import io.overlane.cli.StopSignal;
import io.overlane.cli.bridge.plan.BridgeMode;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.QueueContext;
import io.overlane.engine.ThreadingMode;
import io.overlane.fastpath.FastPathReport;
import io.overlane.memory.FastAccess;
import io.overlane.metrics.JfrEvents;
import io.overlane.tun.DataPathThread;
import io.overlane.tun.DeviceWait;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunPort;
import io.overlane.tun.service.SystemdNotifier;
import io.overlane.tun.service.Watchdog;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a bridge: opens the socket and the devices, carries frames until SIGINT or SIGTERM, and restores the host.
 * A failure on the way undoes all steps before it.
 */
final class BridgeSession
{
    private static final Logger LOG = LoggerFactory.getLogger("tun-bridge");

    private final BridgeRun run;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final BridgeTasks tasks = new BridgeTasks();
    private final BridgeHandOver handOver;
    private @Nullable FastPathReport fastPath;
    /** Why the bridge cannot go on, if it cannot. */
    private @Nullable IOException failure;
    private final ErrorHandler errors = error -> LOG.warn("{}", OneLineErrors.message(error));
    private final SystemdNotifier systemd = new SystemdNotifier(System.getenv(), errors);

    /**
     * @param run settings.
     * @param out for the start lines, tables and totals.
     * @param err for the progress of what takes long.
     */
    BridgeSession(final BridgeRun run, final PrintWriter out, final PrintWriter err)
    {
        this.run = run;
        this.out = out;
        this.err = err;
        handOver = new BridgeHandOver(run.takeOver(), tasks::stop, line ->
        {
            out.println("take-over: " + line);
            out.flush();
        });
    }

    /**
     * Run until a signal comes, or the engine ends by itself.
     *
     * @return the exit code, 0.
     * @throws IOException if something could not be opened or restored, or the engine ended; nothing stays open.
     * @throws InterruptedException if the calling thread is interrupted; nothing stays open either.
     */
    int run() throws IOException, InterruptedException
    {
        final StopSignal signal = StopSignal.listen(tasks::stop);
        try
        {
            final RunningBridge bridge = new RunningBridge(handOver, errors);
            final BridgeControl control = new BridgeControl(run, bridge, tasks, systemd, out, err, LOG);
            control.listenForHangup();
            final BridgePlan first = run.plans().get(0);
            final AtomicInteger made = new AtomicInteger();
            final Progress progress = opened(Progress.begin(err, () -> made.get() == run.plans().size() ?
                "filling tables and configuring the host" : made + " of " + run.plans().size() + " devices made"));
            handOver.take();
            final Underlay underlay = opened(handOver.open(first, errors));
            opened(bridge);
            final List<BridgeDevice> devices = new ArrayList<>();
            final Set<String> trunks = BridgeDevices.trunks(run.plans());
            for (final BridgePlan plan : run.plans())
            {
                if (tasks.isStopped())
                {
                    closeAll();
                    signal.done();
                    return 0;
                }
                devices.add(bridge.open(plan, trunks.contains(plan.device())));
                made.incrementAndGet();
            }
            final OverlayEngine engine = launch(first, underlay, devices);
            engine.terminated().whenComplete((none, cause) -> tasks.stop());
            JfrEvents.connect(engine, first.device());
            opened(StationWarnings.log(engine, LOG));
            bridge.configure(engine, run.contexts());
            watchHost(bridge);
            progress.close();
            control.open(this::opened);
            handOver.begin(engine);
            for (final BridgeDevice device : devices)
            {
                out.println(startLine(underlay, device));
            }
            out.flush();
            final Watchdog watchdog = Watchdog.start(systemd, () -> List.of(engine));
            if (watchdog != null)
            {
                opened(watchdog);
            }
            systemd.ready(startLine(underlay, devices.get(0)) +
                (devices.size() == 1 ? "" : ", and " + (devices.size() - 1) + " more segments"));
            final StatsTable stats = new StatsTable(bridge.engine(), System.nanoTime());
            while (tasks.work(run.statsSeconds()))
            {
                stats.printRates(out, System.nanoTime());
                for (final BridgeDevice device : bridge.devices().all())
                {
                    out.println(
                        "  " + device.port().name() + ": " + device.tun().offload() + "; " + underlay.description());
                }
                out.flush();
            }
            systemd.stopping();
            if (handOver.isAsked())
            {
                bridge.leave();
            }
            closeAll();
            handOver.give();
            stats.printTotals(out, System.nanoTime());
            out.flush();
            if (engine.terminated().isCompletedExceptionally())
            {
                throw new IOException("the engine ended because of the error above");
            }
            if (failure != null)
            {
                throw failure;
            }
            signal.done();
            return 0;
        }
        finally
        {
            closeAll();
            handOver.close();
            signal.ended();
        }
    }

    private void watchHost(final RunningBridge bridge)
    {
        try
        {
            opened(new HostWatch(tasks.repeated(() -> restore(bridge))));
        }
        catch (final IOException ex)
        {
            LOG.warn("devices and routes that somebody removes will not be restored: {}", OneLineErrors.message(ex));
        }
    }

    /** If a device cannot be made anew, the bridge ends, so that a service manager starts it again. */
    private void restore(final RunningBridge bridge)
    {
        try
        {
            bridge.restore().forEach(line -> LOG.warn("{}", line));
        }
        catch (final IOException | RuntimeException ex)
        {
            failure = new IOException(OneLineErrors.message(ex), ex);
            tasks.stop();
        }
    }

    private OverlayEngine launch(final BridgePlan first, final Underlay underlay, final List<BridgeDevice> devices)
        throws IOException
    {
        final TunPort[] trunks =
            devices.stream().filter(BridgeDevice::isTrunk).map(BridgeDevice::tun).distinct().toArray(TunPort[]::new);
        final EngineContext context = new EngineContext()
            .threadingMode(first.threadingMode())
            .underlay(underlay)
            .idleWait(idleWait(first, underlay, trunks))
            .errorHandler(errors)
            .threadFactory(new DataPathThread());
        context.napNs(first.napNs()).maxSegments(first.maxSegments());
        devices.forEach(device -> device.plan().addTo(context, device.port()));
        for (int i = 1; i < first.queues(); i++)
        {
            context.queue(openQueue(first, (LibcUnderlay)underlay));
        }
        final OverlayEngine engine = opened(first.fastPath().launch(context, LOG::warn));
        handOver.holdFastPath(engine);
        fastPath = engine.fastPath().status().join().report();
        return engine;
    }

    private QueueContext openQueue(final BridgePlan plan, final LibcUnderlay first) throws IOException
    {
        final LibcUnderlay underlay = opened(first.openFurther());
        final TunPort port = opened(new TunPort(opened(TunDevice.attach(BridgeDevice.options(plan))), errors));
        return new QueueContext(underlay, port, idleWait(plan, underlay));
    }

    private @Nullable DeviceWait idleWait(final BridgePlan plan, final Underlay underlay, final TunPort... trunks)
        throws IOException
    {
        return plan.threadingMode() == ThreadingMode.SHARED ?
            opened(new DeviceWait((LibcUnderlay)underlay, trunks)) : null;
    }

    private String startLine(final Underlay underlay, final BridgeDevice device)
    {
        final BridgePlan plan = device.plan();
        final String vxlan = plan.mode() == BridgeMode.VXLAN ?
            ", MAC " + plan.mac() + ", VNI " + plan.vni() + (plan.policy().learning() ? ", learning" : "") : "";
        return "tun-bridge: " + plan.mode() + " on " + device.port().name() + vxlan + ", MTU " + plan.mtu() + " (" +
            device.tun().offload() + "), UDP " + underlay.local() + " (" + underlay.description() + "), " +
            plan.remotes() + (plan.remotes() == 1 ? " remote" : " remotes") +
            (plan.policy().groups().isEmpty() ? "" : ", group " + SegmentRule.GROUP.text(plan.policy())) +
            (plan.queues() > 1 ? ", " + plan.queues() + " queues" : "") +
            (fastPath == null ? "" : ", fast path (" + fastPath.mode() + ")") +
            ", memory access " + FastAccess.NAME;
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
            catch (final Exception | Error ex)
            {
                errors.onError(ex);
            }
        }
    }
}
