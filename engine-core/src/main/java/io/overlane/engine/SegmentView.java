// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.VlanPort;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one segment of a running engine, from any thread. Each method returns the present state. */
public final class SegmentView
{
    private final Segment segment;
    private final RemoteTable remotes;

    /**
     * Frames and bytes that a segment carried. Those of removed segments stay in the engine's counters, under the label
     * {@code removed-segments}.
     *
     * @param vni         its VNI.
     * @param encapFrames frames from its ports that were delivered.
     * @param encapBytes  bytes of these frames.
     * @param decapFrames frames from remotes that were delivered to its ports.
     * @param decapBytes  bytes of these frames.
     */
    public record Totals(int vni, long encapFrames, long encapBytes, long decapFrames, long decapBytes)
    {
    }

    SegmentView(final Segment segment, final RemoteTable remotes)
    {
        this.segment = segment;
        this.remotes = remotes;
    }

    /** @return the VXLAN network identifier. */
    public int vni()
    {
        return segment.vni();
    }

    /** @return names of its ports. */
    public List<String> ports()
    {
        return segment.ports().all().stream().map(LocalPort::port).map(port -> port.name()).toList();
    }

    /** @return those of its ports that are VLANs of trunks, in order to read or change their rules. */
    public List<VlanPort> vlans()
    {
        return segment.ports().all().stream()
            .map(LocalPort::port)
            .filter(VlanPort.class::isInstance)
            .map(VlanPort.class::cast)
            .toList();
    }

    /** @return the largest IP packet that its ports may send, in bytes. */
    public int portMtu()
    {
        return segment.portMtu();
    }

    /** @return MAC address of the device behind its first port; null if it was not set. */
    public @Nullable MacAddress ownMac()
    {
        return segment.ownMac() == SegmentContext.NO_MAC ? null : new MacAddress(segment.ownMac());
    }

    /** @return its policy; the setters of the policy refuse to change it. */
    public SegmentPolicy policy()
    {
        return segment.rules();
    }

    /** @return remotes that get copies of flooded frames. */
    public List<Vtep> floodList()
    {
        return Arrays.stream(segment.floodList().remotes()).mapToObj(remotes::vtep).toList();
    }

    /** @return frames and bytes carried so far. */
    public Totals totals()
    {
        return totals(segment);
    }

    static Totals totals(final Segment segment)
    {
        return new Totals(
            segment.vni(),
            segment.encapTraffic().frames(),
            segment.encapTraffic().bytes(),
            segment.decapTraffic().frames(),
            segment.decapTraffic().bytes());
    }
}
