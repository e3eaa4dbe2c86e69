// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;

/**
 * An entry of the FDB, or one of the remotes of an entry that has several, as it is shown to people.
 *
 * @param vni        of the segment.
 * @param mac        of the station or group, or {@link FdbRequest#EVERYTHING_ELSE}.
 * @param kind       of {@link FdbEntry}.
 * @param owner      of the entry.
 * @param isRouter   whether neighbour advertisements say that it is a router.
 * @param remote     where it is.
 * @param remoteVni  the VNI frames go to the remote with, or {@link RemoteTable#SEGMENTS_VNI}.
 * @param lastSeenMs when a frame last confirmed it, on the engine's clock; 0 for what does not age.
 */
public record FdbRow(
    int vni,
    MacAddress mac,
    int kind,
    int owner,
    boolean isRouter,
    Vtep remote,
    int remoteVni,
    long lastSeenMs)
{
}
