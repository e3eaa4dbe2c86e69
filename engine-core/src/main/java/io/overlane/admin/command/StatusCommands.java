package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.engine.OverlayEngine;
import io.overlane.segment.Segment;
import io.overlane.segment.SegmentContext;
import io.overlane.status.PathCounters;
import io.overlane.status.RemoteTraffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code segment}, {@code stats}: what there is, and what it has carried. */
final class StatusCommands
{
    private final EngineAccess engine;

    StatusCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .add("segment show", "[vni N]", "segments, their devices, rules and remotes", this::segments)
            .add("stats", "", "what became of every frame, and what each remote sent and got", words -> stats());
    }

    private Answer segments(final List<String> request) throws AdminException
    {
        final Integer vni = engine.filter(new Words(request, 0, "vni"));
        final Table table = new Table("vni", "dev", "mtu", "mac", "learning", "source", "flood");
        for (final Segment segment : engine.segments())
        {
            if (vni == null || vni == segment.vni())
            {
                table.row(
                    segment.vni(),
                    segment.ports().all().stream().map(port -> port.port().name()).toList(),
                    segment.portMtu(),
                    segment.ownMac() == SegmentContext.NO_MAC ? null : MacAddress.toString(segment.ownMac()),
                    segment.rules().learning(),
                    segment.rules().sourcePolicy().name().toLowerCase(Locale.ROOT),
                    remotes(segment));
            }
        }
        return table.answer();
    }

    private List<Vtep> remotes(final Segment segment)
    {
        final List<Vtep> remotes = new ArrayList<>();
        for (final int number : segment.floodList().remotes())
        {
            remotes.add(engine.forwarding().remotes().vtep(number));
        }
        return remotes;
    }

    private Answer stats()
    {
        final OverlayEngine running = engine.engine();
        final Table paths = new Table("path", "in", "delivered", "bytes", "answered", "dropped", "flood_copies");
        row(paths, "encap", running.counters().encap());
        row(paths, "decap", running.counters().decap());
        final Table remotes = new Table("remote", "sent", "sent_bytes", "received", "received_bytes");
        final RemoteTraffic sent = running.counters().encap().remotes();
        final RemoteTraffic received = running.counters().decap().remotes();
        for (int i = RemoteTraffic.UNNUMBERED; i < engine.forwarding().remotes().maxRemotes(); i++)
        {
            if (sent.frames(i) + received.frames(i) > 0)
            {
                remotes.row(
                    i == RemoteTraffic.UNNUMBERED ? null : engine.forwarding().remotes().vtep(i),
                    sent.frames(i),
                    sent.bytes(i),
                    received.frames(i),
                    received.bytes(i));
            }
        }
        final Map<String, Object> tables = new LinkedHashMap<>();
        tables.put("fdb", engine.forwarding().fdb().size());
        tables.put("neighbors", engine.forwarding().neighbors().size());
        tables.put("segments", engine.segments().size());
        tables.put("forgotten", running.forgotten());

        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("local", running.local());
        json.put("paths", paths.json());
        json.put("remotes", remotes.json());
        json.put("tables", tables);
        final StringBuilder text = new StringBuilder(paths.text());
        if (!remotes.isEmpty())
        {
            text.append('\n').append(remotes.text());
        }
        final Table sizes = new Table(tables.keySet().toArray(String[]::new)).row(tables.values().toArray());
        return new Answer(text.append('\n').append(sizes.text()).toString(), json);
    }

    private static void row(final Table table, final String name, final PathCounters path)
    {
        table.row(
            name,
            path.framesIn(),
            path.delivered(),
            path.deliveredBytes(),
            path.answered(),
            path.dropped(),
            path.floodCopies());
    }

    /** An address as it is shown; null where there was none. */
    static IpAddress remote(final long high, final long low)
    {
        return high == 0 && low == 0 ? null : new IpAddress(high, low);
    }
}
