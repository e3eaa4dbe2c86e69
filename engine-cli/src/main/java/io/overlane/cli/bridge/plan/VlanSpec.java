// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.wire.VlanTag;

/**
 * A VLAN of a device.
 *
 * @param id        1…4094.
 * @param isService true for 802.1ad tags, false for 802.1Q tags.
 */
public record VlanSpec(int id, boolean isService)
{
    public VlanSpec
    {
        BridgePlanner.require(id >= VlanTag.MIN_VLAN_ID && id <= VlanTag.MAX_VLAN_ID,
            "--vlan " + id + ": outside " + VlanTag.MIN_VLAN_ID + "..." + VlanTag.MAX_VLAN_ID);
    }

    /** @return the number, and the protocol unless it is 802.1Q. */
    @Override
    public String toString()
    {
        return id + (isService ? " (802.1ad)" : "");
    }
}
