// SPDX-License-Identifier: Apache-2.0
package io.overlane.reconcile;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;

/**
 * What a configured entry is about; there is one value for each.
 *
 * @param kind    of entry.
 * @param vni     its segment, {@link #NO_VNI} for a route.
 * @param address what its kind says.
 */
public record EntryKey(Kind kind, int vni, Object address)
{
    /** A route is for the IP network, which has no VNI. */
    public static final int NO_VNI = -1;

    /** What there is to configure. */
    public enum Kind
    {
        /** {@link MacAddress} to the {@link Vtep} it is behind. */
        FDB,

        /** {@link Vtep}, which is also the value: gets copies of flooded frames. */
        FLOOD,

        /** {@link Vtep}, which is also the value: is known, and may send to us where only the known may. */
        REMOTE,

        /** {@link IpAddress} to the {@link MacAddress} that has it. */
        NEIGHBOR,

        /** {@link IpPrefix} to the {@link Vtep} it is behind. */
        ROUTE
    }

    /**
     * @param vni of a segment.
     * @param mac of a station.
     * @return key of where it lives.
     */
    public static EntryKey fdb(final int vni, final MacAddress mac)
    {
        return new EntryKey(Kind.FDB, vni, mac);
    }

    /**
     * @param vni    of a segment.
     * @param remote of the flood list.
     * @return key of its membership.
     */
    public static EntryKey flood(final int vni, final Vtep remote)
    {
        return new EntryKey(Kind.FLOOD, vni, remote);
    }

    /**
     * @param vni    of a segment.
     * @param remote to be known.
     * @return key of it.
     */
    public static EntryKey remote(final int vni, final Vtep remote)
    {
        return new EntryKey(Kind.REMOTE, vni, remote);
    }

    /**
     * @param vni     of a segment.
     * @param address of a neighbour.
     * @return key of whose it is.
     */
    public static EntryKey neighbor(final int vni, final IpAddress address)
    {
        return new EntryKey(Kind.NEIGHBOR, vni, address);
    }

    /**
     * @param destination inner destinations of the IP network.
     * @return key of where they live.
     */
    public static EntryKey route(final IpPrefix destination)
    {
        return new EntryKey(Kind.ROUTE, NO_VNI, destination.base());
    }

    /** Spelled out, as is {@link #hashCode()}: thousands are compared at a time, also before the compiler is warm. */
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
        return kind.name().toLowerCase() + " " + address + segment;
    }
}
