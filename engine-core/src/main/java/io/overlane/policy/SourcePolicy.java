// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

/** From which outer source addresses datagrams are accepted. Source ports are never looked at: they vary by flow. */
public enum SourcePolicy
{
    /** From anywhere, as Linux does. Whoever reaches the UDP port can inject frames. */
    ANY,

    /**
     * Only from remotes configured for the same segment: those in its flood list and behind its configured FDB entries.
     * What was learned does not count: a source is judged before it can teach, so learning could only keep alive what
     * was taken out of the configuration. In the IP network: from remotes that have a route.
     */
    KNOWN,

    /** Only from the prefixes given. Of a VXLAN segment. */
    LISTED,

    /** As {@link #KNOWN}, and in the IP network the inner source must be routed to that same address. */
    ROUTED
}
