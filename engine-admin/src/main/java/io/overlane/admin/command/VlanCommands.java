// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.port.VlanPort;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import io.overlane.status.EngineSnapshot;
import io.overlane.status.EngineSnapshot.DropRow;
import io.overlane.status.EngineSnapshot.PathRow;
import io.overlane.status.EngineSnapshot.PortRow;
import io.overlane.status.EngineSnapshot.Vlan;
import io.overlane.wire.VlanTag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code vlan show} and {@code vlan set}: the table of VLANs and VNIs, its counters, and its rules. */
final class VlanCommands
{
    /** All but the drops by reason. */
    private static final int SHOWN_COLUMNS = 11;

    private static final Comparator<PortRow> ORDER = Comparator
        .comparing((PortRow row) -> vlan(row).trunk())
        .thenComparing(row -> vlan(row).isService())
        .thenComparing(row -> vlan(row).id());

    private final EngineAccess engine;

    VlanCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading("vlan show", "[vlan N] [vni N] [dev NAME] " + Page.SYNTAX,
                "VLANs of devices, their VNIs, rules and counters", this::show)
            .add("vlan set", "N[-N] dev NAME [protocol 802.1q|802.1ad] [priority 0...7|dscp|keep] [tags refuse|carry]",
                "change rules of VLANs while they run", this::set);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, "vlan", "vni", "dev", Page.FROM, Page.LIMIT);
        final Integer id = words.optional("vlan", Words.number("VLAN", 0, VlanTag.MAX_VLAN_ID));
        final Integer vni = engine.filter(words);
        final String device = words.optional("dev", name -> name);
        final EngineSnapshot now = engine.engine().snapshot();
        final List<PortRow> rows = now.ports().stream()
            .filter(row -> row.vlan() != null)
            .filter(row -> id == null || id == vlan(row).id())
            .filter(row -> vni == null || vni.equals(row.vni()))
            .filter(row -> device == null || device.equals(vlan(row).trunk()))
            .sorted(ORDER)
            .toList();
        final Map<Integer, Map<String, Long>> drops = drops(now);
        return Page.of(words).answer(rows, some -> table(some, drops));
    }

    private static Table table(final List<PortRow> rows, final Map<Integer, Map<String, Long>> drops)
    {
        final Table table = new Table(
            "dev", "vlan", "protocol", "vni", "priority", "tags", "in", "in_bytes", "out", "out_bytes", "dropped",
            "drops").show(SHOWN_COLUMNS);
        for (final PortRow row : rows)
        {
            final Vlan vlan = vlan(row);
            final Map<String, Long> ofSegment = drops.getOrDefault(row.vni(), Map.of());
            table.row(
                vlan.trunk(),
                vlan.id(),
                vlan.id() == 0 ? "none" : vlan.isService() ? "802.1ad" : "802.1q",
                row.vni(),
                vlan.rules().priority().toString(),
                vlan.rules().carriesTags() ? "carry" : "refuse",
                row.in().frames(),
                row.in().bytes(),
                row.out().frames(),
                row.out().bytes(),
                ofSegment.values().stream().mapToLong(Long::longValue).sum(),
                ofSegment);
        }
        return table;
    }

    /** Drops of each segment, both ways, by reason. */
    private static Map<Integer, Map<String, Long>> drops(final EngineSnapshot now)
    {
        final Map<Integer, Map<String, Long>> drops = new HashMap<>();
        for (final DropRow row : Stream.of(now.encap(), now.decap()).map(PathRow::drops).flatMap(List::stream).toList())
        {
            if (row.vni() != null)
            {
                drops.computeIfAbsent(row.vni(), none -> new TreeMap<>())
                    .merge(row.reason().label(), row.frames(), Long::sum);
            }
        }
        return drops;
    }

    private Answer set(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dev", "protocol", "priority", "tags");
        final int[] range = words.required(0, "VLAN", VlanCommands::range);
        final String device = words.required("dev", name -> name);
        final boolean isService = Objects.requireNonNullElse(
            words.<Boolean>optional("protocol", text -> either(text, "802.1ad", "802.1q")), false);
        final VlanPriority priority = words.optional("priority", VlanPriority::parse);
        final Boolean carriesTags = words.optional("tags", text -> either(text, "carry", "refuse"));
        if (priority == null && carriesTags == null)
        {
            throw AdminException.usage("nothing to set: give priority or tags");
        }
        final List<VlanPort> found = new ArrayList<>();
        engine.segments().forEach(segment -> segment.vlans().stream()
            .filter(port -> port.trunk().equals(device) && port.isService() == isService && port.vlanId() > 0)
            .filter(port -> range[0] <= port.vlanId() && port.vlanId() <= range[1])
            .forEach(found::add));
        if (found.size() <= range[1] - range[0])
        {
            throw AdminException.refused("device " + device + " has " + found.size() + " of " +
                (range[1] - range[0] + 1) + " VLANs; 'vlan show dev " + device + "' lists them");
        }
        found.forEach(port -> port.rules(new VlanRules(
            priority == null ? port.rules().priority() : priority,
            carriesTags == null ? port.rules().carriesTags() : carriesTags)));
        return Answer.DONE;
    }

    private static int[] range(final String text)
    {
        final String[] ends = text.split("-", 2);
        final Words.Parser<Integer> parser = Words.number("VLAN", VlanTag.MIN_VLAN_ID, VlanTag.MAX_VLAN_ID);
        final int from = parser.apply(ends[0]);
        final int to = ends.length == 1 ? from : parser.apply(ends[1]);
        if (to < from)
        {
            throw new IllegalArgumentException("VLANs " + text + ": the second number is smaller than the first");
        }
        return new int[]{from, to};
    }

    private static boolean either(final String text, final String yes, final String no)
    {
        if (!text.equals(yes) && !text.equals(no))
        {
            throw new IllegalArgumentException("'" + text + "' is neither " + yes + " nor " + no);
        }
        return text.equals(yes);
    }

    private static Vlan vlan(final PortRow row)
    {
        return Objects.requireNonNull(row.vlan(), "vlan");
    }
}
