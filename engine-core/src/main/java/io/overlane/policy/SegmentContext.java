// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.port.Port;
import io.overlane.routing.Gateway;
import io.overlane.setting.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one VXLAN segment. Fill them in and give them to the engine's context; changes after launch have no
 * effect. The settings that may change later are in {@link #policy()}. Setters return this.
 */
public final class SegmentContext
{
    /** The device behind the port has no MAC of its own, or it is not known. */
    public static final long NO_MAC = -1;

    /** The smallest {@link #portMtu(int)}: each IPv4 link must carry this many bytes (RFC 791). */
    public static final int MIN_MTU = 68;

    /** The largest {@link #portMtu(int)}. */
    public static final int MAX_MTU = 65_535;

    private final int vni;
    private @Nullable Port port;
    private final List<Port> furtherPorts = new ArrayList<>();
    private final List<Long> furtherPortMacs = new ArrayList<>();
    private int portMtu;
    private long ownMac = NO_MAC;
    private final SegmentPolicy policy = new SegmentPolicy();
    private final Set<MacAddress> furtherOwnMacs = new LinkedHashSet<>();
    private final Set<Vtep> flood = new LinkedHashSet<>();
    private final Map<MacAddress, Vtep> fdb = new LinkedHashMap<>();
    private final Map<IpAddress, MacAddress> neighbors = new LinkedHashMap<>();
    private @Nullable Gateway gateway;

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
    public @Nullable Port port()
    {
        return port;
    }

    /**
     * Set where frames enter and leave; the engine closes the port. For further ports see {@link #addPort(Port)}.
     *
     * @throws IllegalArgumentException if the segment has another port already.
     */
    public SegmentContext port(final Port port)
    {
        Setting.notNull("port", port);
        if (this.port != null && this.port != port)
        {
            throw new IllegalArgumentException("segment " + vni + " has port " + this.port.name() +
                " already: give it " + port.name() + " with addPort");
        }
        this.port = port;
        return this;
    }

    /**
     * Add another port; the engine closes it. The engine switches frames between the ports and learns the stations
     * behind each.
     */
    public SegmentContext addPort(final Port furtherPort)
    {
        return addPort(furtherPort, NO_MAC);
    }

    /**
     * Add another port; the engine closes it.
     *
     * @param mac of the device behind the port, see {@link #ownMac(MacAddress)}.
     */
    public SegmentContext addPort(final Port furtherPort, final MacAddress mac)
    {
        return addPort(furtherPort, Setting.notNull("mac", mac).value());
    }

    private SegmentContext addPort(final Port furtherPort, final long mac)
    {
        furtherPorts.add(Setting.notNull("furtherPort", furtherPort));
        furtherPortMacs.add(mac);
        return this;
    }

    /** @return every port, the first one first; empty if no port was set. */
    public List<Port> ports()
    {
        final List<Port> all = new ArrayList<>();
        if (port != null)
        {
            all.add(port);
        }
        all.addAll(furtherPorts);
        return all;
    }

    /** @return for each further port, the MAC of the device behind it, or {@link #NO_MAC}. */
    public List<Long> furtherPortMacs()
    {
        return furtherPortMacs;
    }

    /** @return the largest IP packet a port may send, in bytes. */
    public int portMtu()
    {
        return portMtu;
    }

    /**
     * Set the largest IP packet that a port may send, 68…65535 bytes; 0, the default: the MTU of the smallest port. The
     * underlay needs 50 bytes more over IPv4 and 70 over IPv6.
     */
    public SegmentContext portMtu(final int portMtu)
    {
        this.portMtu = portMtu == 0 ? 0 : Setting.inRange("portMtu", portMtu, MIN_MTU, MAX_MTU);
        return this;
    }

    /** @return the MAC of the device behind the port, or {@link #NO_MAC}. */
    public long ownMac()
    {
        return ownMac;
    }

    /**
     * Set the MAC of the device behind the port: received frames with this source are dropped (Linux {@code
     * vxlan_set_mac}), see {@link SegmentPolicy#dropOwnMac(DropWhen)}.
     */
    public SegmentContext ownMac(final MacAddress ownMac)
    {
        this.ownMac = Setting.notNull("ownMac", ownMac).value();
        return this;
    }

    /** @return further MACs of stations behind the port. */
    public Set<MacAddress> furtherOwnMacs()
    {
        return furtherOwnMacs;
    }

    /** Add the MAC of one more station behind the port; see {@link #ownMac(MacAddress)}. */
    public SegmentContext furtherOwnMac(final MacAddress mac)
    {
        furtherOwnMacs.add(Setting.notNull("furtherOwnMac", mac));
        return this;
    }

    /** @return what the segment does with frames; it may be changed in place before launch. */
    public SegmentPolicy policy()
    {
        return policy;
    }

    /**
     * Change what the segment does with frames, such as {@code policy(policy -> policy.learning(true))}. The change
     * runs at once.
     */
    public SegmentContext policy(final Consumer<SegmentPolicy> change)
    {
        Setting.notNull("policy", change).accept(policy);
        return this;
    }

    /** Add a remote that gets a copy of broadcast, unknown unicast and multicast frames. */
    public SegmentContext flood(final Vtep remote)
    {
        flood.add(Setting.notNull("flood", remote));
        return this;
    }

    /** @return remotes that get copies of flooded frames. */
    public Set<Vtep> flood()
    {
        return flood;
    }

    /**
     * Configure the remote of a MAC address. The entry never ages, and learning never changes it.
     *
     * @throws IllegalArgumentException if the MAC is a group address or zero, or has an entry for another remote.
     */
    public SegmentContext fdb(final MacAddress mac, final Vtep remote)
    {
        if (!MacAddress.isValidSource(Setting.notNull("mac", mac).value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        final Vtep before = fdb.putIfAbsent(mac, Setting.notNull("remote", remote));
        if (before != null && !before.equals(remote))
        {
            throw new IllegalArgumentException(
                "MAC address " + mac + " is given twice: with " + before + " and with " + remote);
        }
        return this;
    }

    /** @return configured MAC addresses and their remotes. */
    public Map<MacAddress, Vtep> fdb()
    {
        return fdb;
    }

    /**
     * Configure the MAC of an inner IP address: the engine answers ARP requests and neighbour solicitations for it.
     *
     * @throws IllegalArgumentException if the address has another MAC already.
     */
    public SegmentContext neighbor(final IpAddress address, final MacAddress mac)
    {
        final MacAddress before =
            neighbors.putIfAbsent(Setting.notNull("address", address), Setting.notNull("mac", mac));
        if (before != null && !before.equals(mac))
        {
            throw new IllegalArgumentException(
                "neighbor " + address + " is given twice: with " + before + " and with " + mac);
        }
        return this;
    }

    /** @return inner IP addresses for which the engine answers requests. */
    public Map<IpAddress, MacAddress> neighbors()
    {
        return neighbors;
    }

    /**
     * Give the segment a gateway, which routes packets to other segments of its routing context. With a gateway the
     * segment needs no port.
     */
    public SegmentContext gateway(final Gateway gateway)
    {
        this.gateway = Setting.notNull("gateway", gateway);
        return this;
    }

    /** @return the gateway of the segment; null if it has none. */
    public @Nullable Gateway gateway()
    {
        return gateway;
    }
}
