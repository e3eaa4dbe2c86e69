// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.routing.NeighborRow;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code neigh}: who has which address, as {@code ip neigh} shows and sets it. */
final class NeighborCommands
{
    private static final int CHANGES_AT_A_TIME = 256;

    private static final Comparator<NeighborRow> ORDER = Comparator.comparingInt(NeighborRow::vni)
        .thenComparing(row -> row.address().high(), Long::compareUnsigned)
        .thenComparing(row -> row.address().low(), Long::compareUnsigned);

    private final EngineAccess engine;

    NeighborCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading(
                "neigh show",
                "[IP] [vni N] " + Page.SYNTAX,
                "inner addresses that the engine answers for, and those that gateways learned",
                this::show)
            .add("neigh add", "IP lladdr MAC [vni N]", "answer for a new address", this::add)
            .add("neigh replace", "IP lladdr MAC [vni N]", "answer for an address, new or not", this::replace)
            .add("neigh del", "IP [vni N]", "stop answering for an address", this::del)
            .add("neigh flush", "[vni N]", "stop answering for all addresses of a segment", this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", Page.FROM, Page.LIMIT);
        final IpAddress address = words.optional(0, IpAddress::parse);
        final Integer vni = engine.filter(words);
        final List<NeighborRow> shown = engine.engine().tables().neighborRows().stream()
            .filter(row -> vni == null || vni == row.vni())
            .filter(row -> address == null || address.equals(row.address()))
            .sorted(ORDER)
            .toList();
        return Page.of(words).answer(shown, NeighborCommands::table);
    }

    private static Table table(final List<NeighborRow> rows)
    {
        final Table table = new Table("ip", "lladdr", "vni", "kind", "age_s");
        rows.forEach(row -> table.row(
            row.address(),
            row.mac(),
            row.vni(),
            row.isLearned() ? "learned" : "static",
            row.isLearned() ? (Long)TimeUnit.NANOSECONDS.toSeconds(row.ageNs()) : null));
        return table;
    }

    private Answer add(final List<String> request) throws AdminException
    {
        return put(request, TableOperations::addNeighbor);
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        return put(request, TableOperations::replaceNeighbor);
    }

    private Answer put(final List<String> request, final Put operation) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", "lladdr");
        final IpAddress address = words.required(0, "IP address", IpAddress::parse);
        final MacAddress mac = words.required("lladdr", MacAddress::parse);
        final int vni = engine.segment(words);
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw AdminException.usage("not a station's MAC address: " + mac);
        }
        engine.require(describe(vni, address), tables -> operation.apply(tables, vni, address, mac));
        return Answer.DONE;
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni");
        final IpAddress address = words.required(0, "IP address", IpAddress::parse);
        final int vni = engine.segment(words);
        engine.require(describe(vni, address), tables -> tables.deleteNeighbor(vni, address));
        return Answer.DONE;
    }

    private Answer flush(final List<String> request) throws AdminException
    {
        final int vni = engine.segment(new Words(request, 0, "vni"));
        final List<NeighborRow> rows =
            engine.engine().tables().neighborRows().stream().filter(row -> row.vni() == vni).toList();
        long removed = 0;
        for (int i = 0; i < rows.size(); i += CHANGES_AT_A_TIME)
        {
            final List<NeighborRow> some = rows.subList(i, Math.min(rows.size(), i + CHANGES_AT_A_TIME));
            removed += engine.operate(tables -> some.stream()
                .filter(row -> tables.deleteNeighbor(vni, row.address()) == TableResult.DONE)
                .count());
        }
        return Answer.line(removed + " removed");
    }

    private static String describe(final int vni, final IpAddress address)
    {
        return "neighbour " + address + " of VNI " + vni;
    }

    /** Adds or replaces a neighbour. */
    @FunctionalInterface
    private interface Put
    {
        TableResult apply(TableOperations tables, int vni, IpAddress address, MacAddress mac);
    }
}
