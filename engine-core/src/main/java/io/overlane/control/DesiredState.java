// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.setting.Setting;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All entries that one owner wants to have configured. Fill it in and apply it. The engine removes the entries of the
 * same owner's last state that are missing in this one.
 */
public final class DesiredState
{
    private final Map<Entry.Key, Entry> entries = new LinkedHashMap<>();

    /**
     * Want a station's FDB entry.
     *
     * @param remote the station is behind.
     * @throws IllegalArgumentException if the MAC is a group address or zero, or has an entry for another remote.
     */
    public DesiredState fdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        if (!MacAddress.isValidSource(Setting.notNull("mac", mac).value()))
        {
            throw new IllegalArgumentException(
                "not a station's MAC address: " + mac + "; it must be neither a group address nor zero");
        }
        return want(new Entry.Fdb(vni, mac, Setting.notNull("remote", remote), ""));
    }

    /** @param remote to get copies of flooded frames. */
    public DesiredState flood(final int vni, final Vtep remote)
    {
        return want(new Entry.Flood(vni, Setting.notNull("remote", remote)));
    }

    /** @param remote that may send to the segment even if no entry leads to it. */
    public DesiredState remote(final int vni, final Vtep remote)
    {
        return want(new Entry.Remote(vni, Setting.notNull("remote", remote)));
    }

    /**
     * Want the engine to answer ARP or neighbour solicitations for an address.
     *
     * @throws IllegalArgumentException if the address has another MAC.
     */
    public DesiredState neighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        return want(new Entry.Neighbor(vni, Setting.notNull("address", address), Setting.notNull("mac", mac)));
    }

    /**
     * Want a route of the IP network.
     *
     * @param destination inner IPv4 destinations.
     * @param remote      they are behind.
     * @throws IllegalArgumentException if the prefix is IPv6, or has a route to another remote.
     */
    public DesiredState route(final IpPrefix destination, final Vtep remote)
    {
        if (!Setting.notNull("destination", destination).address().isV4())
        {
            throw new IllegalArgumentException("the IP network carries IPv4 only, not " + destination);
        }
        return want(new Entry.Route(destination, Setting.notNull("remote", remote)));
    }

    /**
     * Want a routing context to have these settings.
     *
     * @throws IllegalArgumentException if the context has other settings.
     */
    public DesiredState context(final RoutingContext settings)
    {
        return want(new Entry.Context(Setting.notNull("settings", settings)));
    }

    /**
     * Want a segment to have a gateway.
     *
     * @throws IllegalArgumentException if the segment has another gateway.
     */
    public DesiredState gateway(final int vni, final Gateway gateway)
    {
        return want(new Entry.SegmentGateway(vni, Setting.notNull("gateway", gateway)));
    }

    /**
     * Want a route of a routing context.
     *
     * @param context     name of the context.
     * @param destination inner destinations of either family.
     * @param target      where they are.
     * @throws IllegalArgumentException if the prefix has another target.
     */
    public DesiredState route(final String context, final IpPrefix destination, final RouteTarget target)
    {
        return want(new Entry.Prefix(
            Setting.notNull("context", context),
            Setting.notNull("destination", destination),
            Setting.notNull("target", target)));
    }

    /** @return a view of the entries, in the order they were given. */
    public Map<Entry.Key, Entry> entries()
    {
        return Collections.unmodifiableMap(entries);
    }

    /** @return a copy of this state. */
    public DesiredState copy()
    {
        final DesiredState copy = new DesiredState();
        copy.entries.putAll(entries);
        return copy;
    }

    private DesiredState want(final Entry entry)
    {
        final Entry before = entries.putIfAbsent(entry.key(), entry);
        if (before != null && !before.equals(entry))
        {
            throw new IllegalArgumentException(
                entry.key() + " is given twice, with " + before.value() + " and with " + entry.value());
        }
        return this;
    }
}
