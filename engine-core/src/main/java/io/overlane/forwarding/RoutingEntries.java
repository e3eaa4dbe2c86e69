// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.TableResult;
import io.overlane.gateway.Hop;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.Segment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes routing contexts, gateways and their routes into the tables, with their references to remotes. */
final class RoutingEntries
{
    private final Forwarding tables;
    private final RemoteCheck check;
    private boolean isAllowed;

    /** {@code isAllowed} is false in an engine that cannot route. */
    RoutingEntries(final Forwarding tables, final RemoteCheck check, final boolean isAllowed)
    {
        this.tables = tables;
        this.check = check;
        this.isAllowed = isAllowed;
    }

    /** Refuse all entries from now on. */
    void refuse()
    {
        isAllowed = false;
    }

    static boolean isFor(final Entry entry)
    {
        return entry instanceof Entry.Context || entry instanceof Entry.SegmentGateway || entry instanceof Entry.Prefix;
    }

    /** As {@link ConfiguredEntries#check(Entry, Set)}. */
    TableResult check(final Entry entry, final Set<Entry.Key> leaving)
    {
        if (!isAllowed)
        {
            return TableResult.NO_GATEWAYS;
        }
        if (entry instanceof Entry.SegmentGateway of)
        {
            return tables.segments().lookup(of.vni()) == null ? TableResult.NO_SEGMENT :
                isTaken(of, leaving) ? TableResult.PREFIX_TAKEN : TableResult.DONE;
        }
        if (entry instanceof Entry.Context of)
        {
            final int vni = of.settings().l3Vni();
            return vni != RoutingContext.NO_VNI && (tables.segments().lookup(vni) != null || isTaken(of, leaving)) ?
                TableResult.VNI_TAKEN : TableResult.DONE;
        }
        final Vtep remote = entry.remote();
        return remote == null ? TableResult.DONE :
            remote.address().isMulticast() ? TableResult.NO_GROUPS : check.address(remote.address());
    }

    private boolean isTaken(final Entry.SegmentGateway of, final Set<Entry.Key> leaving)
    {
        return tables.gateways().isPrefixTaken(of.vni(), of.gateway(), vni ->
            leaving.contains(new Entry.Key(Entry.Kind.GATEWAY, vni, Entry.SegmentGateway.ADDRESS)));
    }

    private boolean isTaken(final Entry.Context of, final Set<Entry.Key> leaving)
    {
        return tables.gateways().isL3VniTaken(of.settings().l3Vni(), of.settings().name(), name ->
            leaving.contains(new Entry.Key(Entry.Kind.CONTEXT, Entry.Key.NO_VNI, name)));
    }

    /** False if there is no room. */
    boolean put(final Entry entry)
    {
        if (entry instanceof Entry.Context of)
        {
            tables.gateways().settings(of.settings());
            return true;
        }
        if (entry instanceof Entry.SegmentGateway of)
        {
            final Segment segment = tables.segment(of.vni());
            // The station of a next hop may be behind a port, so ports need numbers.
            return tables.ports().number(segment) && tables.gateways().put(segment, of.gateway());
        }
        return put((Entry.Prefix)entry);
    }

    private boolean put(final Entry.Prefix route)
    {
        final Vtep remote = route.remote();
        final int number = remote == null ? RemoteTable.MISSING : tables.remotes().intern(remote);
        if (remote != null && number == RemoteTable.MISSING)
        {
            return false;
        }
        final Hop before = tables.gateways().route(route.context(), route.destination());
        if (!tables.gateways().put(route.context(), route.destination(), route.target(), number))
        {
            if (remote != null)
            {
                tables.remotes().release(number);
            }
            return false;
        }
        release(before);
        return true;
    }

    void remove(final Entry entry)
    {
        if (entry instanceof Entry.Context of)
        {
            removeContext(of.settings().name());
        }
        else if (entry instanceof Entry.SegmentGateway of)
        {
            removeGateway(of.vni());
        }
        else if (entry instanceof Entry.Prefix of)
        {
            removeRoute(of.context(), of.destination());
        }
    }

    TableResult removeContext(final String name)
    {
        return tables.gateways().removeSettings(name) ? TableResult.DONE : TableResult.NOT_FOUND;
    }

    TableResult removeGateway(final int vni)
    {
        if (!tables.gateways().removeGateway(vni))
        {
            return TableResult.NOT_FOUND;
        }
        tables.neighbors().forEachRow((entryVni, high, low, mac, tick) ->
        {
            if (entryVni == vni && tick != NeighborTable.CONFIGURED)
            {
                tables.neighbors().remove(vni, high, low);
            }
        });
        return TableResult.DONE;
    }

    TableResult removeRoute(final String context, final IpPrefix destination)
    {
        final Hop before = tables.gateways().route(context, destination);
        if (before == null)
        {
            return TableResult.NOT_FOUND;
        }
        tables.gateways().removeRoute(context, destination);
        release(before);
        return TableResult.DONE;
    }

    private void release(final @Nullable Hop before)
    {
        if (before != null && before.kind() == Hop.REMOTE)
        {
            tables.remotes().release(before.remote());
        }
    }
}
