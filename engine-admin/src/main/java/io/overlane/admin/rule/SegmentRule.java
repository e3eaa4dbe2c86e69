// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.rule;

import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.policy.VlanPolicy;
import io.overlane.underlay.DontFragment;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rules of a segment as people write and read them. A row is an option of {@code tun-bridge}, a key of its
 * configuration file, and a word of {@code ctl segment set} and {@code segment add}.
 *
 * <p>Rules are applied in the order of the rows: the policy first, so that single rules override it.
 */
public enum SegmentRule
{
    /** The profile, which sets all rules that have no row of their own. */
    POLICY(
        "policy", "linux|rfc7348|strict",
        "Rules for received frames (vxlan). linux: those of the kernel. rfc7348: reserved bits are ignored, and no " +
        "VLAN tag crosses the tunnel. strict: only known remotes, and every unusual frame is dropped. " +
        "docs/conformance.md has every case; other rules change single parts. Default: linux.",
            (policy, text) -> policy.sources(SourcePolicy.ANY, Set.of()).profile(RuleValues.profile(text)),
            RuleValues::profile),

    /** Outer sources. */
    ACCEPT_FROM(
        "accept-from", "any|known|PREFIX,...",
        "Outer sources to accept (vxlan): any; known, the configured remotes; or prefixes, separated by commas. " +
        "Default: as --policy says.",
            RuleValues::acceptFrom,
            policy -> policy.sourcePolicy() == SourcePolicy.LISTED ?
                RuleValues.list(policy.sources()) : RuleValues.word(policy.sourcePolicy())),

    /** VLAN tags, both ways. */
    INNER_VLAN(
        "inner-vlan", "pass|strip|drop",
        "Frames with a VLAN tag, both ways (vxlan): pass them, strip the tag, or drop them. Default: as --policy " +
        "says.",
            (policy, text) ->
            {
                final VlanPolicy vlan = RuleValues.word(VlanPolicy.class, text);
                policy.decapVlan(vlan).encapVlan(vlan);
            },
            policy -> RuleValues.word(policy.decapVlan()) + (policy.decapVlan() == policy.encapVlan() ? "" :
                " in, " + RuleValues.word(policy.encapVlan()) + " out")),

    /** Whether source MACs are learned. */
    LEARNING(
        "learning", "on|off",
        "Learn MAC addresses and their remotes from received frames (vxlan). Default: off.",
            (policy, text) -> policy.learning(RuleValues.onOrOff(text)),
            policy -> RuleValues.onOrOff(policy.learning())),

    /** Whether requests for known neighbours are answered. */
    PROXY(
        "proxy", "on|off",
        "Answer ARP requests and neighbour solicitations for known neighbours (vxlan); off: flood them. Default: on.",
            (policy, text) -> policy.proxy(RuleValues.onOrOff(text)),
            policy -> RuleValues.onOrOff(policy.proxy())),

    /** Learned entries. */
    MAX_LEARNED(
        "max-learned", "N|none",
        "Most MAC addresses learned in the segment (vxlan). Beyond, the remote that holds the most gives one up. " +
        "none or 0: limited by the table only. Default: none.",
            (policy, text) -> policy.maxLearned(RuleValues.number(text, 0, "none", 0)),
            policy -> RuleValues.number(policy.maxLearned(), 0, "none")),

    /** Age of learned entries. */
    FDB_AGE(
        "fdb-age", "SECONDS|never|default",
        "Seconds after which a learned MAC address without traffic is forgotten (vxlan); never or 0 for never. " +
        "Default: 300.",
            (policy, text) -> policy.fdbAgeNs(RuleValues.seconds(text)),
            policy -> RuleValues.seconds(policy.fdbAgeNs())),

    /** Flooded frames. */
    FLOOD_LIMIT(
        "flood-limit", "port=N,segment=N,copies=N,arp=N|none",
        "Most broadcast, multicast and unknown unicast frames per second (vxlan): from each device, from the whole " +
        "segment, and copies to remotes; and of ARP packets and neighbour discovery messages to groups from each " +
        "device, also of those that the engine answers. Each part may be left out. Default: none.",
            (policy, text) -> policy.floodBudget(RuleValues.budget(text)),
            policy -> RuleValues.budget(policy.floodBudget())),

