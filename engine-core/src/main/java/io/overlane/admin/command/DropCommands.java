package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code drops}: why frames were lost; "why does VNI 42 lose frames from 192.0.2.7" is one request. */
final class DropCommands
{
    private final EngineAccess engine;

    /** What drops have in common; members are null where the filter does not ask, or a drop has none. */
    private record Kind(String path, DropReason reason, Integer vni, IpAddress remote)
    {
    }

    DropCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands.add(
            "drops",
            "[vni N] [remote IP] [reason REASON]",
            "frames that were dropped, by reason, segment and remote, most first",
            this::drops);
    }

    private Answer drops(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, "vni", "remote", "reason");
        // A VNI that is not ours is a reason to look.
        final Integer vni = words.optional("vni", EngineAccess.VNI);
        final IpAddress remote = words.optional("remote", IpAddress::parse);
        final DropReason reason = words.optional("reason", DropCommands::reason);

        final EngineCounters counters = engine.engine().counters();
        final Map<Kind, Long> counts = new LinkedHashMap<>();
        collect(counts, "encap", counters.encap());
        collect(counts, "decap", counters.decap());
        final List<Map.Entry<Kind, Long>> lines = new ArrayList<>(counts.entrySet());
        lines.removeIf(line -> vni != null && !vni.equals(line.getKey().vni) ||
            remote != null && !remote.equals(line.getKey().remote) ||
            reason != null && reason != line.getKey().reason);
        lines.sort(Map.Entry.<Kind, Long>comparingByValue().reversed()
            .thenComparing(Map.Entry::getKey, Comparator.comparing(Kind::reason)));

        final Table table = new Table("path", "reason", "vni", "remote", "frames");
        lines.forEach(line -> table.row(
            line.getKey().path,
            line.getKey().reason.label(),
            line.getKey().vni,
            line.getKey().remote,
            line.getValue()));
        return table.answer();
    }

    /** Queues count for themselves; a kind of drop is one line. */
    private static void collect(final Map<Kind, Long> counts, final String path, final PathCounters counters)
    {
        counters.ledger().forEach((reason, vni, high, low, count) ->
            counts.merge(
                new Kind(path, reason, vni == DropLedger.NO_VNI ? null : vni, StatusCommands.remote(high, low)),
                count,
                Long::sum));
    }

    private static DropReason reason(final String label)
    {
        final List<String> labels = new ArrayList<>();
        for (int i = 1; i < DropReason.count(); i++)
        {
            final DropReason reason = DropReason.get(i);
            if (reason.label().equals(label))
            {
                return reason;
            }
            labels.add(reason.label());
        }
        throw new IllegalArgumentException("no reason is called '" + label + "' (" + String.join(", ", labels) + ")");
    }
}
