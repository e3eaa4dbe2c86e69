// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.OneLineErrors;
import io.overlane.cli.bridge.plan.BridgeMode;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.PlanChange;
import io.overlane.cli.host.HostConfig;
import io.overlane.cli.host.HostEntry;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.RuleChange;
import io.overlane.reconcile.DesiredState;
import io.overlane.reconcile.ReconcileResult;
import io.overlane.status.GuardedErrorHandler;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/**
 * An engine and its devices while they carry frames, and the changes that can be made to them meanwhile. Used by the
 * bridge's own thread.
 *
 * <p>What the options or the configuration file say is owned by {@link #OWNER} in the engine's tables: a change of the
 * file adds, changes and removes those entries, and none that an operator added by hand.
 */
final class RunningBridge implements AutoCloseable
{
    /** Of the table entries that come from options or file. */
    static final String OWNER = "config";

    private static final long ANSWER_LIMIT_S = 10;

    /** Each segment that is being removed has a thread that waits for its device to go. */
    private static final int ASKED_AT_A_TIME = 64;

    private final ErrorHandler errors;
    private final Map<Integer, BridgeDevice> devices = new LinkedHashMap<>();

    /** Devices of segments that an operator added: not the file's to remove. */
    private final Map<Integer, BridgeDevice> added = new LinkedHashMap<>();

    /** Null until a plan has something for the host. */
    private HostConfig host;
    private OverlayEngine engine;
    private BridgeMode mode;
    private int udpPort;

    /**
     * Without an engine and a device, so far. To be closed after the engine, which polls the devices.
     *
     * @param errors told of what breaks, and what could not be taken back from the host.
     */
    RunningBridge(final ErrorHandler errors)
    {
        this.errors = errors;
    }

