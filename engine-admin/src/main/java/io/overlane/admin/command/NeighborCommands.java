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
import io.overlane.engine.EngineTables.Key;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code neigh}: who has which address, as {@code ip neigh} shows and sets it. */
final class NeighborCommands
{
    private static final int CHANGES_AT_A_TIME = 256;

    private final EngineAccess engine;

    NeighborCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading(
                "neigh show", "[IP] [vni N] " + Page.SYNTAX, "inner addresses that the engine answers for", this::show)
            .add("neigh add", "IP lladdr MAC [vni N]", "answer for a new address", this::add)
            .add("neigh replace", "IP lladdr MAC [vni N]", "answer for an address, new or not", this::replace)
            .add("neigh del", "IP [vni N]", "stop answering for an address", this::del)
            .add("neigh flush", "[vni N]", "stop answering for all addresses of a segment", this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", Page.FROM, Page.LIMIT);
        final IpAddress address = words.optional(0, IpAddress::parse);
        final List<Map.Entry<Key<IpAddress>, MacAddress>> shown = entries(engine.filter(words)).entrySet().stream()
            .filter(entry -> address == null || address.equals(entry.getKey().address()))
            .toList();
        return Page.of(words).answer(shown, NeighborCommands::table);
    }

    private static Table table(final List<Map.Entry<Key<IpAddress>, MacAddress>> entries)
    {
        final Table table = new Table("ip", "lladdr", "vni");
        entries.forEach(entry -> table.row(entry.getKey().address(), entry.getValue(), entry.getKey().vni()));
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
        final List<Key<IpAddress>> keys = List.copyOf(entries(vni).keySet());
        long removed = 0;
        for (int i = 0; i < keys.size(); i += CHANGES_AT_A_TIME)
        {
            final List<Key<IpAddress>> some = keys.subList(i, Math.min(keys.size(), i + CHANGES_AT_A_TIME));
            removed += engine.operate(tables -> some.stream()
                .filter(key -> tables.deleteNeighbor(key.vni(), key.address()) == TableResult.DONE)
                .count());
        }
        return Answer.line(removed + " removed");
    }

    /** Of a segment, or of all segments if the VNI is null; in order. */
    private Map<Key<IpAddress>, MacAddress> entries(final @Nullable Integer vni)
    {
        final Map<Key<IpAddress>, MacAddress> sorted = new TreeMap<>(
            Comparator.<Key<IpAddress>>comparingInt(Key::vni)
                .thenComparing(key -> key.address().high(), Long::compareUnsigned)
                .thenComparing(key -> key.address().low(), Long::compareUnsigned));
        sorted.putAll(engine.engine().tables().neighbors());
        sorted.keySet().removeIf(key -> vni != null && vni != key.vni());
        return sorted;
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
