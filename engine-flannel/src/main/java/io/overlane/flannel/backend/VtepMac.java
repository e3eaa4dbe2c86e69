// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.tun.host.NodeIdentity;
import java.util.Optional;

/**
 * The MAC address of this node's VTEP. Peers keep permanent entries for it, so it must outlive a restart: the one the
 * node has published counts, else one that follows from the node's identity and is the same each time without a file.
 */
public final class VtepMac
{
    private VtepMac()
    {
    }

    /**
     * @param published what this node's lease says now, if there is one.
     * @param identity  of this node.
     * @param device    name of the tunnel's device.
     * @param underlay  the address other nodes reach this one by.
     * @param vni       of the tunnel.
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
