// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import static io.overlane.policy.DropWhen.ALWAYS;
import static io.overlane.policy.DropWhen.IF_LEARNING;
import static io.overlane.policy.EcnPolicy.RFC6040;
import static io.overlane.policy.SourcePolicy.ANY;
import static io.overlane.policy.SourcePolicy.KNOWN;
import static io.overlane.policy.VlanPolicy.DROP;
import static io.overlane.policy.VlanPolicy.PASS;
import static io.overlane.policy.VlanPolicy.STRIP;

import io.overlane.wire.VxlanHeader;
import java.util.function.Consumer;

/**
 * How strict a segment is, by name. A profile is a row of the table below and sets every column of it; afterwards each
 * column can be set alone by the method of {@link SegmentPolicy} with its name.
 *
 * <p>{@link #STRICT} is for segments whose remotes are all configured and whose stations are not trusted. It drops
 * every frame that no correct peer sends: such a frame is a fault or an attack, and a counter with the frame's first
 * bytes ({@code DropSamples}) tells more than a frame that is delivered by luck:
 *
 * <ul>
 * <li>reserved bits: other encapsulations use them to say that the header means something else (GBP, GPE);
 * <li>sources: VXLAN has no authentication, the outer address is all there is, and a check of it keeps out everybody
 *     who cannot spoof it (RFC 7348 §7);
 * <li>VLAN tags: a tag inside the tunnel crossed a boundary that should have removed it, and behind some bridges it
 *     selects another network than the VNI did; stripping would hide that on the way out and deliver into the wrong
 *     network on the way in;
 * <li>own MAC: the frame comes back through a loop, or somebody pretends to be this host;
 * <li>a configured MAC from another remote: somebody pretends to be a station, whether or not the segment learns;
 * <li>a group address or zero as the source: no station has it, and answers to it would be flooded.
 * </ul>
 */
public enum PolicyProfile
{
    //                 reservedBits, sourcePolicy, decapVlan, encapVlan, ecn, dropOwnMac, dropStaticViolation,
    //                 dropBadSource

    /** As the Linux kernel's driver; the default. ECN marks are carried behind VLAN tags too, as RFC 6040 says. */
    LINUX("linux",     VxlanHeader.RESERVED_MASK, ANY,   PASS, PASS,  RFC6040, ALWAYS, IF_LEARNING, IF_LEARNING),

    /** As RFC 7348 §5 and §6.1 say; in all else as Linux. */
    RFC7348("rfc7348", 0,                         ANY,   DROP, STRIP, RFC6040, ALWAYS, IF_LEARNING, IF_LEARNING),

    /** Every frame is dropped that no correct and configured peer sends. */
    STRICT("strict",   VxlanHeader.RESERVED_MASK, KNOWN, DROP, DROP,  RFC6040, ALWAYS, ALWAYS,      ALWAYS);

    private final String label;
    private final Consumer<SegmentPolicy> setter;

    PolicyProfile(
        final String label,
        final long reservedBits,
        final SourcePolicy sourcePolicy,
        final VlanPolicy decapVlan,
        final VlanPolicy encapVlan,
        final EcnPolicy ecn,
        final DropWhen dropOwnMac,
        final DropWhen dropStaticViolation,
        final DropWhen dropBadSource)
    {
        this.label = label;
        setter = rules -> rules
            .reservedBits(reservedBits)
            .sourcePolicy(sourcePolicy)
            .decapVlan(decapVlan)
            .encapVlan(encapVlan)
            .ecn(ecn)
            .dropOwnMac(dropOwnMac)
            .dropStaticViolation(dropStaticViolation)
            .dropBadSource(dropBadSource);
    }

    /** @return the name in options and documents. */
    public String label()
    {
        return label;
    }

    /** Set every column. */
    void applyTo(final SegmentPolicy rules)
    {
        setter.accept(rules);
    }
}
