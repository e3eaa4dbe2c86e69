// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.fdb.FdbEntry;
import io.overlane.neighbor.NeighborTable;
import io.overlane.port.Port;
import io.overlane.remote.RemoteLists;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import io.overlane.segment.FloodList;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** The operations on the tables of one engine. Only the thread that writes the tables uses them. */
public final class Operations implements TableOperations
{
    private final Forwarding tables;
    private final ConfiguredEntries entries;
    private final RemoteCheck check;
    private final NanoClock clock;
    private final FdbWriter writer;
    private final FdbSweep sweep;
    /** The thread on which a caller's function runs now, else null. */
    private @Nullable Thread thread;

    Operations(
        final Forwarding tables, final ConfiguredEntries entries, final RemoteCheck check, final NanoClock clock)
    {
        this.tables = tables;
        this.entries = entries;
        this.check = check;
        this.clock = clock;
        writer = new FdbWriter(tables);
        sweep = new FdbSweep(tables, writer);
    }

    /**
     * Run a function with these operations, which it can use until it returns.
     *
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
        final TableResult verdict = check(request);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        final boolean exists = request.isFloodList() ?
            floodList(request.vni()).remotes().length > 0 :
            isRequested(entry(request));
        return exists ? TableResult.EXISTS : put(request);
    }

    @Override
    public TableResult append(final FdbRequest request)
    {
        final TableResult verdict = check(request);
        return verdict != TableResult.DONE || !request.isGroup() && isRequested(entry(request)) ?
            verdict :
            put(request);
    }

    @Override
    public TableResult replace(final FdbRequest request)
    {
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
        if (tables.segments().lookup(request.vni()) == null)
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
        final long mac = request.mac().value();
        if (request.remote() == null)
        {
            writer.remove(request.vni(), mac);
            return TableResult.DONE;
        }
        final int index = writer.indexOf(tables.remotesOf(entry), request);
        if (index < 0)
        {
            return TableResult.NOT_FOUND;
        }
        if (FdbEntry.target(entry) == FdbEntry.LIST)
        {
            writer.remove(request.vni(), mac, entry, index);
        }
        else
        {
            writer.remove(request.vni(), mac);
        }
        return TableResult.DONE;
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
        final Segment segment = tables.segments().lookup(vni);
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
        if (!tables.ports().number(segment))
        {
            return TableResult.NO_ROOM;
        }
        final LocalPort numbered = Objects.requireNonNull(segment.ports().find(port), "port");
        return put(new FdbRequest(vni, mac, tables.remotes().vtep(numbered.number())));
    }

    @Override
    public TableResult addNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        requireInside();
        return tables.neighbors().configured(vni, address.high(), address.low()) == NeighborTable.MISSING ?
            replaceNeighbor(vni, address, mac) :
            TableResult.EXISTS;
    }

    @Override
    public TableResult replaceNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        return put(new Entry.Neighbor(vni, address, mac));
    }

    @Override
    public TableResult learnNeighbor(final int vni, final IpAddress address, final MacAddress mac)
    {
        requireInside();
        if (tables.segments().lookup(vni) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        final NeighborTable neighbors = tables.neighbors();
        if (neighbors.learn(
            vni, address.high(), address.low(), mac.value(), NeighborTable.tick(clock.nanoTime())))
        {
            return TableResult.DONE;
        }
        return neighbors.lookup(vni, address.high(), address.low()) == NeighborTable.MISSING ?
            TableResult.NO_ROOM : TableResult.EXISTS;
    }

    @Override
    public TableResult deleteNeighbor(final int vni, final IpAddress address)
    {
        requireInside();
        if (tables.segments().lookup(vni) == null)
        {
            return TableResult.NO_SEGMENT;
        }
        tables.reconciler().forget(new Entry.Key(Entry.Kind.NEIGHBOR, vni, address));
        return tables.neighbors().remove(vni, address.high(), address.low()) == NeighborTable.MISSING ?
            TableResult.NOT_FOUND :
            TableResult.DONE;
    }

    @Override
    public TableResult replaceRoute(final IpPrefix destination, final Vtep remote)
    {
        return put(new Entry.Route(destination, remote));
    }

    @Override
    public TableResult deleteRoute(final IpPrefix destination)
    {
        requireInside();
        tables.reconciler().forget(new Entry.Key(Entry.Kind.ROUTE, Entry.Key.NO_VNI, destination.base()));
        return entries.removeRoute(destination);
    }

    @Override
    public TableResult replaceContext(final RoutingContext settings)
    {
        return put(new Entry.Context(settings));
    }

    @Override
    public TableResult deleteContext(final String name)
    {
        requireInside();
        tables.reconciler().forget(new Entry.Key(Entry.Kind.CONTEXT, Entry.Key.NO_VNI, name));
        return entries.routing().removeContext(name);
    }

    @Override
    public TableResult replaceGateway(final int vni, final Gateway gateway)
    {
        return put(new Entry.SegmentGateway(vni, gateway));
    }

    @Override
    public TableResult deleteGateway(final int vni)
    {
        requireInside();
        tables.reconciler().forget(new Entry.Key(Entry.Kind.GATEWAY, vni, Entry.SegmentGateway.ADDRESS));
        return entries.routing().removeGateway(vni);
    }

    @Override
    public TableResult replaceRoute(final String context, final IpPrefix destination, final RouteTarget target)
    {
        return put(new Entry.Prefix(context, destination, target));
    }

    @Override
    public TableResult deleteRoute(final String context, final IpPrefix destination)
    {
        requireInside();
        tables.reconciler().forget(new Entry.Key(
            Entry.Kind.PREFIX, Entry.Key.NO_VNI, new Entry.Prefix.Address(context, destination.base())));
        return entries.routing().removeRoute(context, destination);
    }

    private TableResult put(final Entry entry)
    {
        requireInside();
        final TableResult verdict = entries.check(entry);
        if (verdict != TableResult.DONE)
        {
            return verdict;
        }
        if (!entries.put(entry))
        {
            return TableResult.NO_ROOM;
        }
        tables.reconciler().take(OWNER, entry);
        return TableResult.DONE;
    }

    private TableResult check(final FdbRequest request)
    {
        requireInside();
        if (tables.segments().lookup(request.vni()) == null)
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
        if (!request.isFloodList() && isOfAnotherOwner(before, request))
        {
            return TableResult.REFUSED;
        }
        final Vtep remote = Objects.requireNonNull(request.remote(), "remote");
        final int number = tables.remotes().intern(
            remote.address().high(), remote.address().low(), remote.udpPort(), request.remoteVni());
        if (number < 0)
        {
            return TableResult.NO_ROOM;
        }
        if (request.isFloodList())
        {
            if (floodList(request.vni()).add(number))
            {
                tables.addSource(writer.sources(request.vni()), number);
            }
            else
            {
                tables.remotes().release(number);
            }
            writer.own(request);
            return TableResult.DONE;
        }
        return request.isGroup() ?
            putGroup(request, before, number) :
            put(request, FdbEntry.destination(FdbEntry.REMOTE, number));
    }

    private TableResult putGroup(final FdbRequest request, final long before, final int remote)
    {
        final RemoteLists lists = tables.remotes().lists();
        if (before == FdbEntry.MISSING)
        {
            return put(request, FdbEntry.destination(FdbEntry.LIST, lists.add(remote)));
        }
        final int[] list = lists.get(FdbEntry.number(before));
        if (Arrays.stream(list).anyMatch(present -> present == remote))
        {
            tables.remotes().release(remote);
            return TableResult.DONE;
        }
        final int[] longer = Arrays.copyOf(list, list.length + 1);
        longer[list.length] = remote;
        lists.set(FdbEntry.number(before), longer);
        if (FdbEntry.isConfigured(before))
        {
            tables.addSource(writer.sources(request.vni()), remote);
        }
        return TableResult.DONE;
    }

    private TableResult put(final FdbRequest request, final int destination)
    {
        final long word = FdbEntry.word(request.kind(), destination, request.isRouter());
        final long nowMs =
            request.kind() == FdbKind.DYNAMIC ? TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) : 0;
        if (tables.fdb().put(request.vni(), request.mac().value(), word, request.owner(), nowMs))
        {
            writer.own(request);
            return TableResult.DONE;
        }
        tables.release(destination);
        return TableResult.NO_ROOM;
    }

    /** Whether a control plane must leave the entry alone: it is the user's or another control plane's. */
    private boolean isOfAnotherOwner(final long entry, final FdbRequest request)
    {
        return request.kind() == FdbKind.EXTERNAL && isRequested(entry) &&
            (FdbEntry.kind(entry) != FdbEntry.EXTERNAL ||
            tables.fdb().owner(request.vni(), request.mac().value()) != request.owner());
    }

    private TableResult deleteFlood(final FdbRequest request)
    {
        final int[] list = floodList(request.vni()).remotes();
        if (request.remote() != null)
        {
            final int index = writer.indexOf(list, request);
            if (index < 0)
            {
                return TableResult.NOT_FOUND;
            }
            writer.removeFlood(request.vni(), list[index]);
            return TableResult.DONE;
        }
        for (final int remote : list)
        {
            writer.removeFlood(request.vni(), remote);
        }
        return list.length == 0 ? TableResult.NOT_FOUND : TableResult.DONE;
    }

    private long entry(final FdbRequest request)
    {
        return tables.fdb().lookup(request.vni(), request.mac().value());
    }

    private FloodList floodList(final int vni)
    {
        return tables.segment(vni).floodList();
    }

    /** Whether there is an entry that a user or control plane asked for, also a dynamic one. */
    private static boolean isRequested(final long entry)
    {
        return entry != FdbEntry.MISSING && FdbEntry.kind(entry) != FdbEntry.LEARNED;
    }
}
