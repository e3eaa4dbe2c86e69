// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.port.Port;
import io.overlane.setting.Setting;
import io.overlane.underlay.OuterContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of the IP network of the {@code ip-udp} mode (flannel's udp backend: one bare IPv4 packet per datagram).
 */
public final class IpNetworkContext
{
    private Port port;
    private IpAddress address = IpAddress.ANY_V4;
    private SourcePolicy sourcePolicy = SourcePolicy.KNOWN;
    private boolean allIcmpErrors;
    private OuterContext outer = new OuterContext();
    private final Map<IpPrefix, Vtep> routes = new LinkedHashMap<>();
    private final List<IpPrefix> local = new ArrayList<>();

    /** @return where packets enter and leave. */
    public Port port()
    {
        return port;
    }

    /**
     * @param port where packets enter and leave; the engine closes it.
     * @return this.
     */
    public IpNetworkContext port(final Port port)
    {
        this.port = Setting.notNull("port", port);
        return this;
    }

    /** @return the source of ICMP errors we send into the port. */
    public IpAddress address()
    {
        return address;
    }

    /**
     * @param address the device's own IPv4 address, the source of ICMP errors we send into the port.
     * @return this.
     */
    public IpNetworkContext address(final IpAddress address)
    {
        this.address = Setting.notNull("address", address);
        return this;
    }

    /** @return which outer sources are accepted. */
    public SourcePolicy sourcePolicy()
    {
        return sourcePolicy;
    }

    /**
     * @param sourcePolicy which outer sources are accepted; default {@link SourcePolicy#KNOWN}. flannel's own proxy
     *                     is {@link SourcePolicy#ANY}.
     * @return this.
     */
    public IpNetworkContext sourcePolicy(final SourcePolicy sourcePolicy)
    {
        this.sourcePolicy = Setting.notNull("sourcePolicy", sourcePolicy);
        return this;
    }

    /** @return true if "time exceeded" and "fragmentation needed" are sent too. */
    public boolean allIcmpErrors()
    {
        return allIcmpErrors;
    }

    /**
     * @param allIcmpErrors send "time exceeded" and "fragmentation needed" into the port besides "net unreachable";
     *                      default off, as flannel's proxy has it.
     * @return this.
     */
    public IpNetworkContext allIcmpErrors(final boolean allIcmpErrors)
    {
        this.allIcmpErrors = allIcmpErrors;
        return this;
    }

    /** @return what outer headers say. */
    public OuterContext outer()
    {
        return outer;
    }

    /**
     * @param outer what outer headers say; congestion bits are 0 unless asked for, as they are not read on arrival.
     * @return this.
     */
    public IpNetworkContext outer(final OuterContext outer)
    {
        this.outer = Setting.notNull("outer", outer);
        return this;
    }

    /**
     * @param destination inner destinations, IPv4.
     * @param remote      where they live.
     * @return this.
     * @throws IllegalArgumentException if the prefix is IPv6, or has a route to another remote.
     */
    public IpNetworkContext route(final IpPrefix destination, final Vtep remote)
    {
        final IpPrefix base = requireV4("destination", destination).base();
        final Vtep before = routes.putIfAbsent(base, Setting.notNull("remote", remote));
        if (before != null && !before.equals(remote))
        {
            throw new IllegalArgumentException("subnet " + base + " given twice: " + before + " and " + remote);
        }
        return this;
    }

    /** @return inner destinations and where they live. */
    public Map<IpPrefix, Vtep> routes()
    {
        return routes;
    }

    /**
     * @param prefix inner addresses behind this node. Once one is given, packets that come through the tunnel for any
     *               other address are dropped.
     * @return this.
     */
    public IpNetworkContext local(final IpPrefix prefix)
    {
        local.add(requireV4("local", prefix).base());
        return this;
    }

    /** @return inner addresses behind this node; empty: not checked. */
    public List<IpPrefix> local()
    {
        return local;
    }

    private static IpPrefix requireV4(final String name, final IpPrefix prefix)
    {
        if (!Setting.notNull(name, prefix).address().isV4())
        {
            throw new IllegalArgumentException("ip-udp carries IPv4 only, not " + prefix);
        }
        return prefix;
    }
}
