// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * A feature of an underlay beyond carrying datagrams; the engine refuses settings that need a feature its underlay
 * lacks.
 */
public enum UnderlayFeature
{
    /** Sets the type of service or traffic class of every datagram to {@link SendBatch#tos(int)}. */
    TOS,

    /** Sets the congestion bits, which are part of the type of service, and reports those of received datagrams. */
    ECN,

    /** Sets the time to live or hop limit of every datagram to {@link SendBatch#ttl(int)}. */
    TTL,

    /** Sets or clears the don't-fragment bit of every IPv4 datagram, see {@link SendBatch#df(int)}. */
    DONT_FRAGMENT,

    /** Joins multicast groups, and does not receive the datagrams it sends to them. */
    MULTICAST,

    /** Drops datagrams of refused sources before they take room in the receive buffer. */
    SOURCE_FILTER
}