    /** Outer time to live. */
    TTL(
        "ttl", "N|inherit|default",
        "Time to live or hop limit of outer packets: 1...255, or inherit for the inner packet's (not nio). Default: " +
        "the system's, usually 64, and 1 to a multicast group.",
            (policy, text) -> policy.outer(policy.outer().ttl(RuleValues.octet(text, 1, "default"))),
            policy -> RuleValues.octet(policy.outer().ttl(), "default")),

    /** Outer type of service. */
    TOS(
        "tos", "N|inherit",
        "Type of service or traffic class of outer packets: 0...255 or 0x00...0xff, or inherit for the inner " +
        "packet's. Its two congestion bits are always the inner packet's with libc, and 0 otherwise. Default: 0.",
            (policy, text) -> policy.outer(policy.outer().tos(RuleValues.octet(text, 0, "0"))),
            policy -> RuleValues.octet(policy.outer().tos(), "0")),

    /** Outer don't-fragment bit. */
    DF(
        "df", "set|unset|inherit|default",
        "Don't-fragment bit of outer IPv4 packets: set; unset, so that routers may fragment; inherit for the inner " +
        "packet's (not nio). This host never fragments. Default: set.",
            (policy, text) -> policy.outer(policy.outer().dontFragment(RuleValues.word(DontFragment.class, text))),
            policy -> RuleValues.word(policy.outer().dontFragment())),

    /** Multicast groups. */
    GROUP(
        "group", "IP,...|none",
        "Multicast groups to join, which get broadcast, multicast and unknown unicast frames like the remotes of " +
        "--flood (vxlan, libc). Default: none.",
            (policy, text) -> policy.groups(RuleValues.groups(text)),
            policy -> policy.groups().isEmpty() ? "none" : RuleValues.list(policy.groups()));

    private final String label;
    private final String syntax;
    private final String description;
    private final BiConsumer<SegmentPolicy, String> setter;
    private final Function<SegmentPolicy, String> getter;

    SegmentRule(
        final String label,
        final String syntax,
        final String description,
        final BiConsumer<SegmentPolicy, String> setter,
        final Function<SegmentPolicy, String> getter)
    {
        this.label = label;
        this.syntax = syntax;
        this.description = description;
        this.setter = setter;
        this.getter = getter;
    }

    /** @return every rule with its values, for a list of commands. */
    public static String syntaxOfAll()
    {
        return Arrays.stream(values())
            .map(rule -> "[" + rule.label + " " + rule.syntax + "]")
            .collect(Collectors.joining(" "));
    }

    /** @return the values it takes, in the notation of usage texts. */
    public String syntax()
    {
        return syntax;
    }

    /** @return what it does, for people. */
    public String description()
    {
        return description;
    }

    /** @return true if several values may be given, separated by commas. */
    public boolean isList()
    {
        return syntax.contains(",...");
    }

    /** @return true if it is either on or off. */
    public boolean isSwitch()
    {
        return "on|off".equals(syntax);
    }

    /** @return true if it is a rule for outer headers, which an IP network has too. */
    public boolean isOuter()
    {
        return this == TTL || this == TOS || this == DF;
    }

    /**
     * @param policy gets the value.
     * @param text   one of {@link #syntax()}.
     * @throws IllegalArgumentException if it is something else; the message is one line with rule, value and syntax.
     */
    public void set(final SegmentPolicy policy, final String text)
    {
        try
        {
            setter.accept(policy, text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(label + " " + text + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * @param policy any.
     * @return the rule's value in words.
     */
    public String text(final SegmentPolicy policy)
    {
        return getter.apply(policy);
    }

    /** @return its name in options, files and requests. */
    @Override
    public String toString()
    {
        return label;
    }
}
