// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How strict a VXLAN segment is: a profile and single rules.
 *
 * @param profile   sets every rule.
 * @param source    outer sources to accept; null for the profile's.
 * @param sources   prefixes to accept, for {@link SourcePolicy#LISTED}.
 * @param innerVlan treatment of VLAN tags inside the tunnel, both ways; null for the profile's.
 */
record BridgePolicy(PolicyProfile profile, SourcePolicy source, List<IpPrefix> sources, VlanPolicy innerVlan)
{
    private static final String ANY = "any";
    private static final String KNOWN = "known";

    static BridgePolicy of(final BridgeOptions options)
    {
        require(options.source == null || options.acceptFrom.isEmpty(),
            "--source and --accept-from exclude each other: give one");
        require(options.source != SourcePolicy.LISTED, "--source listed: name the prefixes with --accept-from");
        final PolicyProfile profile = options.policy == null ? PolicyProfile.LINUX : options.policy;
        final List<IpPrefix> sources = new ArrayList<>();
        SourcePolicy source = options.source;
        for (final String from : options.acceptFrom)
        {
            final boolean isWord = from.equals(ANY) || from.equals(KNOWN);
            require(!isWord || options.acceptFrom.size() == 1,
                "--accept-from " + from + ": cannot be combined with others");
            if (isWord)
            {
                source = from.equals(ANY) ? SourcePolicy.ANY : SourcePolicy.KNOWN;
            }
            else
            {
                source = SourcePolicy.LISTED;
                sources.add(prefix(from));
            }
        }
        return new BridgePolicy(profile, source, List.copyOf(sources), options.innerVlan);
    }

    /** A single address is a prefix, too. */
    private static IpPrefix prefix(final String text)
    {
        try
        {
            final IpAddress address = text.contains("/") ? null : IpAddress.parse(text);
            return address == null ? IpPrefix.parse(text) : new IpPrefix(address, address.bits());
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--accept-from " + text + ": not any, known or a prefix", ex);
        }
    }

    void applyTo(final SegmentPolicy rules)
    {
        rules.profile(profile);
        rules.sources(source == null ? rules.sourcePolicy() : source, Set.copyOf(sources));
        if (innerVlan != null)
        {
            rules.decapVlan(innerVlan).encapVlan(innerVlan);
        }
    }
}
