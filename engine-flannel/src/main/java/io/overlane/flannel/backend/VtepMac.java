// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.NodeIdentity;
import java.util.Optional;

/**
 * Chooses the MAC address of this node's VTEP. Peers keep permanent entries for it, so it must stay the same after a
 * restart: it is the address that the node has published, or one derived from the node's identity.
 */
public final class VtepMac
{
    private VtepMac()
    {
    }

    /**
     * @param underlay address by which other nodes reach this one.
     * @return the address to set on the device and to publish.
     */
    public static MacAddress choose(
        final Optional<VxlanLeaseData> published,
        final NodeIdentity identity,
        final String device,
        final IpAddress underlay,
        final int vni)
    {
        return published
            .filter(data -> data.matches(vni))
            .map(VxlanLeaseData::vtepMac)
            .orElseGet(() -> identity.mac(device, underlay, vni));
    }
}
