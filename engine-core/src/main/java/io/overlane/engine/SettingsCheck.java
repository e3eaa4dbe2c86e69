// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.forwarding.RemoteCheck;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.Port;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Fills in the defaults of a segment or network that depend on the engine, and refuses settings that cannot work on its
 * underlay: at launch, and when an application adds or changes a segment.
 */
final class SettingsCheck
{
    private final Underlay underlay;
    private final long fdbAgeNs;
    private final RemoteCheck remotes;

    /** {@code fdbAgeNs} is for segments without an age of their own. */
    SettingsCheck(final Underlay underlay, final long fdbAgeNs)
    {
        this.underlay = underlay;
        this.fdbAgeNs = fdbAgeNs;
        remotes = new RemoteCheck(underlay);
    }

    void segment(final SegmentContext segment)
    {
        final String name = "segment " + segment.vni();
        if (segment.ports().isEmpty() && segment.gateway() != null)
        {
            segment.port(new AbsentPort("no-port-" + segment.vni(), segment.portMtu()));
        }
        require(!segment.ports().isEmpty(), name + " has no port; give it one with port(...)");
        final Set<Port> given = Collections.newSetFromMap(new IdentityHashMap<>());
        int mtu = Integer.MAX_VALUE;
        for (final Port port : segment.ports())
        {
            require(given.add(port), "port " + port.name() + " is given twice to " + name);
            mtu = Math.min(mtu, port.mtu());
        }
        if (segment.portMtu() == 0)
        {
            require(mtu >= SegmentContext.MIN_MTU && mtu <= SegmentContext.MAX_MTU, "portMtu=" + mtu + " of " + name +
                " is outside " + SegmentContext.MIN_MTU + "…" + SegmentContext.MAX_MTU);
            segment.portMtu(mtu);
        }
        segment.flood().forEach(remote ->
            RemoteCheck.require(remotes.flood(remote), name + ", flood to " + remote));
        segment.fdb().forEach((mac, remote) ->
            RemoteCheck.require(remotes.address(remote.address()), name + ", FDB entry " + mac + " of " + remote));
        policy(segment.vni(), segment.policy());
    }

    void policy(final int vni, final SegmentPolicy policy)
    {
        require(policy.sourcePolicy() != SourcePolicy.LISTED || !policy.sources().isEmpty(),
            "segment " + vni + " accepts datagrams from listed sources only, and none is listed; add source(...)");
        if (policy.fdbAgeNs() == SegmentPolicy.ENGINE_AGE)
        {
            policy.fdbAgeNs(fdbAgeNs);
        }
        policy.outer(outer(policy.outer()));
        policy.groups().forEach(group ->
            RemoteCheck.require(remotes.address(group), "segment " + vni + ", group " + group));
    }

    void network(final IpNetworkContext network)
    {
        require(network.port() != null, "the IP network has no port; give it one with port(...)");
        require(network.address().isV4(), "address=" + network.address() + ": the IP network carries IPv4 only");
        require(network.sourcePolicy() != SourcePolicy.LISTED,
            "sourcePolicy=LISTED: the IP network has no list of sources; use ANY, KNOWN or ROUTED");
        network.routes().forEach((prefix, remote) ->
            RemoteCheck.require(remotes.address(remote.address()), "route " + prefix + " to " + remote));
        // RFC 6040 §4.1 wants clear marks, because neither this engine nor flannel's proxy reads them on receipt.
        final OuterContext outer = network.outer();
        network.outer(outer(outer.ecn() == null ? outer.ecn(EcnEncap.OFF) : outer));
    }

    private OuterContext outer(final OuterContext outer)
    {
        final boolean setsTos = underlay.features().contains(UnderlayFeature.TOS);
        // RFC 6040 §4.1: an endpoint that does not read the marks of received datagrams must not send with ECN.
        final boolean carriesEcn = setsTos && underlay.features().contains(UnderlayFeature.ECN);
        final OuterContext concluded =
            outer.ecn() == null ? outer.ecn(carriesEcn ? EcnEncap.LINUX : EcnEncap.OFF) : outer;
        requireField("tos=" + text(outer.tos()), outer.tos() == 0 || setsTos);
        requireField("ecn=" + concluded.ecn(), concluded.ecn() == EcnEncap.OFF || carriesEcn);
        requireField(
            "ttl=" + text(outer.ttl()), outer.ttl() == 0 || underlay.features().contains(UnderlayFeature.TTL));
        requireField(
            "dontFragment=" + outer.dontFragment(),
            outer.dontFragment() == DontFragment.DEFAULT ||
                underlay.features().contains(UnderlayFeature.DONT_FRAGMENT));
        return concluded;
    }

    private void requireField(final String setting, final boolean isSupported)
    {
        require(isSupported, setting + ": this underlay (" + underlay.description() +
            ") cannot set it in outer headers; leave it at its default");
    }

    private static String text(final int value)
    {
        return value == OuterContext.INHERIT ? "inherit" : Integer.toString(value);
    }

    static void require(final boolean isRight, final String message)
    {
        if (!isRight)
        {
            throw new IllegalArgumentException(message);
        }
    }
}
