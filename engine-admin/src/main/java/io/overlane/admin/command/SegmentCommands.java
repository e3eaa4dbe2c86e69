// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.admin.rule.RuleChange;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.engine.SegmentView;
import io.overlane.policy.SegmentPolicy;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code segment show} and {@code segment set}: shows and changes the rules of segments. */
final class SegmentCommands
{
    /** All but the rules. */
    private static final int SHOWN_COLUMNS = 7;

    /** Settings that are fixed when a segment is made. */
    private static final Set<String> FIXED = Set.of("dev", "device", "mtu", "mac", "vni", "vlan");

    private final EngineAccess engine;

    SegmentCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        commands
            .addReading(
                "segment show", "[vni N] " + Page.SYNTAX, "segments, their devices, rules and remotes", this::show)
            .add(
                "segment set",
                "VNI " + SegmentRule.syntaxOfAll(),
                "change rules of a segment while it runs",
                this::set);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 0, "vni", Page.FROM, Page.LIMIT);
        final Integer vni = engine.filter(words);
        final List<SegmentView> segments = engine.segments().stream()
            .filter(segment -> vni == null || vni == segment.vni())
            .toList();
        final StringBuilder rules = new StringBuilder();
        final Answer answer = Page.of(words).answer(segments, some -> table(some, rules));
        return new Answer(answer.text() + rules, answer.json(), answer.next());
    }

    /** The rules are printed below the table, as they would make it too wide. */
    private static Table table(final List<SegmentView> segments, final StringBuilder rules)
    {
        final Table table =
            new Table("vni", "dev", "mtu", "mac", "learning", "source", "flood", "rules").show(SHOWN_COLUMNS);
        for (final SegmentView segment : segments)
        {
            final SegmentPolicy policy = segment.policy();
            final Map<String, String> texts = new LinkedHashMap<>();
            Arrays.stream(SegmentRule.values()).forEach(rule -> texts.put(rule.toString(), rule.text(policy)));
            table.row(
                segment.vni(),
                segment.ports(),
                segment.portMtu(),
                segment.ownMac(),
                policy.learning(),
                policy.sourcePolicy().name().toLowerCase(Locale.ROOT),
                segment.floodList(),
                texts);
            rules.append("rules of VNI ").append(segment.vni()).append(": ").append(texts.entrySet().stream()
                .map(rule -> rule.getKey() + " " + rule.getValue())
                .collect(Collectors.joining("; "))).append('\n');
        }
        return table;
    }

    private Answer set(final List<String> request) throws AdminException
    {
        final int vni = new Words(request.subList(0, Math.min(1, request.size())), 1)
            .required(0, "VNI", EngineAccess.VNI);
        final Map<SegmentRule, String> values = values(request.subList(1, request.size()));
        final List<RuleChange> changes = RuleChange.of(EngineAccess.await(engine.engine().segments().change(
            vni, policy -> values.forEach((rule, text) -> rule.set(policy, text)))));
        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("changed", changes.stream().map(one ->
        {
            final Map<String, Object> members = new LinkedHashMap<>();
            members.put("rule", one.rule().toString());
            members.put("before", one.before());
            members.put("after", one.after());
            return members;
        }).toList());
        return new Answer(
            changes.isEmpty() ? "nothing changed\n" :
                changes.stream().map(RuleChange::toString).collect(Collectors.joining("; ")) + "\n",
            json);
    }

    /** The rules and values of a request, checked, in the order in which they are applied. */
    private static Map<SegmentRule, String> values(final List<String> words) throws AdminException
    {
        for (int i = 0; i < words.size(); i += 2)
        {
            if (FIXED.contains(words.get(i)))
            {
                throw AdminException.refused(words.get(i) +
                    " of a segment cannot change while it runs: remove the segment and add it again");
            }
        }
        final Words given = new Words(
            words, 0, Arrays.stream(SegmentRule.values()).map(SegmentRule::toString).toArray(String[]::new));
        if (words.isEmpty())
        {
            throw AdminException.usage("nothing to set");
        }
        final SegmentPolicy trial = new SegmentPolicy();
        final Map<SegmentRule, String> values = new EnumMap<>(SegmentRule.class);
        for (final SegmentRule rule : SegmentRule.values())
        {
            final String value = given.optional(rule.toString(), text ->
            {
                rule.set(trial, text);
                return text;
            });
            if (value != null)
            {
                values.put(rule, value);
            }
        }
        return values;
    }
}
