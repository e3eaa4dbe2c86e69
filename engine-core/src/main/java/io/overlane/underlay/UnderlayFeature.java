// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/** What an underlay may be able to do beyond carrying datagrams; the engine refuses settings that need what is not. */
public enum UnderlayFeature
{
    /** Sets the type of service or traffic class of every datagram as {@link SendBatch#tos(int)} says. */
    TOS,

    /** Sets the congestion bits that come with the type of service, and reads those of what is received. */
    ECN,

    /** Sets the time to live or hop limit of every datagram as {@link SendBatch#ttl(int)} says. */
    TTL,

    /** Sets or clears the don't-fragment bit of every IPv4 datagram as {@link SendBatch#df(int)} says. */
    DONT_FRAGMENT,

    /** Joins multicast groups, and sends to them without hearing itself. */
    MULTICAST,

    /** Drops datagrams of refused sources before they take room in the receive buffer. */
    SOURCE_FILTER
}
