// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.util.List;

/** Keeps the rules in a table of their own, which is replaced in one transaction. */
final class Nftables extends Firewall
{
    private final HostCommand nft;
    private final String table;

    Nftables(final HostCommand nft, final FirewallRules rules, final RuleNames names)
    {
        super(rules);
        this.nft = nft;
        this.table = names.nftTable(rules.isV4());
    }

    @Override
    void apply(final FirewallRules wanted) throws IOException
    {
        run(script(table, wanted));
    }

    @Override
    void removeAll() throws IOException
    {
        // Add the table first, so that deleting it succeeds if it did not exist.
        run("add table " + table + "\ndelete table " + table + "\n");
    }

    /** One transaction, so packets see the old table or the new one. */
    static String script(final String table, final FirewallRules rules)
    {
        final String family = rules.isV4() ? "ip" : "ip6";
        final StringBuilder script = new StringBuilder()
            .append("add table ").append(table).append('\n')
            .append("delete table ").append(table).append('\n')
            .append("table ").append(table).append(" {\n");
        if (rules.masquerade())
        {
            final String mark = FirewallRules.KUBE_PROXY_MARK;
            final String masquerade = rules.fullyRandom() ? "masquerade fully-random" : "masquerade";
            // Numbers, not names: priority 100 is "srcnat", 0 is "filter", which nft before 0.9.1 does not know.
            script.append("  chain postrtg {\n    type nat hook postrouting priority 100; policy accept;\n")
                .append("    meta mark & ").append(mark).append(" == ").append(mark).append(" return\n");
            for (final FirewallRules.Match match : rules.masqueradeMatches())
            {
                script.append("    ").append(family).append(" saddr ").append(match.notSource() ? "!= " : "")
                    .append(match.source()).append(' ')
                    .append(family).append(" daddr ").append(match.notDestination() ? "!= " : "")
                    .append(match.destination()).append(' ')
                    .append(match.masquerade() ? masquerade : "return").append('\n');
            }
            script.append("  }\n");
        }
        if (rules.forward())
        {
            script.append("  chain forward {\n    type filter hook forward priority 0; policy accept;\n")
                .append("    ").append(family).append(" saddr ").append(rules.network()).append(" accept\n")
                .append("    ").append(family).append(" daddr ").append(rules.network()).append(" accept\n  }\n");
        }
        return script.append("}\n").toString();
    }

    /** Empty if the table does not exist. */
    @Override
    String present() throws IOException
    {
        final HostCommand.Result result = nft.tryRun("", List.of(("-s list table " + table).split(" ")));
        return result.status() == 0 ? result.output() : "";
    }

    private void run(final String script) throws IOException
    {
        nft.run(script, List.of("-f", "-"));
    }
}
