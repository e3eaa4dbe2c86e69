package io.overlane.segment;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.outer.OuterContext;
import io.overlane.port.Port;
import io.overlane.wire.VxlanHeader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The settings of one VXLAN segment. Fill in, hand to the engine's context; changes after launch have no effect.
 */
public final class SegmentContext
{
    /** The device behind the port has no MAC of its own, or we do not know it. */
    public static final long NO_MAC = -1;

    private final int vni;
    private Port port;
    private final List<LocalPort> furtherPorts = new ArrayList<>();
    private int portMtu;
    private long ownMac = NO_MAC;
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
    private FloodBudget floodBudget = new FloodBudget(0, 0, 0);
    private OuterContext outer = new OuterContext();
    private final Set<IpAddress> groups = new LinkedHashSet<>();
    private final Set<MacAddress> furtherOwnMacs = new LinkedHashSet<>();
    private final Set<IpPrefix> sources = new LinkedHashSet<>();
    private final Set<Vtep> flood = new LinkedHashSet<>();
    private final Map<MacAddress, Vtep> fdb = new LinkedHashMap<>();
    private final Map<IpAddress, MacAddress> neighbors = new LinkedHashMap<>();

    /**
     * @param vni 0…16777215; flannel's default is 1.
     * @throws IllegalArgumentException if it is out of range.
     */
    public SegmentContext(final int vni)
    {
        this.vni = Vni.check(vni);
        PolicyProfile.LINUX.applyTo(this);
    }

    /** @return the VXLAN network identifier. */
    public int vni()
    {
        return vni;
    }

    /** @return where frames enter and leave. */
    public Port port()
    {
        return port;
    }

    /**
     * @param port where frames enter and leave; the engine closes it.
     * @return this.
     */
    public SegmentContext port(final Port port)
    {
        this.port = port;
        return this;
    }

    /**
     * @param furtherPort another place where frames enter and leave; the engine closes it. Frames between ports are
     *                    switched here, and what is behind which is learned.
     * @return this.
     */
    public SegmentContext addPort(final Port furtherPort)
    {
        furtherPorts.add(new LocalPort(furtherPort, LocalPort.UNNUMBERED, NO_MAC));
        return this;
    }

    /**
     * @param furtherPort another place where frames enter and leave; the engine closes it.
     * @param mac         of the device behind it, see {@link #ownMac(MacAddress)}.
     * @return this.
     */
    public SegmentContext addPort(final Port furtherPort, final MacAddress mac)
    {
        furtherPorts.add(new LocalPort(furtherPort, LocalPort.UNNUMBERED, mac.value()));
        return this;
    }

    /** @return every port, the first one first; none where none was given. */
    public List<Port> ports()
    {
        final List<Port> all = new ArrayList<>();
        if (port != null)
        {
            all.add(port);
        }
        furtherPorts.forEach(further -> all.add(further.port()));
        return all;
    }

    /** Every port, none with a number. */
    LocalPorts localPorts()
    {
        LocalPorts all = new LocalPorts(new LocalPort(port, LocalPort.UNNUMBERED, ownMac));
        for (final LocalPort further : furtherPorts)
        {
            all = all.with(further);
        }
        return all;
    }

    /** @return the largest IP packet a port may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /**
     * @param portMtu the largest IP packet a port may send, in bytes; default the smallest port's own. The underlay
     *                needs 50 bytes more over IPv4 and 70 over IPv6.
     * @return this.
     */
    public SegmentContext portMtu(final int portMtu)
    {
        this.portMtu = portMtu;
        return this;
    }

    /** @return the MAC of the device behind the port, or {@link #NO_MAC}. */
    public long ownMac()
    {
        return ownMac;
    }

    /**
     * @param ownMac the MAC of the device behind the port: frames that come back with it as their source are dropped
     *               (Linux {@code vxlan_set_mac}), see {@link #dropOwnMac(DropWhen)}.
     * @return this.
     */
    public SegmentContext ownMac(final MacAddress ownMac)
    {
        this.ownMac = ownMac.value();
        return this;
    }

    /** @return further MACs that are at home here. */
    public Set<MacAddress> furtherOwnMacs()
    {
        return furtherOwnMacs;
    }

