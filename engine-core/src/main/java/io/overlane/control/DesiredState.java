// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.setting.Setting;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All entries that one owner wants to have configured. Fill it in and apply it: entries of the same owner's state
 * before that are missing in this one are removed.
 */
public final class DesiredState
{
    private final Map<EntryKey, Entry> entries;

    /** Nothing is wanted, so far. */
    public DesiredState()
    {
        entries = new LinkedHashMap<>();
    }

    private DesiredState(final Map<EntryKey, Entry> entries)
    {
        this.entries = new LinkedHashMap<>(entries);
    }

    /**
     * @param vni    of a segment.
     * @param mac    of a station.
     * @param remote where it lives.
     * @return this.
     * @throws IllegalArgumentException if the MAC is a group address or zero, or has an entry for another remote.
     */
    public DesiredState fdb(final int vni, final MacAddress mac, final Vtep remote)
    {
        if (!MacAddress.isValidSource(Setting.notNull("mac", mac).value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        return want(new Entry.Fdb(vni, mac, Setting.notNull("remote", remote), ""));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return this.
     */
    public DesiredState flood(final int vni, final Vtep remote)
    {
        return want(new Entry.Flood(vni, Setting.notNull("remote", remote)));
    }

    /**
     * @param vni    of a segment.
     * @param remote is known, though nothing may lead to it.
     * @return this.
     */
    public DesiredState remote(final int vni, final Vtep remote)
    {
        return want(new Entry.Remote(vni, Setting.notNull("remote", remote)));
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @param mac     whose it is.
     * @return this.
     * @throws IllegalArgumentException if the address has another MAC.
     */
    public DesiredState neighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        return want(new Entry.Neighbor(vni, Setting.notNull("address", address), Setting.notNull("mac", mac)));
    }

    /**
     * @param destination inner destinations of the IP network, IPv4.
     * @param remote      where they live.
     * @return this.
     * @throws IllegalArgumentException if the prefix is IPv6, or has a route to another remote.
     */
    public DesiredState route(final IpPrefix destination, final Vtep remote)
    {
        if (!Setting.notNull("destination", destination).address().isV4())
        {
            throw new IllegalArgumentException("ip-udp carries IPv4 only, not " + destination);
        }
        return want(new Entry.Route(destination, Setting.notNull("remote", remote)));
    }

    /** @return the entries, in the order they were given. */
    public Map<EntryKey, Entry> entries()
    {
        return entries;
    }

    /** @return the same, which further changes to this do not change. */
    public DesiredState copy()
    {
        return new DesiredState(entries);
    }

    private DesiredState want(final Entry entry)
    {
        final Entry before = entries.putIfAbsent(entry.key(), entry);
        if (before != null && !before.equals(entry))
        {
            throw new IllegalArgumentException(
                entry.key() + " given twice: " + before.value() + " and " + entry.value());
        }
        return this;
    }
}
