// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.control.FdbContext;
import io.overlane.route.RouteTable;
import io.overlane.setting.Setting;
import io.overlane.underlay.OuterContext;
import io.overlane.wire.VxlanHeader;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The settings of a segment that may change while it carries frames: what it does with them, how much it learns and
 * floods, what its outer headers say, which groups it is in.
 *
 * <p>The data path judges frames by a {@link #fixed()} copy: to each frame apply the rules before a change or those
 * after it, never some of both.
 */
public final class SegmentPolicy
{
    /** As old as the engine lets entries become. */
    public static final long ENGINE_AGE = -1;

    private static final int LISTED = 0;

    private boolean learning;
    private long reservedBits;
    private SourcePolicy sourcePolicy;
    private VlanPolicy decapVlan;
    private VlanPolicy encapVlan;
    private EcnPolicy ecn;
    private DropWhen dropOwnMac;
    private DropWhen dropStaticViolation;
    private DropWhen dropBadSource;
    private int maxLearned;
    private long fdbAgeNs = ENGINE_AGE;
    private FloodBudget floodBudget = new FloodBudget(0, 0, 0);
    private OuterContext outer = new OuterContext();
    private Set<IpAddress> groups = Set.of();
    private Set<IpPrefix> sources = Set.of();
    private boolean isFixed;
    /** Null except for fixed rules with {@link SourcePolicy#LISTED}. */
    private RouteTable listedSources;

    /** As {@link PolicyProfile#LINUX} has it, without learning, limits and groups. */
    public SegmentPolicy()
    {
        PolicyProfile.LINUX.applyTo(this);
    }

    /** @return the same rules, which can be changed without changing these. */
    public SegmentPolicy copy()
    {
        return new SegmentPolicy().set(this);
    }

    /** @return the same rules, whose setters throw {@link IllegalStateException}. Any thread may read them. */
    public SegmentPolicy fixed()
    {
        final SegmentPolicy fixed = copy();
        fixed.isFixed = true;
        if (sourcePolicy == SourcePolicy.LISTED)
        {
            fixed.listedSources = new RouteTable(Math.max(1, sources.size()));
            sources.forEach(prefix ->
                fixed.listedSources.put(new IpPrefix(prefix.address().withZone(0), prefix.length()), LISTED));
        }
        return fixed;
    }

    /** Set each rule as other rules have it. */
    public SegmentPolicy set(final SegmentPolicy other)
    {
        return learning(Setting.notNull("set", other).learning)
            .reservedBits(other.reservedBits)
            .sources(other.sourcePolicy, other.sources)
            .decapVlan(other.decapVlan)
            .encapVlan(other.encapVlan)
            .ecn(other.ecn)
            .dropOwnMac(other.dropOwnMac)
            .dropStaticViolation(other.dropStaticViolation)
            .dropBadSource(other.dropBadSource)
            .maxLearned(other.maxLearned)
            .fdbAgeNs(other.fdbAgeNs)
            .floodBudget(other.floodBudget)
            .outer(other.outer)
            .groups(other.groups);
    }

    /**
     * @param other rules.
     * @return true if each rule is the same.
     */
    public boolean isSameAs(final SegmentPolicy other)
    {
        return values().equals(other.values());
    }

    private List<Object> values()
    {
        return List.of(learning, reservedBits, sourcePolicy, sources, decapVlan, encapVlan, ecn, dropOwnMac,
            dropStaticViolation, dropBadSource, maxLearned, fdbAgeNs, floodBudget, outer, groups);
    }

    private SegmentPolicy changeable()
    {
        if (isFixed)
        {
            throw new IllegalStateException(
                "a running segment uses this policy: change it with EngineSegments.change, or change a copy()");
        }
        return this;
    }

    private static <T> Set<T> with(final Set<T> set, final T element)
    {
        final Set<T> after = new LinkedHashSet<>(set);
        after.add(element);
        return Collections.unmodifiableSet(after);
    }

    /** @return true if source MACs of received frames are learned. */
    public boolean learning()
    {
        return learning;
    }

    /**
     * @param learning learn where a source MAC lives from the datagrams it comes in; default off, as flannel has it.
     * @return this.
     */
    public SegmentPolicy learning(final boolean learning)
    {
        changeable().learning = learning;
        return this;
    }

    /**
     * Set every policy below as a profile has it; what is set later counts.
     *
     * @param profile default {@link PolicyProfile#LINUX}.
     * @return this.
     */
    public SegmentPolicy profile(final PolicyProfile profile)
    {
        Setting.notNull("profile", profile).applyTo(changeable());
        return this;
    }

    /** @return bits of the 64-bit VXLAN header that must be zero on receipt. */
    public long reservedBits()
    {
        return reservedBits;
    }

    /**
     * @param reservedBits bits of the VXLAN header, first byte highest, that must be zero on receipt, as with Linux
     *                     {@code cfg.reserved_bits} (6.14); 0 ignores them all, as RFC 7348 §5 says. Those of another
     *                     encapsulation are left out to have its frames delivered, such as
     *                     {@code VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK}; what they mean is not
     *                     acted upon.
     * @return this.
     */
    public SegmentPolicy reservedBits(final long reservedBits)
    {
        changeable().reservedBits = reservedBits & VxlanHeader.RESERVED_MASK;
        return this;
    }

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /**
     * @param sourcePolicy which outer sources are accepted.
     * @return this.
     */
    public SegmentPolicy sourcePolicy(final SourcePolicy sourcePolicy)
    {
        changeable().sourcePolicy = Setting.notNull("sourcePolicy", sourcePolicy);
        return this;
    }

    /**
     * In constant time, however many prefixes there are. Call it on {@link #fixed()} rules with
     * {@link SourcePolicy#LISTED} only.
     *
     * @param high first word of an outer source address.
     * @param low  second word.
     * @return true if one of {@link #sources()} contains it.
     */
    public boolean lists(final long high, final long low)
    {
        return listedSources.lookup(IpAddress.withZone(high, 0), low) == LISTED;
    }

    /** @return prefixes that outer sources are accepted from under {@link SourcePolicy#LISTED}. */
    public Set<IpPrefix> sources()
    {
        return sources;
    }

    /**
     * Accept datagrams from some addresses only; sets {@link SourcePolicy#LISTED}.
     *
     * @param prefix one more prefix to accept from, of either family.
     * @return this.
     */
    public SegmentPolicy source(final IpPrefix prefix)
    {
        changeable().sources = with(sources, Setting.notNull("source", prefix).base());
        return sourcePolicy(SourcePolicy.LISTED);
    }

    /**
     * Accept by a policy, or from some addresses only, whatever was said before.
     *
     * @param policy   which outer sources are accepted.
     * @param prefixes to accept from, for {@link SourcePolicy#LISTED}.
     * @return this.
     */
    public SegmentPolicy sources(final SourcePolicy policy, final Set<IpPrefix> prefixes)
    {
        sourcePolicy(policy);
        final Set<IpPrefix> wanted = new LinkedHashSet<>();
        Setting.notNull("prefixes", prefixes).forEach(prefix -> wanted.add(Setting.notNull("source", prefix).base()));
        sources = Collections.unmodifiableSet(wanted);
        return this;
    }

    /** @return what becomes of received frames with a VLAN tag. */
    public VlanPolicy decapVlan()
    {
        return decapVlan;
    }

    /**
     * @param decapVlan what becomes of received frames with a VLAN tag.
     * @return this.
     */
    public SegmentPolicy decapVlan(final VlanPolicy decapVlan)
    {
        changeable().decapVlan = Setting.notNull("decapVlan", decapVlan);
        return this;
    }

    /** @return what becomes of frames of the port with a VLAN tag. */
    public VlanPolicy encapVlan()
    {
        return encapVlan;
    }

    /**
     * @param encapVlan what becomes of frames of the port with a VLAN tag.
     * @return this.
     */
    public SegmentPolicy encapVlan(final VlanPolicy encapVlan)
    {
        changeable().encapVlan = Setting.notNull("encapVlan", encapVlan);
        return this;
    }

    /** @return how outer congestion marks are carried into received frames. */
    public EcnPolicy ecn()
    {
        return ecn;
    }

    /**
     * @param ecn how outer congestion marks are carried into received frames.
     * @return this.
     */
    public SegmentPolicy ecn(final EcnPolicy ecn)
    {
        changeable().ecn = Setting.notNull("ecn", ecn);
        return this;
    }

    /** @return when received frames with one of our own MACs as their source are dropped. */
    public DropWhen dropOwnMac()
    {
        return dropOwnMac;
    }

    /** @return true if a received frame is dropped whose source is one of our own MACs. */
    public boolean dropsOwnMac()
    {
        return dropOwnMac.applies(learning);
    }

    /**
     * @param dropOwnMac when received frames with one of our own MACs as their source are dropped.
     * @return this.
     */
    public SegmentPolicy dropOwnMac(final DropWhen dropOwnMac)
    {
        changeable().dropOwnMac = Setting.notNull("dropOwnMac", dropOwnMac);
        return this;
    }

    /** @return when received frames are dropped whose source a configured FDB entry puts behind another remote. */
    public DropWhen dropStaticViolation()
    {
        return dropStaticViolation;
    }

    /** @return true if a frame is dropped whose source a configured FDB entry puts behind another remote. */
    public boolean dropsStaticViolation()
    {
        return dropStaticViolation.applies(learning);
    }

    /**
     * @param dropStaticViolation when received frames are dropped whose source a configured FDB entry puts behind
     *                            another remote.
     * @return this.
     */
    public SegmentPolicy dropStaticViolation(final DropWhen dropStaticViolation)
    {
        changeable().dropStaticViolation = Setting.notNull("dropStaticViolation", dropStaticViolation);
        return this;
    }

    /** @return when received frames are dropped whose source MAC is a group address or zero. */
    public DropWhen dropBadSource()
    {
        return dropBadSource;
    }

    /** @return true if a frame is dropped whose source MAC is a group address or zero. */
    public boolean dropsBadSource()
    {
        return dropBadSource.applies(learning);
    }

    /**
     * @param dropBadSource when received frames are dropped whose source MAC is a group address or zero.
     * @return this.
     */
    public SegmentPolicy dropBadSource(final DropWhen dropBadSource)
    {
        changeable().dropBadSource = Setting.notNull("dropBadSource", dropBadSource);
        return this;
    }

    /** @return learned FDB entries of the segment; 0: no limit but the engine's. */
    public int maxLearned()
    {
        return maxLearned;
    }

    /**
     * @param maxLearned learned FDB entries of the segment; when there are so many, the remote that holds the most of
     *                   them loses one for each new one. 0, the default: no limit but the engine's.
     * @return this.
     */
    public SegmentPolicy maxLearned(final int maxLearned)
    {
        changeable().maxLearned = Setting.atLeast("maxLearned", maxLearned, 0);
        return this;
    }

    /** @return age at which a learned FDB entry of the segment goes, in nanoseconds; 0: never. */
    public long fdbAgeNs()
    {
        return fdbAgeNs;
    }

    /**
     * @param fdbAgeNs age at which a learned FDB entry of the segment goes, in nanoseconds; 0: never. Default
     *                 {@link #ENGINE_AGE}.
     * @return this.
     */
    public SegmentPolicy fdbAgeNs(final long fdbAgeNs)
    {
        changeable().fdbAgeNs = fdbAgeNs == ENGINE_AGE ? ENGINE_AGE : FdbContext.checkAge("fdbAgeNs", fdbAgeNs);
        return this;
    }

    /** @return how much may be flooded. */
    public FloodBudget floodBudget()
    {
        return floodBudget;
    }

    /**
     * @param floodBudget how much may be flooded; default no limit, as Linux has none.
     * @return this.
     */
    public SegmentPolicy floodBudget(final FloodBudget floodBudget)
    {
        changeable().floodBudget = Setting.notNull("floodBudget", floodBudget);
        return this;
    }

    /** @return what outer headers say. */
    public OuterContext outer()
    {
        return outer;
    }

    /**
     * @param outer what outer headers say; default as Linux has it, but never fragmented.
     * @return this.
     */
    public SegmentPolicy outer(final OuterContext outer)
    {
        changeable().outer = Setting.notNull("outer", outer);
        return this;
    }

    /**
     * @param group multicast group that stands for all other VTEPs of the segment (RFC 7348 §4.2): it is joined, and
     *              gets the one copy of broadcast, unknown unicast and multicast frames, on the engine's peer port.
     *              Several segments may have the same.
     * @return this.
     * @throws IllegalArgumentException if it is no multicast address.
     */
    public SegmentPolicy group(final IpAddress group)
    {
        if (!Setting.notNull("group", group).isMulticast())
        {
            throw new IllegalArgumentException("not a multicast group: " + group);
        }
        changeable().groups = with(groups, group);
        return this;
    }

    /** @return multicast groups that get flooded frames. */
    public Set<IpAddress> groups()
    {
        return groups;
    }

    /**
     * @param wanted multicast groups in place of those there are, see {@link #group(IpAddress)}.
     * @return this.
     * @throws IllegalArgumentException if one is no multicast address.
     */
    public SegmentPolicy groups(final Set<IpAddress> wanted)
    {
        final Set<IpAddress> all = Setting.notNull("groups", wanted);
        changeable().groups = Set.of();
        all.forEach(this::group);
        return this;
    }
}
