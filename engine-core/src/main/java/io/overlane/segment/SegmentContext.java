package io.overlane.segment;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.outer.OuterContext;
import io.overlane.port.Port;
import io.overlane.wire.VxlanHeader;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
    private int portMtu;
    private long ownMac = NO_MAC;
    private boolean learning;
    private long reservedBits = VxlanHeader.RESERVED_MASK;
    private SourcePolicy sourcePolicy = SourcePolicy.ANY;
    private OuterContext outer = new OuterContext();
    private final Set<IpAddress> groups = new LinkedHashSet<>();
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

    /** @return the largest IP packet the port may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /**
     * @param portMtu the largest IP packet the port may send, in bytes; default the port's own. The underlay needs
     *                50 bytes more over IPv4 and 70 over IPv6.
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
     *               (Linux {@code vxlan_set_mac}).
     * @return this.
     */
    public SegmentContext ownMac(final MacAddress ownMac)
    {
        this.ownMac = ownMac.value();
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

    /** @return bits of the 64-bit VXLAN header that must be zero on receipt. */
    public long reservedBits()
    {
        return reservedBits;
    }

    /**
     * @param reservedBits bits of the VXLAN header, first byte highest, that must be zero on receipt. Default: every
     *                     bit that is neither the I flag nor the VNI, as Linux has it ({@code cfg.reserved_bits},
     *                     6.14); 0 ignores them all, as RFC 7348 §5 says.
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
     * @param sourcePolicy which outer sources are accepted; default {@link SourcePolicy#ANY}, as Linux has it.
     * @return this.
     */
    public SegmentContext sourcePolicy(final SourcePolicy sourcePolicy)
    {
        this.sourcePolicy = sourcePolicy;
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
        if (portMtu == 0)
        {
            portMtu = port.mtu();
        }
        if (portMtu < 68 || portMtu > 65535)
        {
            throw new IllegalArgumentException("portMtu=" + portMtu + " of segment " + vni + " outside 68…65535");
        }
    }
}
