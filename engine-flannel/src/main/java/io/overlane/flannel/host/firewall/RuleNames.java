// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

/**
 * What the rules are called in the kernel: as flannel's, so that a node which changes from one to the other leaves none
 * behind. A second network on the same host needs a suffix, or each would replace the other's rules.
 *
 * @param suffix empty, or up to 12 letters, digits, {@code _} or {@code -}.
 */
public record RuleNames(String suffix)
{
    /** flannel's own names. */
    public static final RuleNames FLANNEL = new RuleNames("");

    /** The kernel's limit for the name of an iptables chain is 28 characters. */
    private static final int MAX_SUFFIX_LENGTH = 12;

    /**
     * @throws IllegalArgumentException if the suffix does not fit.
     */
    public RuleNames
    {
        if (!suffix.matches("[A-Za-z0-9_-]{0," + MAX_SUFFIX_LENGTH + "}"))
        {
            throw new IllegalArgumentException("suffix of firewall rules '" + suffix + "': expected up to " +
                MAX_SUFFIX_LENGTH + " letters, digits, '_' or '-'");
        }
    }

    /** Family and name of a table. */
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
