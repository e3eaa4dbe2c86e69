// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.engine.EngineTables.Key;
import io.overlane.engine.SegmentView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code fdb show} and {@code fdb flush}. The admin thread collects the keys of the table. The thread that writes the
 * tables then looks up a few of them at a time, so that frames do not wait for a large table.
 */
final class FdbListing
{
    private static final int AT_A_TIME = 256;
    private static final String ALL_KINDS = "all";
    private static final String FLOOD = "flood";

    private final EngineAccess engine;

    FdbListing(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("fdb show", "[MAC] [vni N] [dst IP] [static|dynamic|extern|learned|flood]… " + Page.SYNTAX,
                "entries of MACs, and remotes that get flooded frames", this::show)
            .add("fdb flush", "[MAC] [vni N] [dst IP] [static|dynamic|extern|learned|all]…",
                "delete entries; without a kind, the learned ones", this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = words(request, FLOOD);
        final Page page = Page.of(words);
        final FdbFilter filter = filter(words);
        final FdbKind[] kinds = FdbKinds.kinds(words.given());
        final List<FdbRow> rows = new ArrayList<>();
        if ((words.given().isEmpty() || words.given().contains(FLOOD)) &&
            (filter.mac() == null || FdbRequest.FLOOD_LIST.equals(filter.mac())))
        {
            for (final SegmentView segment : engine.segments())
            {
                if (filter.vni() == FdbFilter.ANY || filter.vni() == segment.vni())
                {
                    rows.addAll(rows(List.of(new Key<>(segment.vni(), FdbRequest.FLOOD_LIST)), filter));
                }
            }
        }
        if (words.given().isEmpty() || kinds.length > 0)
        {
            final FdbFilter ofKinds = kinds.length == 0 ? filter : filter.kinds(kinds);
            for (final List<Key<MacAddress>> some : entries(filter))
            {
                if (page.endsBefore(rows.size()))
                {
                    break;
                }
                rows.addAll(rows(some, ofKinds));
            }
        }
        return page.answer(rows, this::table);
    }

    private List<FdbRow> rows(final List<Key<MacAddress>> entries, final FdbFilter filter) throws AdminException
    {
        return engine.operate(tables ->
        {
            final List<FdbRow> rows = new ArrayList<>();
            for (final Key<MacAddress> entry : entries)
            {
                tables.list(
                    filter.vni(entry.vni()).mac(entry.address()),
                    rows::add);
            }
            return rows;
        });
    }

    private Table table(final List<FdbRow> rows)
    {
        final long nowMs = TimeUnit.NANOSECONDS.toMillis(engine.engine().clock().nanoTime());
        final Table table = new Table(
            "mac", "dst", "port", "vni", "dev", "kind", "remote_vni", "router", "owner", "age_s");
        for (final FdbRow row : rows)
        {
            final boolean ages = row.kind() == FdbKind.LEARNED || row.kind() == FdbKind.DYNAMIC;
            table.row(
                row.mac(),
                row.remote() == null ? null : row.remote().address(),
                row.remote() == null ? null : row.remote().udpPort(),
                row.vni(),
                row.port(),
                FdbRequest.FLOOD_LIST.equals(row.mac()) ? FLOOD : FdbKinds.word(row.kind()),
                row.remoteVni(),
                row.isRouter() ? true : null,
                row.owners().isEmpty() ? null : row.owners(),
                ages ? TimeUnit.MILLISECONDS.toSeconds(nowMs - row.lastSeenMs()) : null);
        }
        return table;
    }

    private Answer flush(final List<String> request) throws AdminException
    {
        final Words words = words(request, ALL_KINDS);
        if (words.has(Page.FROM) || words.has(Page.LIMIT))
        {
            throw AdminException.usage(Page.FROM + " and " + Page.LIMIT + " are for fdb show");
        }
        final FdbFilter filter = filter(words);
        final Set<String> given = words.given();
        if (given.contains(ALL_KINDS) && given.size() > 1)
        {
            throw AdminException.usage(ALL_KINDS + " excludes other kinds");
        }
        if (FdbRequest.FLOOD_LIST.equals(filter.mac()))
        {
            if (!given.isEmpty())
            {
                throw AdminException.usage("the flood list has no kinds");
            }
            return removed(flush(engine.segments().stream()
                .map(segment -> new Key<>(segment.vni(), FdbRequest.FLOOD_LIST))
                .filter(key -> filter.vni() == FdbFilter.ANY || filter.vni() == key.vni())
                .toList(), filter));
        }
        final FdbFilter meant = given.contains(ALL_KINDS) ? filter :
            given.isEmpty() ? filter.kinds(FdbKind.LEARNED) : filter.kinds(FdbKinds.kinds(given));
        int flushed = 0;
        for (final List<Key<MacAddress>> some : entries(filter))
        {
            flushed += flush(some, meant);
        }
        return removed(flushed);
    }

    private int flush(final List<Key<MacAddress>> entries, final FdbFilter filter) throws AdminException
    {
        return engine.operate(tables ->
        {
            int removed = 0;
            for (final Key<MacAddress> entry : entries)
            {
                removed += tables.flush(filter.vni(entry.vni()).mac(entry.address()));
            }
            return removed;
        });
    }

    private static Answer removed(final int count)
    {
        return Answer.line(count + " removed");
    }

    private static Words words(final List<String> request, final String further) throws AdminException
    {
        final Set<String> flags = new HashSet<>(FdbKinds.words());
        flags.add(further);
        return new Words(request, flags, 1, "vni", "dst", Page.FROM, Page.LIMIT);
    }

    /** What is meant, of whatever kind. */
    private FdbFilter filter(final Words words) throws AdminException
    {
        final MacAddress mac = words.optional(0, MacAddress::parse);
        final IpAddress address = words.optional("dst", Words::address);
        final Integer vni = engine.filter(words);
        return new FdbFilter(vni == null ? FdbFilter.ANY : vni, mac, address, FdbFilter.ALL.kinds(), FdbFilter.ANY);
    }

    /** In order, in chunks. The walk shows keys only: an operation looks up each entry, because the table changes. */
    private List<List<Key<MacAddress>>> entries(final FdbFilter filter)
    {
        final List<Key<MacAddress>> sorted = engine.engine().tables().fdbKeys().stream()
            .filter(key -> filter.vni() == FdbFilter.ANY || filter.vni() == key.vni())
            .filter(key -> filter.mac() == null || filter.mac().equals(key.address()))
            .sorted(Comparator.<Key<MacAddress>>comparingInt(Key::vni).thenComparingLong(key -> key.address().value()))
            .toList();
        return Stream.iterate(0, start -> start < sorted.size(), start -> start + AT_A_TIME)
            .map(start -> sorted.subList(start, Math.min(sorted.size(), start + AT_A_TIME)))
            .toList();
    }
}
