// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import org.jspecify.annotations.Nullable;

/** A decision about a destination that is kept as long as no table changes. */
final class Adjacency
{
    long high;
    long low;
    /** Sum of the versions of all tables that were asked; each only grows. */
    long version = -1;
    @Nullable Vrf vrf;
    int kind;
    @Nullable Link out;
    long nextMac;
    /**
     * Number of the remote, or {@link RemoteTable#MISSING} if the station is behind a port, or it is not known where.
     */
    int remote;
    /** The port that the station is behind; null if it is behind none. */
    @Nullable Port port;
}
