// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.TableResult;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;

/** Writes the entries of states into the tables. Changes of one flood list become visible together. */
final class ConfiguredEntries
{
    private final SegmentTable segments;
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final Routes routes;
    private final RemoteCheck check;
    private final Int2ObjectHashMap<FloodChange> floods = new Int2ObjectHashMap<>();

    /** Numbers of remotes that leave one flood list and that join it. */
    private record FloodChange(IntHashSet removed, IntHashSet added)
    {
    }

    ConfiguredEntries(
        final SegmentTable segments,
        final Fdb fdb,
        final NeighborTable neighbors,
        final RemoteTable remotes,
        final Routes routes,
        final RemoteCheck check)
    {
        this.segments = segments;
        this.fdb = fdb;
        this.neighbors = neighbors;
        this.remotes = remotes;
        this.routes = routes;
        this.check = check;
    }

    /** Whether the entry is possible at all, leaving aside whether there is room for it. */
    TableResult check(final Entry entry)
    {
        if (entry instanceof Entry.Route route)
        {
            return routes.check(route.destination(), route.remote());
        }
        if (segments.lookup(entry.key().vni()) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (entry instanceof Entry.Flood flood)
        {
            return check.flood(flood.remote());
        }
        if (entry instanceof Entry.Fdb fdb)
        {
            return check.address(fdb.remote().address());
        }
        return entry instanceof Entry.Remote remote ? check.address(remote.remote().address()) : TableResult.DONE;
    }

    /** Add an entry, or change its value in one step. False if there is no room. */
    boolean put(final Entry entry)
    {
        if (entry instanceof Entry.Fdb fdb)
        {
            return put(fdb);
        }
        if (entry instanceof Entry.Neighbor neighbor)
        {
            return neighbors.put(
                neighbor.vni(), neighbor.address().high(), neighbor.address().low(), neighbor.mac().value());
        }
        if (entry instanceof Entry.Route route)
        {
            return routes.put(route.destination(), route.remote());
        }
        if (entry instanceof Entry.Flood flood)
        {
            final int number = remotes.intern(flood.remote());
            if (number != RemoteTable.MISSING)
            {
                flood(flood.vni()).added().add(number);
            }
            return number != RemoteTable.MISSING;
        }
        final Entry.Remote remote = (Entry.Remote)entry;
        final int number = remotes.intern(remote.remote());
        if (number == RemoteTable.MISSING)
        {
            return false;
        }
        sources(remote.vni()).add(remotes.high(number), remotes.low(number));
        return true;
    }

    private boolean put(final Entry.Fdb entry)
    {
        final int number = remotes.intern(entry.remote());
        if (number == RemoteTable.MISSING)
        {
            return false;
        }
        final long word = FdbEntry.word(FdbEntry.EXTERNAL, FdbEntry.destination(FdbEntry.REMOTE, number), false);
        if (!fdb.put(entry.vni(), entry.mac().value(), word, Fdb.NO_OWNER, 0))
        {
            remotes.release(number);
            return false;
        }
        return true;
    }

    void remove(final Entry entry)
    {
        if (entry instanceof Entry.Fdb fdb)
        {
            this.fdb.remove(fdb.vni(), fdb.mac().value());
        }
        else if (entry instanceof Entry.Neighbor neighbor)
        {
            neighbors.remove(neighbor.vni(), neighbor.address().high(), neighbor.address().low());
        }
        else if (entry instanceof Entry.Route route)
        {
            routes.remove(route.destination());
        }
        else if (entry instanceof Entry.Flood flood)
        {
            flood(flood.vni()).removed().add(known(flood.remote()));
        }
        else if (entry instanceof Entry.Remote remote)
        {
            final int number = known(remote.remote());
            if (segments.lookup(remote.vni()) != null)
            {
                sources(remote.vni()).remove(remotes.high(number), remotes.low(number));
            }
            remotes.release(number);
        }
    }

    /** Make the changes to flood lists visible to readers. */
    void commit()
    {
        floods.forEachInt((vni, change) ->
        {
            final Segment segment = segments.lookup(vni);
            final KnownSources sources = segment.knownSources();
            change.added().forEachInt(number -> sources.add(remotes.high(number), remotes.low(number)));
            segment.floodList().change(change.removed(), change.added());
            change.removed().forEachInt(number -> sources.remove(remotes.high(number), remotes.low(number)));
            // Readers can no longer find them.
            change.removed().forEachInt(remotes::release);
        });
        floods.clear();
    }

    private KnownSources sources(final int vni)
    {
        return segments.lookup(vni).knownSources();
    }

    private FloodChange flood(final int vni)
    {
        return floods.computeIfAbsent(vni, unknown -> new FloodChange(new IntHashSet(), new IntHashSet()));
    }

    /** The number of a remote that an entry refers to. */
    private int known(final Vtep remote)
    {
        final int number = remotes.intern(remote);
        remotes.release(number);
        return number;
    }
}
