// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import java.util.ArrayList;
import java.util.List;

/** One overlay network: a segment in each of its member engines, and the stations in it. */
final class Network
{
    static final int FIRST_VNI = 1_000;
    /** A dozen networks with a control plane are routed, the first. */
    private static final int ROUTED = 48;
    private static final int FIRST_OWN_VNI = 1_000_000;

    final int id;
    final Kind kind;
    final List<SimEngine> members = new ArrayList<>();
    final List<Station> stations = new ArrayList<>();

    /** How engines of a network find stations. */
    enum Kind
    {
        /** Flood and learn; the flood lists change by operations. */
        LEARNING,

        /** A control plane applies states with stations, neighbours, flood lists, and gateways in some. */
        STATES,

        /** Each engine has a VNI of its own, so a control plane puts entries with the VNI of the remote. */
        OWN_VNIS
    }

    Network(final int id, final Kind kind)
    {
        this.id = id;
        this.kind = kind;
    }

    /** Whether its engines route between it and others, see {@link Routing}: each of them takes megabytes then. */
    boolean isRouted()
    {
        return kind == Kind.STATES && id < ROUTED;
    }

    int vni(final SimEngine engine)
    {
        return kind == Kind.OWN_VNIS ? FIRST_OWN_VNI + id * FabricContext.MAX_ENGINES + engine.index : FIRST_VNI + id;
    }

    /** The VNI of frames to another member: {@link SegmentModel#OWN_VNI}, or the VNI there. */
    int remoteVni(final SimEngine member)
    {
        return kind == Kind.OWN_VNIS ? vni(member) : SegmentModel.OWN_VNI;
    }
}
