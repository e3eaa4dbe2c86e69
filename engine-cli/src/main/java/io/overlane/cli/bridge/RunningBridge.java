// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.rule.RuleChange;
import io.overlane.cli.bridge.plan.BridgeMode;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.ContextPlan;
import io.overlane.cli.bridge.plan.NumberRange;
import io.overlane.cli.bridge.plan.PlanChange;
import io.overlane.cli.host.HostConfig;
import io.overlane.cli.host.HostEntry;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.ReconcileResult;
import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * An engine and its devices while they carry frames, and the changes to them. The bridge's own thread uses it.
 *
 * <p>Entries from options or the configuration file belong to {@link #OWNER} in the engine's tables. A change of the
 * file adds, changes and removes those, but not entries that an operator added by hand.
 */
final class RunningBridge implements AutoCloseable
{
    /** Owner of table entries from options or file. */
    static final String OWNER = "config";

    private final ErrorHandler errors;
    private final BridgeDevices devices;

    /** Routing contexts of options or file. */
    private List<ContextPlan> contexts = List.of();

    /** Null until a plan has entries for the host. */
    private @Nullable HostConfig host;
    @SuppressWarnings("NullAway.Init")
    private OverlayEngine engine;
    @SuppressWarnings("NullAway.Init")
    private BridgeMode mode;
    private int udpPort;

    /**
     * A bridge without engine and devices. It must be closed after the engine, which polls the devices.
     *
     * @param handOver may have the devices already.
     * @param errors   gets failures, and host entries that could not be removed.
     */
    RunningBridge(final BridgeHandOver handOver, final ErrorHandler errors)
    {
        this.errors = errors;
        devices = new BridgeDevices(handOver, errors);
    }

    /**
     * Make the device of a plan, before the engine is launched.
     *
     * @param plan    from options or file.
     * @param isTrunk true if segments share its device.
     * @return the device.
     * @throws IOException if it cannot be made.
     */
    BridgeDevice open(final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        final BridgeDevice device = devices.open(plan, isTrunk);
        devices.configured().put(plan.vni(), device);
        mode = plan.mode();
        udpPort = plan.local().udpPort();
        return device;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    /** The devices, also of segments that an operator added. */
    BridgeDevices devices()
    {
        return devices;
    }

    /**
     * Fill the tables and set up the host for the first time.
     *
     * @param launched engine with the opened devices and empty tables.
     * @param routing  routing contexts of options or file.
     * @throws IOException if the host refuses something.
     * @throws IllegalArgumentException if a table is too small for the configuration.
     */
    void configure(final OverlayEngine launched, final List<ContextPlan> routing) throws IOException
    {
        engine = launched;
        contexts = routing;
        final ReconcileResult result = applyTables();
        if (!result.isComplete())
        {
            throw new IllegalArgumentException(ChangeReport.describe(result.notApplied().get(0)));
        }
        configureHost();
    }

    /**
     * Apply the difference between the running and the wanted plans. An entry is removed only after its replacement was
     * added. A part that fails is reported; the others are still applied.
     *
     * @param wanted  plans, checked.
     * @param routing wanted routing contexts.
     * @return what was done, and what was not.
     */
    ChangeReport change(final List<BridgePlan> wanted, final List<ContextPlan> routing)
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
        final Map<BridgeDevice, BridgePlan> changes = replaceSegments(plans, BridgeDevices.trunks(wanted), report);
        changes.forEach(BridgeDevice::plan);
        contexts = routing;
        // Relax the source policy before peers are removed; tighten it after peers are added.
        changeRules(changes.keySet().stream().filter(device -> device.plan().isOpenToAll()), report);
        EngineAnswers.attempt(report, () ->
        {
            report.entries(applyTables());
            report.host(configureHost());
        });
        changeRules(changes.keySet().stream().filter(device -> !device.plan().isOpenToAll()), report);
        return report;
    }

    /**
     * Remove segments and add others; a segment whose frames have another VLAN from now on is removed and added again.
     *
     * @return the plans of the segments that stay or are new.
     */
    private Map<BridgeDevice, BridgePlan> replaceSegments(
        final Map<Integer, BridgePlan> plans, final Set<String> trunks, final ChangeReport report)
    {
        final Runnable release = devices.keep(trunks);
        try
        {
            removeConfigured(devices.configured().values().stream().filter(device -> isLeaving(device, plans)), report);
            final Map<BridgeDevice, BridgePlan> changes = new LinkedHashMap<>();
            for (final BridgePlan plan : plans.values())
            {
                final BridgeDevice device = devices.configured().get(plan.vni());
                if (device == null)
                {
                    EngineAnswers.attempt(
                        report, () -> addConfigured(plan, trunks.contains(plan.device()), changes, report));
                }
                else
                {
                    final PlanChange change = PlanChange.of(device.plan(), plan);
                    change.kept().forEach(report::notDone);
                    changes.put(device, change.plan());
                }
            }
            return changes;
        }
        finally
        {
            release.run();
        }
    }

    /** Whether a segment is gone, or has frames of another VLAN, which is another port. */
    private static boolean isLeaving(final BridgeDevice device, final Map<Integer, BridgePlan> plans)
    {
        final BridgePlan wanted = plans.get(device.plan().vni());
        return wanted == null || device.plan().vlan() != null && wanted.vlan() != null &&
            !device.plan().isSamePlace(wanted);
    }

    /** Rules that an operator changed by hand become those of the file again. */
    private void changeRules(final Stream<BridgeDevice> changed, final ChangeReport report)
    {
        if (mode != BridgeMode.VXLAN)
        {
            return;
        }
        EngineAnswers.askForEach(
            changed,
            device -> engine.segments().change(device.plan().vni(), policy -> policy.set(device.plan().policy())),
            (device, answer) ->
            {
                final List<RuleChange> changes = RuleChange.of(EngineAnswers.await(answer));
                if (!changes.isEmpty())
                {
                    report.done("VNI " + device.plan().vni() + ": " +
                        changes.stream().map(RuleChange::toString).collect(Collectors.joining(", ")));
                }
            },
            report);
    }

    /**
     * Add segments and their devices for an operator: all of them, or none.
     *
     * @param plans of the segments.
     * @throws IOException if a device cannot be made, or the engine refuses a segment.
     */
    void add(final List<BridgePlan> plans) throws IOException
    {
        final List<Integer> done = new ArrayList<>();
        try
        {
            for (final BridgePlan plan : plans)
            {
                final BridgeDevice device =
                    devices.join(engine, plan, plan.vlan() != null || devices.isTrunk(plan.device()));
                devices.added().put(plan.vni(), device);
                done.add(plan.vni());
                EngineAnswers.await(engine.control().operate(tables ->
                    plan.flood().stream().map(to -> tables.append(FdbRequest.flood(plan.vni(), to))).toList()));
            }
        }
        catch (final IOException | RuntimeException ex)
        {
            for (final int vni : done)
            {
                BridgeDevices.remove(engine, Objects.requireNonNull(devices.added().remove(vni)));
            }
            throw ex;
        }
        configureHost();
    }

    /**
     * Remove segments and their devices: all of them, or none.
     *
     * @param vnis of the segments.
     * @throws IOException if one does not exist, or comes from options or file.
     */
    void remove(final NumberRange vnis) throws IOException
    {
        for (int vni = vnis.from(); vni <= vnis.to(); vni++)
        {
            if (!devices.added().containsKey(vni))
            {
                throw new IOException(devices.configured().containsKey(vni) ?
                    "VNI " + vni + " comes from the configuration and cannot be removed with ctl" :
                    "no segment has VNI " + vni);
            }
        }
        for (int vni = vnis.from(); vni <= vnis.to(); vni++)
        {
            BridgeDevices.remove(engine, Objects.requireNonNull(devices.added().remove(vni)));
        }
        configureHost();
    }

    /**
     * After a change on the host, make removed devices anew, and set missing entries again, such as the routes of a
     * device that was down.
     *
     * @return what was done, one line each.
     * @throws IOException if something cannot be restored.
     */
    List<String> restore() throws IOException
    {
        final List<String> done = new ArrayList<>();
        makeAnew(devices.configured(), done);
        makeAnew(devices.added(), done);
        final List<String> set = configureHost();
        if (!set.isEmpty())
        {
            done.add("missing on the host, set again: ip " + String.join("; ip ", set));
        }
        return done;
    }

    /** Leave devices and the host's entries to the bridge that waits for them. */
    void leave(final BridgeHandOver handOver) throws IOException
    {
        handOver.leave(engine, devices.all());
        host = null;
    }

    @Override
    public void close()
    {
        GuardedErrorHandler.of(errors).closeTogether(devices.all());
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
                BridgeDevices.remove(engine, device);
            }
            for (final BridgeDevice device : gone)
            {
                some.put(device.plan().vni(), devices.join(engine, device.plan(), device.isTrunk()));
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

    /** An engine with several queues, or with an IP network, cannot replace its port while it runs. */
    private static void requireReplaceable(final BridgePlan plan) throws IOException
    {
        if (plan.mode() != BridgeMode.VXLAN || plan.queues() > 1)
        {
            throw new IOException("that needs vxlan mode and one queue");
        }
    }

    /** Bring the devices up, then set the host's entries for all of them; returns the commands that were run. */
    private List<String> configureHost() throws IOException
    {
        final List<HostEntry> entries = new ArrayList<>();
        for (final BridgeDevice device : devices.all())
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
        if (devices.added().containsKey(plan.vni()))
        {
            throw new IOException("VNI " + plan.vni() + " was added with ctl: remove it before it is configured");
        }
        final BridgeDevice device = devices.join(engine, plan, isTrunk);
        devices.configured().put(plan.vni(), device);
        changes.put(device, plan);
        report.done("VNI " + plan.vni() + " added on " + device.port().name());
    }

    private void removeConfigured(final Stream<BridgeDevice> removed, final ChangeReport report)
    {
        EngineAnswers.askForEach(
            removed,
            device -> engine.segments().remove(device.plan().vni()),
            (device, answer) ->
            {
                try
                {
                    EngineAnswers.await(answer);
                }
                finally
                {
                    device.close();
                }
                devices.configured().remove(device.plan().vni());
                report.done("VNI " + device.plan().vni() + " removed with " + device.port().name());
            },
            report);
    }

    private ReconcileResult applyTables() throws IOException
    {
        final DesiredState state = new DesiredState();
        devices.configured().values().forEach(device -> device.plan().addTo(state));
        contexts.forEach(context -> context.addTo(state));
        return EngineAnswers.await(engine.control().apply(OWNER, state));
    }
}
