// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.route.RouteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import java.util.Objects;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;

/**
 * Writes the entries of states into the tables, together with their references to remotes. Changes of one flood list
 * become visible together.
 */
final class ConfiguredEntries
{
    private final Forwarding tables;
    private final RemoteCheck check;
    private final boolean hasRoutes;
    private final RoutingEntries routing;
    private final Int2ObjectHashMap<FloodChange> floods = new Int2ObjectHashMap<>();

    /** Numbers of the remotes to remove from one flood list and to add to it. */
    private record FloodChange(IntHashSet removed, IntHashSet added)
    {
    }

    /** {@code hasRoutes} is false in an engine that carries segments. */
    ConfiguredEntries(final Forwarding tables, final RemoteCheck check, final boolean hasRoutes)
    {
        this.tables = tables;
        this.check = check;
        this.hasRoutes = hasRoutes;
        routing = new RoutingEntries(tables, check, !hasRoutes);
    }

    /** Whether the tables can have the entry if there is room for it. */
    TableResult check(final Entry entry)
    {
        return check(entry, Set.of());
    }

    /** The same when the entries with the leaving keys have their next values, or are gone. */
    TableResult check(final Entry entry, final Set<Entry.Key> leaving)
    {
        if (entry instanceof Entry.Route route)
        {
            return !route.destination().address().isV4() ? TableResult.NOT_V4 :
                hasRoutes ? check.address(route.remote().address()) : TableResult.NO_ROUTES;
        }
        if (RoutingEntries.isFor(entry))
        {
            return routing.check(entry, leaving);
        }
        if (tables.segments().lookup(entry.key().vni()) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (entry instanceof Entry.Flood flood)
        {
            return check.flood(flood.remote());
        }
        return entry.remote() == null ? TableResult.DONE : check.address(entry.remote().address());
    }

    /** Add an entry, or change its value in one step. False if there is no room. */
    boolean put(final Entry entry)
    {
        if (entry instanceof Entry.Neighbor neighbor)
        {
            return tables.neighbors().put(
                neighbor.vni(), neighbor.address().high(), neighbor.address().low(), neighbor.mac().value());
        }
        if (RoutingEntries.isFor(entry))
        {
            return routing.put(entry);
        }
        final int number = tables.remotes().intern(Objects.requireNonNull(entry.remote(), "remote"));
        if (number == RemoteTable.MISSING)
        {
            return false;
        }
        if (!put(entry, number))
        {
            tables.remotes().release(number);
            return false;
        }
        return true;
    }

    private boolean put(final Entry entry, final int remote)
    {
        if (entry instanceof Entry.Fdb fdb)
        {
            final long word = FdbEntry.word(FdbEntry.EXTERNAL, FdbEntry.destination(FdbEntry.REMOTE, remote), false);
            return tables.fdb().put(fdb.vni(), fdb.mac().value(), word, FdbRequest.NO_OWNER, 0);
        }
        if (entry instanceof Entry.Route route)
        {
            final int before = tables.routes().get(route.destination());
            if (!tables.routes().put(route.destination(), remote))
            {
                return false;
            }
            if (before != RouteTable.MISSING)
            {
                tables.remotes().release(before);
            }
            return true;
        }
        if (entry instanceof Entry.Flood flood)
        {
            flood(flood.vni()).added().add(remote);
            return true;
        }
        tables.addSource(sources(entry.key().vni()), remote);
        return true;
    }

    void remove(final Entry entry)
    {
        if (entry instanceof Entry.Fdb fdb)
        {
            tables.fdb().remove(fdb.vni(), fdb.mac().value());
        }
        else if (entry instanceof Entry.Neighbor neighbor)
        {
            tables.neighbors().remove(neighbor.vni(), neighbor.address().high(), neighbor.address().low());
        }
        else if (entry instanceof Entry.Route route)
        {
            removeRoute(route.destination());
        }
        else if (entry instanceof Entry.Flood flood)
        {
            flood(flood.vni()).removed().add(numberOf(flood.remote()));
        }
        else if (entry instanceof Entry.Remote remote)
        {
            final int number = numberOf(remote.remote());
            if (tables.segments().lookup(remote.vni()) != null)
            {
                tables.removeSource(sources(remote.vni()), number);
            }
            tables.remotes().release(number);
        }
        else
        {
            routing.remove(entry);
        }
    }

    /** Contexts, gateways and their routes. */
    RoutingEntries routing()
    {
        return routing;
    }

    TableResult removeRoute(final IpPrefix destination)
    {
        if (!hasRoutes)
        {
            return TableResult.NO_ROUTES;
        }
        final int before = tables.routes().remove(destination);
        if (before == RouteTable.MISSING)
        {
            return TableResult.NOT_FOUND;
        }
        tables.remotes().release(before);
        return TableResult.DONE;
    }

    /** Make the changes of flood lists visible to readers. */
    void commit()
    {
        floods.forEachInt((vni, change) ->
        {
            final Segment segment = tables.segment(vni);
            final KnownSources sources = segment.knownSources();
            change.added().forEachInt(number -> tables.addSource(sources, number));
            segment.floodList().change(change.removed(), change.added());
            change.removed().forEachInt(number -> tables.removeSource(sources, number));
            // From now on readers cannot find these numbers.
            change.removed().forEachInt(tables.remotes()::release);
        });
        floods.clear();
    }

    private KnownSources sources(final int vni)
    {
        return tables.segment(vni).knownSources();
    }

    private FloodChange flood(final int vni)
    {
        return floods.computeIfAbsent(vni, unknown -> new FloodChange(new IntHashSet(), new IntHashSet()));
    }

    /** The number of a remote that has one. */
    private int numberOf(final Vtep remote)
    {
        final int number = tables.remotes().intern(remote);
        tables.remotes().release(number);
        return number;
    }
}
