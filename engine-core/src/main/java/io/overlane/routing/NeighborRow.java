// SPDX-License-Identifier: Apache-2.0
package io.overlane.routing;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;

/**
 * A neighbour of a segment.
 *
 * @param mac       its MAC address.
 * @param isLearned true if the gateway learned it from ARP or neighbour discovery, false if it was configured.
 * @param ageNs     time since the neighbour was last heard of, in nanoseconds, to about a second; 0 if it was
 *                  configured.
 */
public record NeighborRow(int vni, IpAddress address, MacAddress mac, boolean isLearned, long ageNs)
{
}
