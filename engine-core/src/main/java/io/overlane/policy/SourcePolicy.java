// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/** From which outer source addresses datagrams are accepted. Source ports are never checked: they vary by flow. */
public enum SourcePolicy
{
    /** From anywhere, as Linux does. Everybody who can send to the UDP port can inject frames. */
    ANY,

    /**
     * Only from remotes configured for the same segment: those in its flood list and in its configured FDB entries.
     * Learned remotes do not count: a source is checked before it is learned, so they could only be remotes that were
     * removed from the configuration. In the IP network: from remotes that have a route.
     */
    KNOWN,

    /** Only from the given prefixes. For VXLAN segments. */
    LISTED,

    /** As {@link #KNOWN}, and in the IP network the route of the inner source must lead to that same address. */
    ROUTED
}
