// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.engine.SegmentView;
import io.overlane.policy.RuleChange;
import io.overlane.policy.RuleTexts;
import io.overlane.policy.SegmentPolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** {@code segment show} and {@code segment set}: shows and changes the rules of segments. */
final class SegmentCommands
{
    /** The rules are printed below the table, as they would make it too wide. */
    private static final int SHOWN_COLUMNS = 7;

    private final EngineAccess engine;

    SegmentCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .add("segment show", "[vni N]", "segments, their devices, rules and remotes", this::show)
            .add("segment set", RuleWords.SYNTAX, "change rules of a segment while it runs", this::set);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Integer vni = engine.filter(new Words(request, 0, "vni"));
        final Table table = new Table("vni", "dev", "mtu", "mac", "learning", "source", "flood", "rules");
        final StringBuilder rules = new StringBuilder();
        for (final SegmentView segment : engine.segments())
        {
            if (vni == null || vni == segment.vni())
            {
                final SegmentPolicy settings = segment.policy();
                final Map<String, String> texts = RuleTexts.of(settings);
                table.row(
                    segment.vni(),
                    segment.ports(),
                    segment.portMtu(),
                    segment.ownMac(),
                    settings.learning(),
                    settings.sourcePolicy().name().toLowerCase(Locale.ROOT),
                    segment.floodList(),
                    texts);
                rules.append("rules of VNI ").append(segment.vni()).append(": ").append(texts.entrySet().stream()
                    .map(rule -> rule.getKey() + " " + rule.getValue())
                    .collect(Collectors.joining("; "))).append('\n');
            }
        }
        return new Answer(table.text(SHOWN_COLUMNS) + rules, table.json());
    }

    private Answer set(final List<String> request) throws AdminException
    {
        final int vni = new Words(request.subList(0, Math.min(1, request.size())), 1)
            .required(0, "VNI", EngineAccess.VNI);
        final Consumer<SegmentPolicy> change = RuleWords.parse(request.subList(1, request.size()));
        final List<RuleChange> changes = EngineAccess.await(engine.engine().segments().change(vni, change));
        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("changed", changes.stream().map(one ->
        {
            final Map<String, Object> members = new LinkedHashMap<>();
            members.put("rule", one.rule());
            members.put("before", one.before());
            members.put("after", one.after());
            return members;
        }).toList());
        return new Answer(
            changes.isEmpty() ? "nothing changed\n" :
                changes.stream().map(RuleChange::toString).collect(Collectors.joining("; ")) + "\n",
            json);
    }
}
