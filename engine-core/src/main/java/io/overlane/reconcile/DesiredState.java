// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.setting.Setting;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that one owner wants to be configured. Fill in and apply; what an earlier state of the same owner had and this
 * one has not goes.
 */
public final class DesiredState
{
    private final Map<EntryKey, Object> entries;

    /** Nothing is wanted, so far. */
    public DesiredState()
    {
        entries = new LinkedHashMap<>();
    }

    private DesiredState(final Map<EntryKey, Object> entries)
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
        return want(EntryKey.fdb(vni, mac), Setting.notNull("remote", remote));
    }

    /**
     * @param vni    of a segment.
     * @param remote gets copies of flooded frames.
     * @return this.
     */
    public DesiredState flood(final int vni, final Vtep remote)
    {
        return want(EntryKey.flood(vni, Setting.notNull("remote", remote)), remote);
    }

    /**
     * @param vni    of a segment.
     * @param remote is known, though nothing may lead to it.
     * @return this.
     */
    public DesiredState remote(final int vni, final Vtep remote)
    {
        return want(EntryKey.remote(vni, Setting.notNull("remote", remote)), remote);
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
        return want(EntryKey.neighbor(vni, Setting.notNull("address", address)), Setting.notNull("mac", mac));
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
        return want(EntryKey.route(destination), Setting.notNull("remote", remote));
    }

    /** @return the entries, in the order they were given. */
    public Map<EntryKey, Object> entries()
    {
        return entries;
    }

    /** @return the same, which further changes to this do not change. */
    public DesiredState copy()
    {
        return new DesiredState(entries);
    }

    private DesiredState want(final EntryKey key, final Object value)
    {
        final Object before = entries.putIfAbsent(key, value);
        if (before != null && !before.equals(value))
        {
            throw new IllegalArgumentException(key + " given twice: " + before + " and " + value);
        }
        return this;
    }
}
