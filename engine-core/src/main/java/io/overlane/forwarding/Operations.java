// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.EntryKey;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.FloodList;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentTable;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;

/** The operations on the tables of one engine. Used by the one thread that writes them. */
public final class Operations implements TableOperations
{
    private final Fdb fdb;
    private final NeighborTable neighbors;
    private final RemoteTable remotes;
    private final SegmentTable segments;
    private final SegmentPorts ports;
    private final Routes routes;
    private final RemoteCheck check;
    private final NanoClock clock;
    private final Reconciler reconciler;
    private final Ownership ownership;
    private final GroupMembers members;
    private final FdbSweep sweep;
    /** The thread on which a caller's function runs now, else null. */
    private Thread thread;

    Operations(
        final Fdb fdb,
        final NeighborTable neighbors,
        final RemoteTable remotes,
        final SegmentTable segments,
        final SegmentPorts ports,
        final Routes routes,
        final RemoteCheck check,
        final NanoClock clock,
        final Reconciler reconciler)
    {
        this.fdb = fdb;
        this.neighbors = neighbors;
        this.remotes = remotes;
        this.segments = segments;
        this.ports = ports;
        this.routes = routes;
        this.check = check;
        this.clock = clock;
        this.reconciler = reconciler;
        ownership = new Ownership(reconciler, remotes);
        members = new GroupMembers(fdb, remotes, segments, ownership);
        sweep = new FdbSweep(fdb, remotes, segments, members, ownership);
    }

    /**
     * Run a function with these operations, which it can use until it returns.
     *
     * @param function to run.
     * @param <T>      type of its result.
     * @return its result.
     */
    public <T> T run(final Function<? super TableOperations, T> function)
    {
        final Thread outer = thread;
        thread = Thread.currentThread();
        try
        {
            return function.apply(this);
        }
        finally
        {
            thread = outer;
        }
    }

    private void requireInside()
    {
        if (thread != Thread.currentThread())
        {
            throw new IllegalStateException(
                "table operations were used outside the function that received them; call operate() for each use");
        }
    }

    @Override
    public TableResult add(final FdbRequest request)
    {
        requireInside();
        final TableResult verdict = check(request);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        final boolean exists = request.isFloodList() ?
            floodList(request.vni()).remotes().length > 0 :
            isConfigured(entry(request));
        return exists ? TableResult.EXISTS : put(request);
    }

    @Override
    public TableResult append(final FdbRequest request)
    {
        requireInside();
        final TableResult verdict = check(request);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        return !request.isGroup() && isConfigured(entry(request)) ? TableResult.DONE : put(request);
    }

    @Override
    public TableResult replace(final FdbRequest request)
    {
        requireInside();
        final TableResult verdict = check(request);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        return request.isGroup() ? TableResult.NOT_SUPPORTED : put(request);
    }

