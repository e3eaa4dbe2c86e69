// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
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

    /** @return the remote that the entry leads to or names; null if it names none. */
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
        ROUTE,

        /** {@link Context}. */
        CONTEXT,

        /** {@link SegmentGateway}. */
        GATEWAY,

        /** {@link Prefix}. */
        PREFIX
    }

    /**
     * The key of a configured entry: its kind, its segment, and the MAC address, remote, IP address or prefix.
     *
     * @param kind    of entry.
     * @param vni     its segment, {@link #NO_VNI} for routes and routing contexts.
     * @param address of the station, remote, neighbour or destination.
     */
    record Key(Kind kind, int vni, Object address)
    {
        /** The VNI of entries that belong to no segment. */
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

    /**
     * A routing context has settings other than the defaults.
     *
     * @param settings of the context.
     */
    record Context(RoutingContext settings) implements Entry
    {
        @Override
        public Key key()
        {
            return new Key(Kind.CONTEXT, Key.NO_VNI, settings.name());
        }

        @Override
        public String value()
        {
            return settings.toString();
        }

        @Override
        public @Nullable Vtep remote()
        {
            return null;
        }
    }

    /**
     * A segment has a gateway.
     *
     * @param gateway of the segment.
     */
    record SegmentGateway(int vni, Gateway gateway) implements Entry
    {
        /** What stands for the address in the key: a segment has one gateway. */
        public static final String ADDRESS = "addresses";

        @Override
        public Key key()
        {
            return new Key(Kind.GATEWAY, vni, ADDRESS);
        }

        @Override
        public String value()
        {
            return gateway.toString();
        }

        @Override
        public @Nullable Vtep remote()
        {
            return null;
        }
    }

    /**
     * A routing context has a route.
     *
     * @param context     name of the routing context.
     * @param destination inner destinations.
     * @param target      where they are.
     */
    record Prefix(String context, IpPrefix destination, RouteTarget target) implements Entry
    {
        /** Sets the host bits of the destination to 0. */
        public Prefix
        {
            destination = destination.base();
        }

        /** The destination in its context. */
        public record Address(String context, IpPrefix destination)
        {
            @Override
            public String toString()
            {
                return destination + " in " + context;
            }
        }

        @Override
        public Key key()
        {
            return new Key(Kind.PREFIX, Key.NO_VNI, new Address(context, destination));
        }

        @Override
        public String value()
        {
            return target.toString();
        }

        @Override
        public @Nullable Vtep remote()
        {
            return target instanceof RouteTarget.Remote through ? through.vtep() : null;
        }
    }
}
