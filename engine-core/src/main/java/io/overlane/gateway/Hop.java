// SPDX-License-Identifier: Apache-2.0
package io.overlane.gateway;

import io.overlane.routing.RouteTarget;
import org.jspecify.annotations.Nullable;

/**
 * Where a route leads, as the data path needs it.
 *
 * @param kind   one of the constants.
 * @param link   the gateway of the segment that packets leave by; null if they leave by none, or it is not there now.
 * @param high   first word of the next hop of {@link #VIA}.
 * @param low    second word.
 * @param remote number of the remote of {@link #REMOTE}.
 * @param mac    its router MAC.
 * @param target of the configured route; null for routes of gateways.
 */
public record Hop(
    int kind, @Nullable Link link, long high, long low, int remote, long mac, @Nullable RouteTarget target)
{
    /** Dropped without an answer. */
    public static final int BLACKHOLE = 0;

    /** Dropped; the sender gets "network unreachable". */
    public static final int UNREACHABLE = 1;

    /** An address of a gateway. */
    public static final int LOCAL = 2;

    /** A segment whose stations have the destination addresses. */
    public static final int CONNECTED = 3;

    /** A router in a segment. */
    public static final int VIA = 4;

    /** A remote router, through the L3 VNI. */
    public static final int REMOTE = 5;

    static Hop of(final int kind)
    {
        return new Hop(kind, null, 0, 0, 0, 0, null);
    }

    static Hop connected(final Link link)
    {
        return new Hop(CONNECTED, link, 0, 0, 0, 0, null);
    }
}
