// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.fastpath.FastPathReport;
import io.overlane.fastpath.FastPathStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code fast-path show}: whether the fast path carries frames, which, and why not the others. */
final class FastPathCommands
{
    private static final String LISTING = "listing";
    private static final int PROGRAM_COLUMNS_SHOWN = 5;

    private final EngineAccess engine;

    FastPathCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands.addReading("fast-path show", "[" + LISTING + "]",
            "the fast path: segments, programs, devices, remotes; and the code of the programs", this::show);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final boolean hasListing = new Words(request, Set.of(LISTING), 0).given().contains(LISTING);
        final FastPathStatus status = EngineAccess.await(engine.engine().fastPath().status());
        final FastPathReport report = status.report();
        final Sections sections = new Sections()
            .member("state", status.state().toString())
            .member("why", status.why().isEmpty() ? null : status.why())
            .member("mode", report == null ? null : report.mode())
            .member("stations", status.stations())
            .member("max_stations", status.maxStations())
            .text("fast path: " + status.state() + (report == null ? "" : ", " + report.mode() + ", " +
                status.stations() + " of at most " + status.maxStations() + " stations") +
                (status.why().isEmpty() ? "" : ": " + status.why()) + "\n")
            .table("segments", segments(status));
        if (report != null)
        {
            sections
                .table("programs", programs(report, hasListing))
                .table("links", links(report))
                .table("remotes", remotes(report));
            if (hasListing)
            {
                report.programs().forEach(program -> sections.text(program.name() + ":\n" + program.listing()));
            }
        }
        return sections.answer();
    }

    private static Table segments(final FastPathStatus status)
    {
        final Table table = new Table("vni", "carried", "why");
        status.segments().forEach(segment ->
            table.row(segment.vni(), segment.whyNot() == null, segment.whyNot()));
        return table;
    }

    private static Table programs(final FastPathReport report, final boolean hasListing)
    {
        final List<String> columns = new ArrayList<>(List.of("program", "id", "instructions", "frames", "bytes"));
        if (hasListing)
        {
            columns.add(LISTING);
        }
        final Table table = new Table(columns.toArray(String[]::new)).show(PROGRAM_COLUMNS_SHOWN);
        for (final FastPathReport.Program program : report.programs())
        {
            final List<Object> values = new ArrayList<>(List.of(
                program.name(),
                program.id(),
                program.instructions(),
                program.carried().frames(),
                program.carried().bytes()));
            if (hasListing)
            {
                values.add(program.listing().lines().toList());
            }
            table.row(values.toArray());
        }
        return table;
    }

    private static Table links(final FastPathReport report)
    {
        final Table table = new Table("dev", "ifindex", "attach", "link", "program");
        report.links().forEach(link ->
            table.row(link.device(), link.ifindex(), link.place(), link.id(), link.program()));
        return table;
    }

    private static Table remotes(final FastPathReport report)
    {
        final Table table = new Table(
            "remote", "reachable", "why", "longest", "sent", "sent_bytes", "received", "received_bytes");
        report.remotes().forEach(remote -> table.row(
            remote.vtep(),
            remote.whyNot() == null,
            remote.whyNot(),
            remote.longest(),
            remote.encap().frames(),
            remote.encap().bytes(),
            remote.decap().frames(),
            remote.decap().bytes()));
        return table;
    }
}
