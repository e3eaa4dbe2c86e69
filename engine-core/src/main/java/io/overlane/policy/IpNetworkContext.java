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
import org.jspecify.annotations.Nullable;

/**
 * The settings of the IP network of the {@code ip-udp} mode (flannel's udp backend: one bare IPv4 packet per datagram).
 * Setters return this.
 */
public final class IpNetworkContext
{
    private @Nullable Port port;
    private IpAddress address = IpAddress.ANY_V4;
    private SourcePolicy sourcePolicy = SourcePolicy.KNOWN;
    private boolean allIcmpErrors;
    private OuterContext outer = new OuterContext();
    private final Map<IpPrefix, Vtep> routes = new LinkedHashMap<>();
    private final List<IpPrefix> local = new ArrayList<>();

    /** @return where packets enter and leave. */
    public @Nullable Port port()
    {
        return port;
    }

    /** Set where packets enter and leave; the engine closes the port. */
    public IpNetworkContext port(final Port port)
    {
        this.port = Setting.notNull("port", port);
        return this;
    }

    /** @return the source of the ICMP errors that the engine sends into the port. */
    public IpAddress address()
    {
        return address;
    }

    /** Set the device's own IPv4 address, the source of the ICMP errors that the engine sends into the port. */
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
     * Set which outer sources are accepted; default {@link SourcePolicy#KNOWN}. flannel's own proxy accepts {@link
     * SourcePolicy#ANY}.
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
     * Send "time exceeded" and "fragmentation needed" into the port too, besides "net unreachable"; default off, as in
     * flannel's proxy.
     */
    public IpNetworkContext allIcmpErrors(final boolean allIcmpErrors)
    {
        this.allIcmpErrors = allIcmpErrors;
        return this;
    }

    /** @return the fields of outer headers. */
    public OuterContext outer()
    {
        return outer;
    }

    /** Set the fields of outer headers. Congestion bits are 0 unless set here, because they are not read on receipt. */
    public IpNetworkContext outer(final OuterContext outer)
    {
        this.outer = Setting.notNull("outer", outer);
        return this;
    }

    /**
     * Configure the remote of an IPv4 prefix of inner destinations.
     *
     * @throws IllegalArgumentException if the prefix is IPv6, or has a route to another remote.
     */
    public IpNetworkContext route(final IpPrefix destination, final Vtep remote)
    {
        final IpPrefix base = requireV4("destination", destination).base();
        final Vtep before = routes.putIfAbsent(base, Setting.notNull("remote", remote));
        if (before != null && !before.equals(remote))
        {
            throw new IllegalArgumentException(
                "subnet " + base + " is given twice: with " + before + " and with " + remote);
        }
        return this;
    }

    /** @return inner destinations and their remotes. */
    public Map<IpPrefix, Vtep> routes()
    {
        return routes;
    }

    /**
     * Add a prefix of inner addresses behind this node. Once there is one, packets from the tunnel to all other
     * addresses are dropped.
     */
    public IpNetworkContext local(final IpPrefix prefix)
    {
        local.add(requireV4("local", prefix).base());
        return this;
    }

    /** @return inner addresses behind this node; empty: they are not checked. */
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
