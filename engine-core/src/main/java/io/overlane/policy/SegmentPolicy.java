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
 * floods, the fields of outer headers, its multicast groups. Setters return this.
 *
 * <p>The data path uses a {@link #fixed()} copy: each frame is judged by the rules before a change or by those after
 * it, never by some of both.
 */
public final class SegmentPolicy
{
    /** Entries age as the engine's settings say. */
    public static final long ENGINE_AGE = -1;

    private static final int LISTED = 0;

    private static final RouteTable NO_SOURCES = new RouteTable(1);

    private boolean learning;
    private long reservedBits;
    private SourcePolicy sourcePolicy;
    private VlanPolicy decapVlan;
    private VlanPolicy encapVlan;
    private EcnPolicy ecn;
    private DropWhen dropOwnMac;
    private DropWhen dropStaticViolation;
    private DropWhen dropBadSource;
    private boolean proxy = true;
    private int maxLearned;
    private long fdbAgeNs = ENGINE_AGE;
    private FloodBudget floodBudget = new FloodBudget(0, 0, 0);
    private OuterContext outer = new OuterContext();
    private Set<IpAddress> groups = Set.of();
    private Set<IpPrefix> sources = Set.of();
    private boolean isFixed;
    /** Empty except for fixed rules with {@link SourcePolicy#LISTED}. */
    private RouteTable listedSources = NO_SOURCES;

    /** The rules of {@link PolicyProfile#LINUX}, without learning, limits and groups. */
    @SuppressWarnings("NullAway.Init")
    public SegmentPolicy()
    {
        PolicyProfile.LINUX.applyTo(this);
    }

    /** @return the same rules; the copy can be changed. */
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
            .proxy(other.proxy)
            .maxLearned(other.maxLearned)
            .fdbAgeNs(other.fdbAgeNs)
            .floodBudget(other.floodBudget)
            .outer(other.outer)
            .groups(other.groups);
    }

    /** @return true if each rule is the same. */
    public boolean isSameAs(final SegmentPolicy other)
    {
        return values().equals(other.values());
    }

    private List<Object> values()
    {
        return List.of(learning, reservedBits, sourcePolicy, sources, decapVlan, encapVlan, ecn, dropOwnMac,
            dropStaticViolation, dropBadSource, proxy, maxLearned, fdbAgeNs, floodBudget, outer, groups);
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

    /** Learn the remote of a source MAC from the datagrams it comes in; default off, as in flannel. */
    public SegmentPolicy learning(final boolean learning)
    {
        changeable().learning = learning;
        return this;
    }

    /**
     * Set every rule that is a column of {@link PolicyProfile}; single rules can be set afterwards. Default {@link
     * PolicyProfile#LINUX}.
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
     * Set the bits of the VXLAN header, first byte highest, that must be zero on receipt, as Linux {@code
     * cfg.reserved_bits} (6.14); 0 ignores them all, as RFC 7348 §5 says. Leave out the bits of another encapsulation
     * to have its frames delivered, such as {@code VxlanHeader.RESERVED_MASK & ~VxlanHeader.GROUP_POLICY_MASK}; the
     * engine does nothing else with these bits.
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

    /** Set which outer sources are accepted. */
    public SegmentPolicy sourcePolicy(final SourcePolicy sourcePolicy)
    {
        changeable().sourcePolicy = Setting.notNull("sourcePolicy", sourcePolicy);
        return this;
    }

    /**
     * Whether one of {@link #sources()} contains an outer source address. In constant time, however many prefixes there
     * are. Call it on {@link #fixed()} rules with {@link SourcePolicy#LISTED} only.
     */
    public boolean lists(final long high, final long low)
    {
        return listedSources.lookup(IpAddress.withZone(high, 0), low) == LISTED;
    }

    /** @return prefixes from which outer sources are accepted under {@link SourcePolicy#LISTED}. */
    public Set<IpPrefix> sources()
    {
        return sources;
    }

    /** Accept datagrams from one more prefix, of either family; sets {@link SourcePolicy#LISTED}. */
    public SegmentPolicy source(final IpPrefix prefix)
    {
        changeable().sources = with(sources, Setting.notNull("source", prefix).base());
        return sourcePolicy(SourcePolicy.LISTED);
    }

    /** Set which outer sources are accepted; the prefixes are for {@link SourcePolicy#LISTED}. */
    public SegmentPolicy sources(final SourcePolicy policy, final Set<IpPrefix> prefixes)
    {
        sourcePolicy(policy);
        final Set<IpPrefix> wanted = new LinkedHashSet<>();
        Setting.notNull("prefixes", prefixes).forEach(prefix -> wanted.add(Setting.notNull("source", prefix).base()));
        sources = Collections.unmodifiableSet(wanted);
        return this;
    }

    /** @return what happens to received frames with a VLAN tag. */
    public VlanPolicy decapVlan()
    {
        return decapVlan;
    }

    /** Set what happens to received frames with a VLAN tag. */
    public SegmentPolicy decapVlan(final VlanPolicy decapVlan)
    {
        changeable().decapVlan = Setting.notNull("decapVlan", decapVlan);
        return this;
    }

    /** @return what happens to frames of the port with a VLAN tag. */
    public VlanPolicy encapVlan()
    {
        return encapVlan;
    }

    /** Set what happens to frames of the port with a VLAN tag. */
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

    /** Set how outer congestion marks are carried into received frames. */
    public SegmentPolicy ecn(final EcnPolicy ecn)
    {
        changeable().ecn = Setting.notNull("ecn", ecn);
        return this;
    }

    /** @return when received frames are dropped whose source is one of our own MACs. */
    public DropWhen dropOwnMac()
    {
        return dropOwnMac;
    }

    /** Set when received frames are dropped whose source is one of our own MACs. */
    public SegmentPolicy dropOwnMac(final DropWhen dropOwnMac)
    {
        changeable().dropOwnMac = Setting.notNull("dropOwnMac", dropOwnMac);
        return this;
    }

    /** @return when received frames are dropped whose source has a configured FDB entry for another remote. */
    public DropWhen dropStaticViolation()
    {
        return dropStaticViolation;
    }

    /** Set when received frames are dropped whose source has a configured FDB entry for another remote. */
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

    /** Set when received frames are dropped whose source MAC is a group address or zero. */
    public SegmentPolicy dropBadSource(final DropWhen dropBadSource)
    {
        changeable().dropBadSource = Setting.notNull("dropBadSource", dropBadSource);
        return this;
    }

    /** @return true if ARP requests and neighbour solicitations for known neighbours are answered. */
    public boolean proxy()
    {
        return proxy;
    }

    /**
     * Answer ARP requests and neighbour solicitations of the ports for known neighbours, instead of flooding them
     * (Linux {@code proxy}); default on.
     */
    public SegmentPolicy proxy(final boolean proxy)
    {
        changeable().proxy = proxy;
        return this;
    }

    /** @return the most learned FDB entries of the segment; 0: no limit but the engine's. */
    public int maxLearned()
    {
        return maxLearned;
    }

    /**
     * Set the most learned FDB entries of the segment. For each further one, the remote that has the most of them loses
     * one. 0, the default: no limit but the engine's.
     */
    public SegmentPolicy maxLearned(final int maxLearned)
    {
        changeable().maxLearned = Setting.atLeast("maxLearned", maxLearned, 0);
        return this;
    }

    /** @return age at which a learned FDB entry of the segment is removed, in nanoseconds; 0: never. */
    public long fdbAgeNs()
    {
        return fdbAgeNs;
    }

    /**
     * Set the age at which a learned FDB entry of the segment is removed, in nanoseconds; 0: never. Default {@link
     * #ENGINE_AGE}.
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

    /** Set how much may be flooded; default no limit, as in Linux. */
    public SegmentPolicy floodBudget(final FloodBudget floodBudget)
    {
        changeable().floodBudget = Setting.notNull("floodBudget", floodBudget);
        return this;
    }

    /** @return the fields of outer headers. */
    public OuterContext outer()
    {
        return outer;
    }

    /** Set the fields of outer headers; default as in Linux, but datagrams are never fragmented. */
    public SegmentPolicy outer(final OuterContext outer)
    {
        changeable().outer = Setting.notNull("outer", outer);
        return this;
    }

    /**
     * Join one more multicast group that stands for all other VTEPs of the segment (RFC 7348 §4.2). It gets one copy of
     * broadcast, unknown unicast and multicast frames, on the engine's peer port. Several segments may have the same
     * group.
     *
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
     * Replace all multicast groups, see {@link #group(IpAddress)}.
     *
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
