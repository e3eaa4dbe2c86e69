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
 * @param isRouter   whether neighbour advertisements say that it is a router.
 * @param remote     it is behind; null if it is behind a port.
 * @param remoteVni  VNI of frames to the remote; null if that is the VNI of the segment, and for a port.
 * @param port       name of the port it is behind; null if it is behind a remote.
 * @param lastSeenMs time at which a frame last confirmed it, on the engine's clock; 0 if it does not age.
 * @param owners     names of the owners that configured it; {@code control plane N} is the one that asked for it by
 *                   number. Empty if it was learned.
 */
public record FdbRow(
    int vni,
    MacAddress mac,
    FdbKind kind,
    boolean isRouter,
    @Nullable Vtep remote,
    @Nullable Integer remoteVni,
    @Nullable String port,
    long lastSeenMs,
    List<String> owners)
{
}
