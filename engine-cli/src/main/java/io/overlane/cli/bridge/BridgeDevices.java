// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.engine.OverlayEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/** The devices of a bridge, by the VNIs of their segments; a trunk has several. The bridge's own thread uses it. */
final class BridgeDevices
{
    private final BridgeHandOver handOver;
    private final ErrorHandler errors;
    private final Map<Integer, BridgeDevice> configured = new LinkedHashMap<>();
    private final Map<Integer, BridgeDevice> added = new LinkedHashMap<>();

    /** By name, trunks whose VLANs are being replaced: a new VLAN finds its trunk here if all others are gone. */
    private final Map<String, BridgeDevice> kept = new LinkedHashMap<>();

    BridgeDevices(final BridgeHandOver handOver, final ErrorHandler errors)
    {
        this.handOver = handOver;
        this.errors = errors;
    }

    /** Devices of segments of options or file. */
    Map<Integer, BridgeDevice> configured()
    {
        return configured;
    }

    /** Devices of segments that an operator added, which a change of the file does not remove. */
    Map<Integer, BridgeDevice> added()
    {
        return added;
    }

    List<BridgeDevice> all()
    {
        final List<BridgeDevice> all = new ArrayList<>(configured.values());
        all.addAll(added.values());
        return all;
    }

    /**
     * @param all wanted plans.
     * @return devices that are trunks, because a plan has a VLAN of them.
     */
    static Set<String> trunks(final List<BridgePlan> all)
    {
        return all.stream().filter(plan -> plan.vlan() != null).map(BridgePlan::device).collect(Collectors.toSet());
    }

    boolean isTrunk(final String device)
    {
        return all().stream().anyMatch(other -> other.isTrunk() && other.plan().device().equals(device));
    }

    /**
     * The plan of a segment with that device, whose MAC and MTU other segments of the device have, too.
     *
     * @param device name of the device.
     * @return null if there is no such device.
     */
    @Nullable BridgePlan planOf(final String device)
    {
        return all().stream().map(BridgeDevice::plan).filter(plan -> plan.device().equals(device)).findFirst()
            .orElse(null);
    }

    /** Keep configured trunks of these names open while their VLANs are replaced by others; the result ends this. */
    Runnable keep(final Set<String> trunks)
    {
        final List<Runnable> releases = new ArrayList<>();
        for (final BridgeDevice device : configured.values())
        {
            if (trunks.contains(device.plan().device()) && device.isTrunk() &&
                kept.putIfAbsent(device.plan().device(), device) == null)
            {
                releases.add(device.keepOpen());
            }
        }
        return () ->
        {
            kept.clear();
            releases.forEach(Runnable::run);
        };
    }

    /** A device of its own, or a VLAN of an existing one. It is in none of the maps yet. */
    BridgeDevice open(final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        BridgeDevice trunk = kept.get(plan.device());
        for (final BridgeDevice other : all())
        {
            if (isTrunk && !other.isGone() && other.plan().device().equals(plan.device()))
            {
                if (other.plan().isSamePlace(plan))
                {
                    throw new IOException(
                        (plan.vlan() == null ? "frames without a tag" : "VLAN " + plan.vlan()) + " of device " +
                            plan.device() + " belong to VNI " + other.plan().vni() + ": remove that segment first");
                }
                trunk = other;
            }
        }
        return isTrunk && trunk != null ? trunk.share(plan) : BridgeDevice.open(plan, isTrunk, handOver, errors);
    }

    /** Open a device, and add its segment to the running engine. */
    BridgeDevice join(final OverlayEngine engine, final BridgePlan plan, final boolean isTrunk) throws IOException
    {
        final BridgeDevice device = open(plan, isTrunk);
        try
        {
            EngineAnswers.await(engine.segments().add(plan.segment(device.port())));
            return device;
        }
        catch (final IOException | RuntimeException ex)
        {
            device.close();
            throw ex;
        }
    }

    /** Remove a segment from the running engine, and close its device. */
    static void remove(final OverlayEngine engine, final BridgeDevice device) throws IOException
    {
        try
        {
            EngineAnswers.await(engine.segments().remove(device.plan().vni()));
        }
        finally
        {
            device.close();
        }
    }
}
