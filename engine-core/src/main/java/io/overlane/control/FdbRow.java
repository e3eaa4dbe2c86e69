// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the FDB, or one of the remotes of an entry that has several.
 *
 * @param mac        of the station or group, or {@link FdbRequest#FLOOD_LIST}.
 * @param kind       of the entry.
 * @param owner      number of the control plane that asked for the entry, or {@link FdbRequest#NO_OWNER}.
 * @param isRouter   whether neighbour advertisements say that it is a router.
 * @param remote     it is behind; null if it is behind a port.
 * @param remoteVni  VNI of frames to the remote, or {@link FdbRequest#SEGMENTS_VNI}.
 * @param port       name of the port it is behind; null if it is behind a remote.
 * @param lastSeenMs time at which a frame last confirmed it, on the engine's clock; 0 if it does not age.
 * @param owners     names of the owners that configured it; empty if it was learned.
 */
public record FdbRow(
    int vni,
    MacAddress mac,
    FdbKind kind,
    int owner,
    boolean isRouter,
    @Nullable Vtep remote,
    int remoteVni,
    @Nullable String port,
    long lastSeenMs,
    List<String> owners)
{
}
