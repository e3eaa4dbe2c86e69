// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.engine.Forwarding;
import io.overlane.neighbor.NeighborTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code neigh}: shows and changes inner neighbours, with the syntax of {@code ip neigh}. */
final class NeighborCommands
{
    private static final int CHANGES_AT_A_TIME = 256;

    private final EngineAccess engine;

    private record Entry(int vni, IpAddress address)
    {
    }

    NeighborCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .add("neigh show", "[IP] [vni N]", "inner addresses that the engine answers for", this::show)
            .add("neigh add", "IP lladdr MAC [vni N]", "answer for a new address", this::add)
            .add("neigh replace", "IP lladdr MAC [vni N]", "answer for an address, new or not", this::replace)
            .add("neigh del", "IP [vni N]", "stop answering for an address", this::del)
            .add("neigh flush", "[vni N]", "stop answering for all addresses of a segment", this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni");
        final IpAddress address = words.optional(0, IpAddress::parse);
        final Integer vni = engine.filter(words);
        final Table table = new Table("ip", "lladdr", "vni");
        for (final Entry entry : entries(vni))
        {
            final long mac = table().lookup(entry.vni, entry.address.high(), entry.address.low());
            if (mac != NeighborTable.MISSING && (address == null || address.equals(entry.address)))
            {
                table.row(entry.address, MacAddress.toString(mac), entry.vni);
            }
        }
        return table.answer();
    }

    private Answer add(final List<String> request) throws AdminException
    {
        return put(request, false);
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        return put(request, true);
    }

    private Answer put(final List<String> request, final boolean replaces) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", "lladdr");
        final IpAddress address = words.required(0, "IP address", IpAddress::parse);
        final MacAddress mac = words.required("lladdr", MacAddress::parse);
        final int vni = engine.segment(words);
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw AdminException.usage("not a station's MAC address: " + mac);
        }
        final Forwarding forwarding = engine.forwarding();
        final String refusal = engine.ask(() ->
        {
            if (!replaces && table().lookup(vni, address.high(), address.low()) != NeighborTable.MISSING)
            {
                return "exists already";
            }
            return forwarding.putNeighbor(vni, address, mac) ? "" : "does not fit: the table is full";
        });
        if (!refusal.isEmpty())
        {
            throw AdminException.refused("neighbour " + address + " of VNI " + vni + " " + refusal);
        }
        return Answer.DONE;
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni");
        final IpAddress address = words.required(0, "IP address", IpAddress::parse);
        final int vni = engine.segment(words);
        if (!engine.ask(() -> engine.forwarding().removeNeighbor(vni, address)))
        {
            throw AdminException.refused("neighbour " + address + " of VNI " + vni + " is not known");
        }
        return Answer.DONE;
    }

    private Answer flush(final List<String> request) throws AdminException
    {
        final int vni = engine.segment(new Words(request, 0, "vni"));
        final List<Entry> entries = entries(vni);
        int removed = 0;
        for (int i = 0; i < entries.size(); i += CHANGES_AT_A_TIME)
        {
            final List<Entry> some = entries.subList(i, Math.min(entries.size(), i + CHANGES_AT_A_TIME));
            removed += engine.ask(() -> remove(some));
        }
        return Answer.line(removed + " removed");
    }

    private int remove(final List<Entry> entries)
    {
        int removed = 0;
        for (final Entry entry : entries)
        {
            removed += engine.forwarding().removeNeighbor(entry.vni, entry.address) ? 1 : 0;
        }
        return removed;
    }

    /** Of a segment, or of all. Each must be looked up again, because the table changes meanwhile. */
    private List<Entry> entries(final Integer vni)
    {
        final List<Entry> entries = new ArrayList<>();
        table().forEach((of, high, low, mac) ->
        {
            if (vni == null || vni == of)
            {
                entries.add(new Entry(of, new IpAddress(high, low)));
            }
        });
        entries.sort(Comparator.comparingInt(Entry::vni)
            .thenComparing(entry -> entry.address.high(), Long::compareUnsigned)
            .thenComparing(entry -> entry.address.low(), Long::compareUnsigned));
        return entries.stream().distinct().toList();
    }

    private NeighborTable table()
    {
        return engine.forwarding().neighbors();
    }
}
