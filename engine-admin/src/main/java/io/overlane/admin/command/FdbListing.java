// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.fdb.FdbEntry;
import io.overlane.reconcile.EntryKey;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code fdb show} and {@code fdb flush}. The admin thread finds the entries, and the writing thread reads them, a few
 * at a time, so that frames do not wait for a large table.
 */
final class FdbListing
{
    private static final int AT_A_TIME = 256;
    private static final String ALL_KINDS = "all";
    private static final String FLOOD = "flood";

    private final EngineAccess engine;

    private record Entry(int vni, long mac)
    {
    }

    /** An entry as read, with its owners and the port of a local station, or null. */
    private record Shown(FdbRow row, List<String> owners, String device)
    {
    }

    FdbListing(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .add("fdb show", "[MAC] [vni N] [dst IP] [static|dynamic|extern|learned|flood]…",
                "entries of MACs, and remotes that get flooded frames", this::show)
            .add("fdb flush", "[MAC] [vni N] [dst IP] [static|dynamic|extern|learned|all]…",
                "delete entries; without a kind, the learned ones", this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = words(request, FLOOD);
        final FdbFilter filter = filter(words);
        final int[] kinds = FdbKinds.kinds(words.given());
        final List<Shown> rows = new ArrayList<>();
        if ((words.given().isEmpty() || words.given().contains(FLOOD)) &&
            (filter.mac() == null || FdbRequest.EVERYTHING_ELSE.equals(filter.mac())))
        {
            for (final Segment segment : engine.segments())
            {
                if (filter.vni() == FdbFilter.ANY || filter.vni() == segment.vni())
                {
                    rows.addAll(rows(List.of(new Entry(segment.vni(), 0)), filter));
                }
            }
        }
        if (words.given().isEmpty() || kinds.length > 0)
        {
            final FdbFilter ofKinds = kinds.length == 0 ? filter : filter.kinds(kinds);
            for (final List<Entry> some : entries(filter))
            {
                rows.addAll(rows(some, ofKinds));
            }
        }
        return table(rows).answer();
    }

    private List<Shown> rows(final List<Entry> entries, final FdbFilter filter) throws AdminException
    {
        return EngineAccess.await(engine.engine().proxy().fdb(control ->
        {
            final List<Shown> rows = new ArrayList<>();
            for (final Entry entry : entries)
            {
                control.list(
                    filter.vni(entry.vni).mac(new MacAddress(entry.mac)),
                    row -> rows.add(new Shown(row, owners(row), device(row))));
            }
            return rows;
        }));
    }

    private Table table(final List<Shown> rows)
    {
        final long nowMs = TimeUnit.NANOSECONDS.toMillis(engine.engine().clock().nanoTime());
        final Table table = new Table(
            "mac", "dst", "port", "vni", "dev", "kind", "remote_vni", "router", "owner", "age_s");
        for (final Shown shown : rows)
        {
            final FdbRow row = shown.row;
            final boolean isLocal = LocalPorts.isPort(row.remote().address());
            final boolean ages = row.kind() == FdbEntry.LEARNED || row.kind() == FdbEntry.DYNAMIC;
            table.row(
                row.mac(),
                isLocal ? null : row.remote().address(),
                isLocal ? null : row.remote().udpPort(),
                row.vni(),
                shown.device,
                row.mac().equals(FdbRequest.EVERYTHING_ELSE) ? FLOOD : FdbKinds.word(row.kind()),
                row.remoteVni() == RemoteTable.SEGMENTS_VNI ? null : row.remoteVni(),
                row.isRouter() ? true : null,
                shown.owners.isEmpty() ? null : shown.owners,
                ages ? TimeUnit.MILLISECONDS.toSeconds(nowMs - row.lastSeenMs()) : null);
        }
        return table;
    }

    private Answer flush(final List<String> request) throws AdminException
    {
        final Words words = words(request, ALL_KINDS);
        final FdbFilter filter = filter(words);
        final Set<String> given = words.given();
        if (given.contains(ALL_KINDS) && given.size() > 1)
        {
            throw AdminException.usage(ALL_KINDS + " excludes other kinds");
        }
        if (FdbRequest.EVERYTHING_ELSE.equals(filter.mac()))
        {
            if (!given.isEmpty())
            {
                throw AdminException.usage("the flood list has no kinds");
            }
            return removed(flush(engine.segments().stream().map(segment -> new Entry(segment.vni(), 0))
                .filter(entry -> filter.vni() == FdbFilter.ANY || filter.vni() == entry.vni).toList(), filter));
        }
        final FdbFilter meant = given.contains(ALL_KINDS) ? filter :
            given.isEmpty() ? filter.kinds(FdbEntry.LEARNED) : filter.kinds(FdbKinds.kinds(given));
        int flushed = 0;
        for (final List<Entry> some : entries(filter))
        {
            flushed += flush(some, meant);
        }
        return removed(flushed);
    }

    private int flush(final List<Entry> entries, final FdbFilter filter) throws AdminException
    {
        return EngineAccess.await(engine.engine().proxy().fdb(control ->
        {
            int removed = 0;
            for (final Entry entry : entries)
            {
                removed += control.flush(filter.vni(entry.vni).mac(new MacAddress(entry.mac)));
            }
            return removed;
        }));
    }

    private static Answer removed(final int count)
    {
        return Answer.line(count + " removed");
    }

    private static Words words(final List<String> request, final String further) throws AdminException
    {
        final Set<String> flags = new HashSet<>(FdbKinds.words());
        flags.add(further);
        return new Words(request, flags, 1, "vni", "dst");
    }

    /** Criteria of the request, except the kinds. */
    private FdbFilter filter(final Words words) throws AdminException
    {
        final MacAddress mac = words.optional(0, MacAddress::parse);
        final IpAddress address = words.optional("dst", Words::address);
        final Integer vni = engine.filter(words);
        return FdbFilter.ALL.vni(vni == null ? FdbFilter.ANY : vni).mac(mac).remote(address);
    }

    /** Runs on the writing thread. */
    private List<String> owners(final FdbRow row)
    {
        final boolean isFlood = row.mac().equals(FdbRequest.EVERYTHING_ELSE);
        return isFlood && row.remoteVni() != RemoteTable.SEGMENTS_VNI ? List.of() :
            engine.forwarding().reconciler().owners(isFlood ?
                EntryKey.flood(row.vni(), row.remote()) : EntryKey.fdb(row.vni(), row.mac()));
    }

    /** Runs on the writing thread: port of a local station, or null. */
    private String device(final FdbRow row)
    {
        final Segment segment = engine.forwarding().segments().lookup(row.vni());
        if (segment == null || !LocalPorts.isPort(row.remote().address()))
        {
            return null;
        }
        final LocalPort port = segment.ports().find(engine.forwarding().remotes().find(
            row.remote().address().high(), row.remote().address().low()));
        return port == null ? null : port.port().name();
    }

    /** Sorted and split into small groups. Each must be looked up again, because the table changes meanwhile. */
    private List<List<Entry>> entries(final FdbFilter filter)
    {
        final Set<Entry> entries = new HashSet<>();
        engine.forwarding().fdb().forEachKey((vni, mac) ->
        {
            if ((filter.vni() == FdbFilter.ANY || filter.vni() == vni) &&
                (filter.mac() == null || filter.mac().value() == mac))
            {
                entries.add(new Entry(vni, mac));
            }
        });
        final List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingInt(Entry::vni).thenComparingLong(Entry::mac));
        return Stream.iterate(0, start -> start < sorted.size(), start -> start + AT_A_TIME)
            .map(start -> sorted.subList(start, Math.min(sorted.size(), start + AT_A_TIME)))
            .toList();
    }
}