    /**
     * Make the device of a plan, before the engine is launched.
     *
     * @param plan    of the options or the file.
     * @param isTrunk whether its device is a trunk.
     * @return the device.
     * @throws IOException if it cannot be made.
     */
    BridgeDevice open(final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        final BridgeDevice device = openDevice(plan, isTrunk);
        devices.put(plan.vni(), device);
        mode = plan.mode();
        udpPort = plan.local().udpPort();
        return device;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    /** Those that an operator added, too. */
    List<BridgeDevice> all()
    {
        final List<BridgeDevice> all = new ArrayList<>(devices.values());
        all.addAll(added.values());
        return all;
    }

    /**
     * Fill the tables and tell the host, for the first time.
     *
     * @param launched with the devices that were opened; its tables are empty.
     * @throws IOException              if the host refuses something.
     * @throws IllegalArgumentException if there is no room for what is configured.
     */
    void configure(final OverlayEngine launched) throws IOException
    {
        engine = launched;
        final ReconcileResult result = applyTables();
        if (!result.isComplete())
        {
            throw new IllegalArgumentException(ChangeReport.describe(result.notApplied().get(0)));
        }
        configureHost();
    }

    /**
     * Make the difference between what runs and what is wanted. Nothing is taken away before what takes its place is
     * there; a part that fails is told of and does not keep the others from being done.
     *
     * @param wanted plans, checked.
     * @return what was done, and what not.
     */
    ChangeReport change(final List<BridgePlan> wanted)
    {
        final ChangeReport report = new ChangeReport();
        if (wanted.get(0).mode() != mode)
        {
            report.notDone(
                "mode is still " + mode + ", not " + wanted.get(0).mode() + ": restart the bridge to change it");
            return report;
        }
        if (wanted.get(0).local().udpPort() != udpPort)
        {
            report.notDone("port is still " + udpPort + ", not " + wanted.get(0).local().udpPort() + ", and nothing " +
                "else changed: restart the bridge to change the port, as remotes without a port use it too");
            return report;
        }
        final Map<Integer, BridgePlan> plans = new LinkedHashMap<>();
        wanted.forEach(plan -> plans.put(plan.vni(), plan));
        removeConfigured(devices.values().stream().filter(device -> !plans.containsKey(device.plan().vni())), report);
        final Map<BridgeDevice, BridgePlan> changes = new LinkedHashMap<>();
        final Set<String> trunks = trunks(wanted);
        for (final BridgePlan plan : plans.values())
        {
            final BridgeDevice device = devices.get(plan.vni());
            if (device == null)
            {
                attempt(report, () -> addConfigured(plan, trunks.contains(plan.device()), changes, report));
            }
            else
            {
                final PlanChange change = PlanChange.of(device.plan(), plan);
                change.kept().forEach(report::notDone);
                changes.put(device, change.plan());
            }
        }
        changes.forEach(BridgeDevice::plan);
        // Whom a segment is to hear is known before it hears nobody else, and forgotten when it hears anybody.
        changeRules(changes.keySet().stream().filter(device -> device.plan().isOpenToAll()), report);
        attempt(report, () ->
        {
            report.entries(applyTables());
            report.host(configureHost());
        });
        changeRules(changes.keySet().stream().filter(device -> !device.plan().isOpenToAll()), report);
        return report;
    }

    /** Also what an operator changed by hand becomes what the file says. */
    private void changeRules(final Stream<BridgeDevice> changed, final ChangeReport report)
    {
        if (mode != BridgeMode.VXLAN)
        {
            return;
        }
        askForEach(
            changed,
            device -> engine.segments().change(device.plan().vni(), device.plan()::applyTo),
            (device, answer) ->
            {
                final List<RuleChange> changes = await(answer);
                if (!changes.isEmpty())
                {
                    report.done("VNI " + device.plan().vni() + ": " +
                        changes.stream().map(RuleChange::toString).collect(Collectors.joining(", ")));
                }
            },
            report);
    }

    /** Ask the engine for something of each device, and take an answer while it works on others. */
    private static <T> void askForEach(
        final Stream<BridgeDevice> devices,
        final Function<BridgeDevice, CompletableFuture<T>> question,
        final Taker<T> taker,
        final ChangeReport report)
    {
        final Map<BridgeDevice, CompletableFuture<T>> asked = new LinkedHashMap<>();
        for (final BridgeDevice device : devices.toList())
        {
            if (asked.size() == ASKED_AT_A_TIME)
            {
                asked.forEach((other, answer) -> attempt(report, () -> taker.take(other, answer)));
                asked.clear();
            }
            asked.put(device, question.apply(device));
        }
        asked.forEach((other, answer) -> attempt(report, () -> taker.take(other, answer)));
    }

    /**
     * @param all plans there are to be.
     * @return devices that are trunks: some of their frames are a segment's because of their VLAN.
     */
    static Set<String> trunks(final List<BridgePlan> all)
    {
        return all.stream().filter(plan -> plan.vlan() != null).map(BridgePlan::device).collect(Collectors.toSet());
    }

    /**
     * Make a device and a segment, as an operator wishes.
     *
     * @param plan of the segment.
     * @throws IOException if the device cannot be made, or the engine does not take it.
     */
    void add(final BridgePlan plan) throws IOException
    {
        final BridgeDevice device = join(plan, false);
        added.put(plan.vni(), device);
        configureHost();
    }

    /**
     * Remove a segment and its device.
     *
     * @param vni of the segment.
     * @throws IOException if there is none, or it is from the options or the file.
     */
    void remove(final int vni) throws IOException
    {
        final BridgeDevice device = added.get(vni);
        if (device == null)
        {
            throw new IOException(devices.containsKey(vni) ?
                "VNI " + vni + " comes from the configuration and cannot be removed with ctl" :
                "no segment has VNI " + vni);
        }
        added.remove(vni);
        close(device);
        configureHost();
    }

    /**
     * Look whether all is still there after something changed on the host: make devices anew that somebody removed, and
     * set what the host forgot, such as the routes of a device that was down.
     *
     * @return what was done, one line each.
     * @throws IOException if it cannot be done.
     */
    List<String> restore() throws IOException
    {
        final List<String> done = new ArrayList<>();
        makeAnew(devices, done);
        makeAnew(added, done);
        final List<String> set = configureHost();
        if (!set.isEmpty())
        {
            done.add("missing on the host, set again: ip " + String.join("; ip ", set));
        }
        return done;
    }

    @Override
    public void close()
    {
        GuardedErrorHandler.of(errors).closeTogether(all());
        CloseHelper.quietClose(host);
    }

    private void makeAnew(final Map<Integer, BridgeDevice> some, final List<String> done) throws IOException
    {
        final List<BridgeDevice> gone = some.values().stream().filter(BridgeDevice::isGone).toList();
        try
        {
            for (final BridgeDevice device : gone)
            {
                requireReplaceable(device.plan());
                some.remove(device.plan().vni());
                close(device);
            }
            for (final BridgeDevice device : gone)
            {
                some.put(device.plan().vni(), join(device.plan(), device.isTrunk()));
                done.add("device " + device.plan().device() + " was removed; it was made anew");
            }
        }
        catch (final IOException ex)
        {
            final String device = gone.get(0).plan().device();
            throw new IOException("device " + device + " was removed and cannot be made anew: " + ex.getMessage(), ex);
        }
        if (!gone.isEmpty())
        {
            applyTables();
        }
    }

    /** An engine with several queues or an IP network keeps the port it was launched with. */
    private static void requireReplaceable(final BridgePlan plan) throws IOException
    {
        if (plan.mode() != BridgeMode.VXLAN || plan.queues() > 1)
        {
            throw new IOException("that needs vxlan mode and one queue");
        }
    }

    /** Devices up, then the host's entries for all of them; the commands that this took. */
    private List<String> configureHost() throws IOException
    {
        final List<HostEntry> entries = new ArrayList<>();
        for (final BridgeDevice device : all())
        {
            device.up();
            entries.addAll(device.plan().hostEntries());
        }
        if (host == null)
        {
            if (entries.isEmpty())
            {
                return List.of();
            }
            host = new HostConfig(IpCommand.find(), errors);
        }
        return host.set(entries);
    }

    private void addConfigured(
        final BridgePlan plan,
        final boolean isTrunk,
        final Map<BridgeDevice, BridgePlan> changes,
        final ChangeReport report)
        throws IOException
    {
        if (added.containsKey(plan.vni()))
        {
            throw new IOException("VNI " + plan.vni() + " was added with ctl: remove it before it is configured");
        }
        final BridgeDevice device = join(plan, isTrunk);
        devices.put(plan.vni(), device);
        changes.put(device, plan);
        report.done("VNI " + plan.vni() + " added on " + device.port().name());
    }

    private void removeConfigured(final Stream<BridgeDevice> removed, final ChangeReport report)
    {
        askForEach(
            removed,
            device -> engine.segments().remove(device.plan().vni()),
            (device, answer) ->
            {
                try
                {
                    await(answer);
                }
                finally
                {
                    device.close();
                }
                devices.remove(device.plan().vni());
                report.done("VNI " + device.plan().vni() + " removed with " + device.port().name());
            },
            report);
    }

    /** Of a further segment of the running engine. */
    private BridgeDevice join(final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        final BridgeDevice device = openDevice(plan, isTrunk);
        try
        {
            await(engine.segments().add(plan.segment(device.port())));
            return device;
        }
        catch (final IOException | RuntimeException ex)
        {
            device.close();
            throw ex;
        }
    }

    /** A device of its own, or a VLAN of one that is there. */
    private BridgeDevice openDevice(final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        for (final BridgeDevice other : devices.values())
        {
            if (isTrunk && other.plan().device().equals(plan.device()))
            {
                return other.share(plan);
            }
        }
        return BridgeDevice.open(plan, isTrunk, errors);
    }

    private void close(final BridgeDevice device) throws IOException
    {
        try
        {
            await(engine.segments().remove(device.plan().vni()));
        }
        finally
        {
            device.close();
        }
    }

    private ReconcileResult applyTables() throws IOException
    {
        final DesiredState state = new DesiredState();
        devices.values().forEach(device -> device.plan().addTo(state));
        return await(engine.proxy().apply(OWNER, state));
    }

    private static <T> T await(final CompletableFuture<T> answer) throws IOException
    {
        try
        {
            return answer.get(ANSWER_LIMIT_S, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            throw new IOException(OneLineErrors.message(ex.getCause()), ex);
        }
        catch (final TimeoutException ex)
        {
            throw new IOException("the engine did not answer within " + ANSWER_LIMIT_S + " s", ex);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ex);
        }
    }

    /** Takes an answer of the engine. */
    @FunctionalInterface
    private interface Taker<T>
    {
        void take(BridgeDevice device, CompletableFuture<T> answer) throws IOException;
    }

    /** Something that may fail by itself. */
    @FunctionalInterface
    private interface Attempt
    {
        void run() throws IOException;
    }

    private static void attempt(final ChangeReport report, final Attempt attempt)
    {
        try
        {
            attempt.run();
        }
        catch (final IOException | RuntimeException ex)
        {
            report.notDone(OneLineErrors.message(ex));
        }
    }
}