    /**
     * @param mac one more that is at home here, where there are several stations behind the port: treated as
     *            {@link #ownMac(MacAddress)} is.
     * @return this.
     */
    public SegmentContext furtherOwnMac(final MacAddress mac)
    {
        furtherOwnMacs.add(mac);
        return this;
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
    public SegmentContext learning(final boolean learning)
    {
        this.learning = learning;
        return this;
    }

    /**
     * Set every policy below as a profile has it; what is set later counts.
     *
     * @param profile default {@link PolicyProfile#LINUX}.
     * @return this.
     */
    public SegmentContext policy(final PolicyProfile profile)
    {
        profile.applyTo(this);
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
    public SegmentContext reservedBits(final long reservedBits)
    {
        this.reservedBits = reservedBits & VxlanHeader.RESERVED_MASK;
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
    public SegmentContext sourcePolicy(final SourcePolicy sourcePolicy)
    {
        this.sourcePolicy = sourcePolicy;
        return this;
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
    public SegmentContext source(final IpPrefix prefix)
    {
        sources.add(prefix.base());
        return sourcePolicy(SourcePolicy.LISTED);
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
    public SegmentContext decapVlan(final VlanPolicy decapVlan)
    {
        this.decapVlan = decapVlan;
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
    public SegmentContext encapVlan(final VlanPolicy encapVlan)
    {
        this.encapVlan = encapVlan;
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
    public SegmentContext ecn(final EcnPolicy ecn)
    {
        this.ecn = ecn;
        return this;
    }

    /** @return when received frames with one of our own MACs as their source are dropped. */
    public DropWhen dropOwnMac()
    {
        return dropOwnMac;
    }

    /**
     * @param dropOwnMac when received frames with one of our own MACs as their source are dropped.
     * @return this.
     */
    public SegmentContext dropOwnMac(final DropWhen dropOwnMac)
    {
        this.dropOwnMac = dropOwnMac;
        return this;
    }

    /** @return when received frames are dropped whose source a configured FDB entry puts behind another remote. */
    public DropWhen dropStaticViolation()
    {
        return dropStaticViolation;
    }

    /**
     * @param dropStaticViolation when received frames are dropped whose source a configured FDB entry puts behind
     *                            another remote.
     * @return this.
     */
    public SegmentContext dropStaticViolation(final DropWhen dropStaticViolation)
    {
        this.dropStaticViolation = dropStaticViolation;
        return this;
    }

    /** @return when received frames are dropped whose source MAC is a group address or zero. */
    public DropWhen dropBadSource()
    {
        return dropBadSource;
    }

    /**
     * @param dropBadSource when received frames are dropped whose source MAC is a group address or zero.
     * @return this.
     */
    public SegmentContext dropBadSource(final DropWhen dropBadSource)
    {
        this.dropBadSource = dropBadSource;
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
    public SegmentContext maxLearned(final int maxLearned)
    {
        this.maxLearned = maxLearned;
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
    public SegmentContext floodBudget(final FloodBudget floodBudget)
    {
        this.floodBudget = floodBudget;
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
    public SegmentContext outer(final OuterContext outer)
    {
        this.outer = outer;
        return this;
    }

    /**
     * @param group multicast group that stands for all other VTEPs of the segment (RFC 7348 §4.2): it is joined, and
     *              gets the one copy of broadcast, unknown unicast and multicast frames, on the engine's peer port.
     *              Several segments may have the same.
     * @return this.
     * @throws IllegalArgumentException if it is no multicast address.
     */
    public SegmentContext group(final IpAddress group)
    {
        if (!group.isMulticast())
        {
            throw new IllegalArgumentException("not a multicast group: " + group);
        }
        groups.add(group);
        return this;
    }

    /** @return multicast groups that get flooded frames. */
    public Set<IpAddress> groups()
    {
        return groups;
    }

    /**
     * @param remote gets a copy of broadcast, unknown unicast and multicast frames.
     * @return this.
     */
    public SegmentContext flood(final Vtep remote)
    {
        flood.add(remote);
        return this;
    }

    /** @return remotes that get copies of flooded frames. */
    public Set<Vtep> flood()
    {
        return flood;
    }

    /**
     * @param mac    an inner destination.
     * @param remote where it lives; never aged, never overwritten by learning.
     * @return this.
     * @throws IllegalArgumentException if the MAC is a group address or zero, or has an entry for another remote.
     */
    public SegmentContext fdb(final MacAddress mac, final Vtep remote)
    {
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        final Vtep before = fdb.putIfAbsent(mac, remote);
        if (before != null && !before.equals(remote))
        {
            throw new IllegalArgumentException("MAC address " + mac + " given twice: " + before + " and " + remote);
        }
        return this;
    }

    /** @return configured MAC addresses and where they live. */
    public Map<MacAddress, Vtep> fdb()
    {
        return fdb;
    }

    /**
     * @param address an inner IP address.
     * @param mac     whose it is: ARP requests and neighbour solicitations for it are answered here.
     * @return this.
     */
    public SegmentContext neighbor(final IpAddress address, final MacAddress mac)
    {
        neighbors.put(address, mac);
        return this;
    }

    /** @return inner IP addresses that are answered for. */
    public Map<IpAddress, MacAddress> neighbors()
    {
        return neighbors;
    }

    /**
     * Fill in defaults and refuse what cannot work.
     *
     * @throws IllegalArgumentException with one line that names the setting.
     */
    public void conclude()
    {
        if (port == null)
        {
            throw new IllegalArgumentException("segment " + vni + " has no port");
        }
        final Set<Port> given = Collections.newSetFromMap(new IdentityHashMap<>());
        for (final Port each : ports())
        {
            if (!given.add(each))
            {
                throw new IllegalArgumentException("port " + each.name() + " given twice to segment " + vni);
            }
        }
        if (maxLearned < 0)
        {
            throw new IllegalArgumentException("maxLearned=" + maxLearned + " of segment " + vni + " < 0");
        }
        if (portMtu == 0)
        {
            portMtu = ports().stream().mapToInt(Port::mtu).min().getAsInt();
        }
        if (portMtu < 68 || portMtu > 65535)
        {
            throw new IllegalArgumentException("portMtu=" + portMtu + " of segment " + vni + " outside 68…65535");
        }
        if (sourcePolicy == SourcePolicy.LISTED && sources.isEmpty())
        {
            throw new IllegalArgumentException("segment " + vni + " accepts from listed sources and none is listed");
        }
    }
}
