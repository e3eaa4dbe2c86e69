// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.engine.EngineTables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Compares the tables of an engine with its model, by what the engine lists to operators. */
final class TableCheck
{
    private static final int SHOWN = 5;

    private final SimEngine engine;
    private final List<FdbRow> rows;

    TableCheck(final SimEngine engine)
    {
        this.engine = engine;
        rows = engine.ask(running -> running.control().operate(tables ->
        {
            final List<FdbRow> all = new ArrayList<>();
            tables.list(FdbFilter.ALL, all::add);
            return all;
        }));
    }

    /** The differences, a few of each table. */
    List<String> differences()
    {
        final List<String> differences = new ArrayList<>();
        final Set<String> expectedRows = new HashSet<>();
        final Map<String, String> expectedNeighbors = new TreeMap<>();
        for (final SegmentModel segment : engine.model.segments().values())
        {
            segment.stations.forEach((mac, entry) -> expectedRows.add(row(segment, mac, entry)));
            segment.flood.forEach(remote -> expectedRows.add(
                flood(segment.vni, Endpoints.vtep(remote.endpoint()).toString(), remote.vni())));
            segment.neighbors.forEach((address, mac) ->
                expectedNeighbors.put(segment.vni + " " + address, MacAddress.toString(mac)));
        }
        final Set<String> foundRows = new HashSet<>();
        rows.forEach(row -> foundRows.add(row(row)));
        compare("FDB", expectedRows, foundRows, differences);
        final Map<String, String> foundNeighbors = new TreeMap<>();
        for (final Map.Entry<EngineTables.Key<IpAddress>, MacAddress> neighbor :
            engine.engine().tables().neighbors().entrySet())
        {
            foundNeighbors.put(
                neighbor.getKey().vni() + " " + neighbor.getKey().address(), neighbor.getValue().toString());
        }
        if (!expectedNeighbors.equals(foundNeighbors))
        {
            differences.add("neighbours: expected " + expectedNeighbors + ", found " + foundNeighbors);
        }
        return differences;
    }

    private static void compare(
        final String table, final Set<String> expected, final Set<String> found, final List<String> differences)
    {
        expected.stream().filter(row -> !found.contains(row)).sorted().limit(SHOWN)
            .forEach(row -> differences.add(table + " lacks " + row));
        found.stream().filter(row -> !expected.contains(row)).sorted().limit(SHOWN)
            .forEach(row -> differences.add(table + " has " + row));
    }

    private static String row(final SegmentModel segment, final long mac, final SegmentModel.Entry entry)
    {
        final String place = entry.isPort() ?
            "port vni-" + segment.vni + "-" + entry.port() :
            Endpoints.vtep(entry.place) + withVni(entry.vni);
        return segment.vni + " " + MacAddress.toString(mac) + " " + place + (entry.isConfigured ?
            " configured" : " learned, seen at " + TimeUnit.NANOSECONDS.toMillis(entry.seenNs) + " ms");
    }

    private static String flood(final int vni, final String remote, final int remoteVni)
    {
        return vni + " flood " + remote + withVni(remoteVni);
    }

    private static String row(final FdbRow row)
    {
        final int remoteVni = row.remoteVni() == null ? SegmentModel.OWN_VNI : row.remoteVni();
        if (row.mac().equals(FdbRequest.FLOOD_LIST))
        {
            return flood(row.vni(), String.valueOf(row.remote()), remoteVni);
        }
        final String place = row.port() == null ? row.remote() + withVni(remoteVni) : "port " + row.port();
        return row.vni() + " " + row.mac() + " " + place + (row.kind() == FdbKind.LEARNED ?
            " learned, seen at " + row.lastSeenMs() + " ms" : " configured");
    }

    private static String withVni(final int vni)
    {
        return vni == SegmentModel.OWN_VNI ? "" : " with VNI " + vni;
    }
}
