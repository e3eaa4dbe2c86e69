// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import org.jspecify.annotations.Nullable;

/** Where packets to a destination go: a decision that is kept as long as no table changes. */
final class Adjacency
{
    /** The destination. */
    long high;
    long low;
    @Nullable Vrf vrf;
    /** Sum of the versions of all tables that were asked; each only grows. */
    long version = -1;

    /** Gateway of the segment that the packets leave by; null if they leave in the L3 VNI. */
    @Nullable Link out;
    /** Longest packet, in bytes. */
    int mtu;
    /** MAC of the next hop, or router MAC of the remote. */
    long nextMac;
    /** Our MAC there. */
    long ownMac;
    /**
     * Number of the remote, or {@link RemoteTable#MISSING} if the station is behind a port, or it is not known where.
     */
    int remote;
    /** The port that the station is behind; null if it is behind none. */
    @Nullable Port port;
}
