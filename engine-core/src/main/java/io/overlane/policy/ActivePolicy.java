// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.underlay.OuterContext;

/**
 * What a segment does with frames, as it is at one moment: immutable, so that a frame is judged by the rules before a
 * change or by those after it, never by some of both.
 */
public final class ActivePolicy
{
    private static final int LISTED = 0;

    private final SegmentPolicy settings;
    private final boolean learning;
    private final long reservedBits;
    private final SourcePolicy sourcePolicy;
    private final VlanPolicy decapVlan;
    private final VlanPolicy encapVlan;
    private final EcnPolicy ecn;
    private final boolean dropsOwnMac;
    private final boolean dropsStaticViolation;
    private final boolean dropsBadSource;
    private final FloodBudget floodBudget;
    private final OuterContext outer;
    /** Null but for {@link SourcePolicy#LISTED}. */
    private final RouteTable listedSources;

    /**
     * @param settings concluded settings; a copy is kept.
     */
    public ActivePolicy(final SegmentPolicy settings)
    {
        this.settings = settings.copy();
        learning = settings.learning();
        reservedBits = settings.reservedBits();
        sourcePolicy = settings.sourcePolicy();
        decapVlan = settings.decapVlan();
        encapVlan = settings.encapVlan();
        ecn = settings.ecn();
        dropsOwnMac = settings.dropOwnMac().applies(learning);
        dropsStaticViolation = settings.dropStaticViolation().applies(learning);
        dropsBadSource = settings.dropBadSource().applies(learning);
        floodBudget = settings.floodBudget();
        outer = this.settings.outer();
        listedSources = sourcePolicy == SourcePolicy.LISTED ? new RouteTable(settings.sources().size()) : null;
        if (listedSources != null)
        {
            settings.sources().forEach(prefix ->
                listedSources.put(new IpPrefix(prefix.address().withZone(0), prefix.length()), LISTED));
        }
    }

    /** @return a copy of the settings these were made of. */
    public SegmentPolicy settings()
    {
        return settings.copy();
    }

    /** @return true if source MACs of received frames are learned. */
    public boolean learning()
    {
        return learning;
    }

    /** @return bits of the 64-bit VXLAN header that must be zero on receipt. */
    public long reservedBits()
    {
        return reservedBits;
    }

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /**
     * In constant time, whatever the source.
     *
     * @param known the addresses that the segment's configuration names.
     * @param high  first word of an outer source address.
     * @param low   second word.
     * @return true if datagrams are accepted from there.
     */
    public boolean accepts(final KnownSources known, final long high, final long low)
    {
        switch (sourcePolicy)
        {
            case ANY:
                return true;

            case LISTED:
                return listedSources.lookup(IpAddress.withZone(high, 0), low) == LISTED;

            default:
                return known.contains(high, low);
        }
    }

    /** @return what becomes of received frames with a VLAN tag. */
    public VlanPolicy decapVlan()
    {
        return decapVlan;
    }

    /** @return what becomes of frames of the port with a VLAN tag. */
    public VlanPolicy encapVlan()
    {
        return encapVlan;
    }

    /** @return how outer congestion marks are carried into received frames. */
    public EcnPolicy ecn()
    {
        return ecn;
    }

    /** @return true if a received frame is dropped whose source is one of our own MACs. */
    public boolean dropsOwnMac()
    {
        return dropsOwnMac;
    }

    /** @return true if a frame is dropped whose source a configured FDB entry puts behind another remote. */
    public boolean dropsStaticViolation()
    {
        return dropsStaticViolation;
    }

    /** @return true if a frame is dropped whose source MAC is a group address or zero. */
    public boolean dropsBadSource()
    {
        return dropsBadSource;
    }

    /** @return how much each of the ports may flood. */
    public FloodBudget floodBudget()
    {
        return floodBudget;
    }

    /** @return what outer headers say; not to be changed. */
    public OuterContext outer()
    {
        return outer;
    }
}
