// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.address.Vtep;
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
import io.overlane.control.TableResult;
import io.overlane.engine.OverlayEngine;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

    private final BridgeHandOver handOver;
    private final ErrorHandler errors;
    private final BridgeDevices devices;

    /** Routing contexts of options or file. */
    private List<ContextPlan> contexts = List.of();

    /** Null until a plan has entries for the host. */
    private @Nullable HostConfig host;

    /** What the host refused the last time, one line each. */
    private Set<String> refusals = Set.of();
    @SuppressWarnings("NullAway.Init")
    private OverlayEngine engine;
    @SuppressWarnings("NullAway.Init")
    private BridgeMode mode;
    private int udpPort;

    /**
     * A bridge without engine and devices. It must be closed after the engine, which polls the devices.
     *
     * @param handOver may have the devices already, and notes about entries on the host.
     * @param errors   gets failures, and host entries that could not be removed.
     */
    RunningBridge(final BridgeHandOver handOver, final ErrorHandler errors)
    {
        this.handOver = handOver;
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
        for (final String note : handOver.hostNotes())
        {
            host().take(note);
        }
        final ReconcileResult result = applyTables();
        if (!result.isComplete())
        {
            throw new IllegalArgumentException(ChangeReport.describe(result.notApplied().get(0)));
        }
        configureHost();
        if (!refusals.isEmpty())
        {
            throw new IOException(refusals.iterator().next());
        }
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
        EngineAnswers.attempt(report::notDone, () -> report.entries(applyTables()));
        report.host(configureHost());
        refusals.forEach(report::notDone);
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
                        report::notDone, () -> addConfigured(plan, trunks.contains(plan.device()), changes, report));
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
     * @throws IOException if a device cannot be made, or the engine refuses a segment or a remote.
     */
    void add(final List<BridgePlan> plans) throws IOException
    {
        final Set<Integer> before = Set.copyOf(devices.added().keySet());
        try
        {
            final List<String> refused = new ArrayList<>();
            for (final BridgePlan plan : plans)
            {
                joinAdded(plan, plan.vlan() != null || devices.isTrunk(plan.device()), refused);
                if (!refused.isEmpty())
                {
                    throw new IOException(refused.get(0));
                }
            }
            for (final BridgePlan plan : plans)
            {
                Objects.requireNonNull(devices.added().get(plan.vni())).up();
            }
        }
        catch (final IOException | RuntimeException ex)
        {
            for (final int vni : List.copyOf(devices.added().keySet()))
            {
                if (!before.contains(vni))
                {
                    BridgeDevices.remove(engine, Objects.requireNonNull(devices.added().remove(vni)));
                }
            }
            throw ex;
        }
    }

    /** Add a segment for an operator, with its flood list; remotes that the engine refuses are reported. */
    private void joinAdded(final BridgePlan plan, final boolean isTrunk, final List<String> refused) throws IOException
    {
        devices.added().put(plan.vni(), devices.join(engine, plan, isTrunk));
        refused.addAll(EngineAnswers.await(engine.control().operate(tables ->
        {
            final List<String> lines = new ArrayList<>();
            for (final Vtep remote : plan.flood())
            {
                final TableResult result = tables.append(FdbRequest.flood(plan.vni(), remote));
                if (result != TableResult.DONE)
                {
                    lines.add("VNI " + plan.vni() + ": remote " + remote + " is not in the flood list: " +
                        result.words());
                }
            }
            return lines;
        })));
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
    }

    /**
     * After a change on the host, make removed devices anew, and set missing entries again, such as the routes of a
     * device that was down.
     *
     * @return what was done, and what could not be done, one line each; without what the host refused already before.
     * @throws IOException if a device cannot be made anew.
     */
    List<String> restore() throws IOException
    {
        final List<String> lines = new ArrayList<>();
        makeAnew(devices.configured(), false, lines);
        makeAnew(devices.added(), true, lines);
        if (!lines.isEmpty())
        {
            applyTables().notApplied().forEach(problem -> lines.add(ChangeReport.describe(problem)));
        }
        final Set<String> refusedBefore = refusals;
        final List<String> set = configureHost();
        if (!set.isEmpty())
        {
            lines.add("missing on the host, set again: ip " + String.join("; ip ", set));
        }
        refusals.stream().filter(refusal -> !refusedBefore.contains(refusal)).forEach(lines::add);
        return lines;
    }

    /** Leave devices and the host's entries to the bridge that waits for them. */
    void leave() throws IOException
    {
        handOver.leave(engine, devices.all(), host == null ? List.of() : host.notes());
        host = null;
    }

    @Override
    public void close()
    {
        GuardedErrorHandler.of(errors).closeTogether(devices.all());
        CloseHelper.quietClose(host);
    }

    private void makeAnew(final Map<Integer, BridgeDevice> some, final boolean isAdded, final List<String> lines)
        throws IOException
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
                lines.add("device " + device.plan().device() + " was removed; it was made anew");
                if (isAdded)
                {
                    joinAdded(device.plan(), device.isTrunk(), lines);
                }
                else
                {
                    some.put(device.plan().vni(), devices.join(engine, device.plan(), device.isTrunk()));
                }
            }
        }
        catch (final IOException ex)
        {
            final String device = gone.get(0).plan().device();
            throw new IOException("device " + device + " was removed and cannot be made anew: " + ex.getMessage(), ex);
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

    /**
     * Bring the devices up, then set the host's entries for all of them. What the host refuses is in {@link #refusals}
     * then, and does not stop the rest.
     *
     * @return the commands that were run.
     */
    private List<String> configureHost()
    {
        final Set<String> refused = new LinkedHashSet<>();
        final List<String> done = new ArrayList<>();
        final List<HostEntry> entries = new ArrayList<>();
        for (final BridgeDevice device : devices.all())
        {
            EngineAnswers.attempt(refused::add, device::up);
            entries.addAll(device.plan().hostEntries());
        }
        if (host != null || !entries.isEmpty())
        {
            EngineAnswers.attempt(refused::add, () -> done.addAll(host().set(entries, refused::add)));
        }
        refusals = refused;
        return done;
    }

    private HostConfig host() throws IOException
    {
        if (host == null)
        {
            host = new HostConfig(IpCommand.find(), errors);
        }
        return host;
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