    @Override
    public TableResult delete(final FdbRequest request)
    {
        requireInside();
        if (segments.lookup(request.vni()) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (request.isFloodList())
        {
            return deleteFlood(request);
        }
        final long entry = entry(request);
        if (entry == FdbEntry.MISSING)
        {
            return TableResult.NOT_FOUND;
        }
        if (request.remote() == null)
        {
            members.remove(request.vni(), request.mac().value());
            return TableResult.DONE;
        }
        if (FdbEntry.target(entry) == FdbEntry.LIST)
        {
            final int place = members.place(remotes.lists().get(FdbEntry.number(entry)), request);
            if (place >= 0)
            {
                members.remove(request.vni(), request.mac().value(), entry, place);
                return TableResult.DONE;
            }
        }
        else if (FdbEntry.target(entry) == FdbEntry.REMOTE && members.is(FdbEntry.number(entry), request))
        {
            members.remove(request.vni(), request.mac().value());
            return TableResult.DONE;
        }
        return TableResult.NOT_FOUND;
    }

    @Override
    public int flush(final FdbFilter filter)
    {
        requireInside();
        return sweep.flush(filter);
    }

    @Override
    public void list(final FdbFilter filter, final Consumer<FdbRow> consumer)
    {
        requireInside();
        sweep.list(filter, consumer);
    }

    @Override
    public TableResult replace(final int vni, final MacAddress mac, final Port port)
    {
        requireInside();
        final Segment segment = segments.lookup(vni);
        if (segment == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (segment.ports().find(port) == null)
        {
            return TableResult.NO_PORT;
        }
        if (MacAddress.isGroup(mac.value()))
        {
            return TableResult.NOT_SUPPORTED;
        }
        return ports.number(segment) ?
            put(new FdbRequest(vni, mac, remotes.vtep(segment.ports().find(port).number()))) :
            TableResult.NO_ROOM;
    }

    @Override
    public TableResult addNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        requireInside();
        return neighbors.lookup(vni, address.high(), address.low()) == NeighborTable.MISSING ?
            replaceNeighbor(vni, address, mac) :
            TableResult.EXISTS;
    }

    @Override
    public TableResult replaceNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        requireInside();
        if (segments.lookup(vni) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (!neighbors.put(vni, address.high(), address.low(), mac.value()))
        {
            return TableResult.NO_ROOM;
        }
        reconciler.take(OWNER, new Entry.Neighbor(vni, address, mac));
        return TableResult.DONE;
    }

    @Override
    public TableResult deleteNeighbor(final int vni, final IpAddress address)
    {
        requireInside();
        if (segments.lookup(vni) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        reconciler.forget(new EntryKey(EntryKey.Kind.NEIGHBOR, vni, address));
        return neighbors.remove(vni, address.high(), address.low()) == NeighborTable.MISSING ?
            TableResult.NOT_FOUND :
            TableResult.DONE;
    }

    @Override
    public TableResult replaceRoute(final IpPrefix destination, final Vtep remote)
    {
        requireInside();
        final TableResult verdict = routes.check(destination, remote);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        if (!routes.put(destination, remote))
        {
            return TableResult.NO_ROOM;
        }
        reconciler.take(OWNER, new Entry.Route(destination, remote));
        return TableResult.DONE;
    }

    @Override
    public TableResult deleteRoute(final IpPrefix destination)
    {
        requireInside();
        if (!routes.areThere())
        {
            return TableResult.NO_ROUTES;
        }
        reconciler.forget(new EntryKey(EntryKey.Kind.ROUTE, EntryKey.NO_VNI, destination.base()));
        return routes.remove(destination) ? TableResult.DONE : TableResult.NOT_FOUND;
    }

    private TableResult check(final FdbRequest request)
    {
        if (segments.lookup(request.vni()) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        if (request.remote() == null)
        {
            return TableResult.NO_REMOTE;
        }
        return request.isGroup() ?
            check.flood(request.remote(), request.vni(), request.remoteVni()) :
            check.address(request.remote().address());
    }

    private TableResult put(final FdbRequest request)
    {
        final long before = entry(request);
        if (!request.isFloodList() && isAnothers(before, request))
        {
            return TableResult.REFUSED;
        }
        final Vtep remote = request.remote();
        final int number = remotes.intern(
            remote.address().high(), remote.address().low(), remote.udpPort(), request.remoteVni());
        if (number < 0)
        {
            return TableResult.NO_ROOM;
        }
        if (request.isFloodList())
        {
            if (floodList(request.vni()).add(number))
            {
                members.know(request.vni(), number);
            }
            else
            {
                remotes.release(number);
            }
            ownership.onPut(request);
            return TableResult.DONE;
        }
        return MacAddress.isGroup(request.mac().value()) ?
            putGroup(request, before, number) :
            put(request, FdbEntry.destination(FdbEntry.REMOTE, number));
    }

    private TableResult putGroup(final FdbRequest request, final long before, final int remote)
    {
        if (before == FdbEntry.MISSING)
        {
            return put(request, FdbEntry.destination(FdbEntry.LIST, remotes.lists().add(remote)));
        }
        final int[] list = remotes.lists().get(FdbEntry.number(before));
        for (final int present : list)
        {
            if (present == remote)
            {
                remotes.release(remote);
                return TableResult.DONE;
            }
        }
        final int[] longer = Arrays.copyOf(list, list.length + 1);
        longer[list.length] = remote;
        remotes.lists().set(FdbEntry.number(before), longer);
        if (FdbEntry.isConfigured(before))
        {
            members.know(request.vni(), remote);
        }
        return TableResult.DONE;
    }

    private TableResult put(final FdbRequest request, final int destination)
    {
        final long word = FdbEntry.word(request.kind(), destination, request.isRouter());
        final long nowMs =
            request.kind() == FdbKind.DYNAMIC ? TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) : 0;
        if (fdb.put(request.vni(), request.mac().value(), word, request.owner(), nowMs))
        {
            ownership.onPut(request);
            return TableResult.DONE;
        }
        if (FdbEntry.target(destination) == FdbEntry.LIST)
        {
            remotes.release(remotes.lists().get(FdbEntry.number(destination))[0]);
            remotes.lists().free(FdbEntry.number(destination));
        }
        else
        {
            remotes.release(FdbEntry.number(destination));
        }
        return TableResult.NO_ROOM;
    }

    /** What a control plane may not touch: the user's entries and those of other control planes. */
    private boolean isAnothers(final long entry, final FdbRequest request)
    {
        return request.kind() == FdbKind.EXTERNAL && isConfigured(entry) &&
            (FdbEntry.kind(entry) != FdbEntry.EXTERNAL ||
            fdb.owner(request.vni(), request.mac().value()) != request.owner());
    }

    private TableResult deleteFlood(final FdbRequest request)
    {
        final FloodList list = floodList(request.vni());
        final int[] before = list.remotes();
        if (request.remote() == null)
        {
            for (final int remote : before)
            {
                members.removeFlood(request.vni(), remote);
            }
            return before.length == 0 ? TableResult.NOT_FOUND : TableResult.DONE;
        }
        final int place = members.place(before, request);
        if (place < 0)
        {
            return TableResult.NOT_FOUND;
        }
        members.removeFlood(request.vni(), before[place]);
        return TableResult.DONE;
    }

    private long entry(final FdbRequest request)
    {
        return fdb.lookup(request.vni(), request.mac().value());
    }

    private FloodList floodList(final int vni)
    {
        return segments.lookup(vni).floodList();
    }

    /** True for entries that someone asked for, dynamic ones among them. */
    private static boolean isConfigured(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.kind(entry) != FdbEntry.LEARNED;
    }
}
