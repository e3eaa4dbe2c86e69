// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An entry that can be configured. Two entries with the same key cannot be in the tables at the same time. */
public sealed interface Entry
{
    /** @return kind, segment and address of the entry. */
    Key key();

    /** @return value of the entry in words. */
    default String value()
    {
        return String.valueOf(remote());
    }

    /** @return the remote that the entry leads to or names; null for a neighbour. */
    @Nullable Vtep remote();

    /** Each kind of entry. */
    enum Kind
    {
        /** {@link Fdb}. */
        FDB,

        /** {@link Flood}. */
        FLOOD,

        /** {@link Remote}. */
        REMOTE,

        /** {@link Neighbor}. */
        NEIGHBOR,

        /** {@link Route}. */
        ROUTE
    }

    /**
     * The key of a configured entry: its kind, its segment, and the MAC address, remote, IP address or prefix.
     *
     * @param kind    of entry.
     * @param vni     its segment, {@link #NO_VNI} for a route.
     * @param address of the station, remote, neighbour or destination.
     */
    record Key(Kind kind, int vni, Object address)
    {
        /** The VNI of routes: the IP network has none. */
        public static final int NO_VNI = -1;

        /** Written by hand, like {@link #hashCode()}: a state compares thousands of keys before the JIT is warm. */
        @Override
        public boolean equals(final @Nullable Object other)
        {
            return other instanceof Key key && kind == key.kind && vni == key.vni && address.equals(key.address);
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

    /**
     * A station is behind a remote.
     *
     * @param mac        of the station.
     * @param remote     it is behind.
     * @param attributes in words, that only an operation can give an entry and a {@link DesiredState} cannot; or empty.
     */
    record Fdb(int vni, MacAddress mac, Vtep remote, String attributes) implements Entry
    {
        @Override
        public Key key()
        {
            return new Key(Kind.FDB, vni, mac);
        }

        @Override
        public String value()
        {
            return remote + attributes;
        }
    }

    /**
     * A remote gets copies of the frames that a segment floods.
     *
     * @param remote of its flood list.
     */
    record Flood(int vni, Vtep remote) implements Entry
    {
        @Override
        public Key key()
        {
            return new Key(Kind.FLOOD, vni, remote);
        }
    }

    /**
     * A remote may send to a segment that accepts known sources only.
     *
     * @param remote that may send.
     */
    record Remote(int vni, Vtep remote) implements Entry
    {
        @Override
        public Key key()
        {
            return new Key(Kind.REMOTE, vni, remote);
        }
    }

    /**
     * The engine answers ARP and neighbour solicitations for an address.
     *
     * @param address of a neighbour.
     * @param mac     that has the address.
     */
    record Neighbor(int vni, IpAddress address, MacAddress mac) implements Entry
    {
        @Override
        public Key key()
        {
            return new Key(Kind.NEIGHBOR, vni, address);
        }

        @Override
        public String value()
        {
            return mac.toString();
        }

        @Override
        public @Nullable Vtep remote()
        {
            return null;
        }
    }

    /**
     * Destinations of the IP network are behind a remote.
     *
     * @param destination inner IPv4 destinations.
     * @param remote      they are behind.
     */
    record Route(IpPrefix destination, Vtep remote) implements Entry
    {
        /** Sets the host bits of the destination to 0. */
        public Route
        {
            destination = destination.base();
        }

        @Override
        public Key key()
        {
            return new Key(Kind.ROUTE, Key.NO_VNI, destination);
        }
    }
}
