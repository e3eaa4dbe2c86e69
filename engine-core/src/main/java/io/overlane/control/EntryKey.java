// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import java.util.Locale;

/**
 * The key of a configured entry: its kind, its segment, and the MAC address, remote, IP address or prefix.
 *
 * @param kind    of entry.
 * @param vni     its segment, {@link #NO_VNI} for a route.
 * @param address of the station, remote, neighbour or destination.
 */
public record EntryKey(Kind kind, int vni, Object address)
{
    /** The VNI of routes: the IP network has none. */
    public static final int NO_VNI = -1;

    /** Each kind of {@link Entry}. */
    public enum Kind
    {
        /** {@link Entry.Fdb}. */
        FDB,

        /** {@link Entry.Flood}. */
        FLOOD,

        /** {@link Entry.Remote}. */
        REMOTE,

        /** {@link Entry.Neighbor}. */
        NEIGHBOR,

        /** {@link Entry.Route}. */
        ROUTE
    }

    /** Written by hand, like {@link #hashCode()}, because a state compares thousands of keys before the JIT is warm. */
    @Override
    public boolean equals(final Object other)
    {
        return other instanceof EntryKey key && kind == key.kind && vni == key.vni && address.equals(key.address);
    }

    @Override
    public int hashCode()
    {
        return (address.hashCode() * 31 + vni) * 31 + kind.ordinal();
    }

    @Override
    public String toString()
    {
        final String segment = vni == NO_VNI ? "" : " of VNI " + vni;
        return kind.name().toLowerCase(Locale.ROOT) + " " + address + segment;
    }
}
