// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

/**
 * Names of the rules in the kernel. They are flannel's, so a node that changes from flannel to Overlane or back leaves
 * no rules behind. A second network on the same host needs a suffix; otherwise each would replace the other's rules.
 *
 * @param suffix empty, or up to 12 letters, digits, {@code _} or {@code -}.
 */
public record RuleNames(String suffix)
{
    /** flannel's own names. */
    public static final RuleNames FLANNEL = new RuleNames("");

    /** Keeps the names of iptables chains within the kernel's limit of 28 characters. */
    private static final int MAX_SUFFIX_LENGTH = 12;

    /** @throws IllegalArgumentException if the suffix is too long or has other characters. */
    public RuleNames
    {
        if (!suffix.matches("[A-Za-z0-9_-]{0," + MAX_SUFFIX_LENGTH + "}"))
        {
            throw new IllegalArgumentException("suffix of firewall rules '" + suffix + "': expected up to " +
                MAX_SUFFIX_LENGTH + " letters, digits, '_' or '-'");
        }
    }

    /** Family and name of the table. */
    String nftTable(final boolean isV4)
    {
        return isV4 ? "ip " + name("flannel-ipv4") : "ip6 " + name("flannel-ipv6");
    }

    String masqueradeChain()
    {
        return name("FLANNEL-POSTRTG");
    }

    String forwardChain()
    {
        return name("FLANNEL-FWD");
    }

    private String name(final String base)
    {
        return suffix.isEmpty() ? base : base + "-" + suffix;
    }
}
