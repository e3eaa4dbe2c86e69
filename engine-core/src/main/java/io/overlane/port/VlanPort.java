// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

/** One VLAN of a {@link VlanTrunk} as a port of a segment. */
public interface VlanPort extends Port
{
    /** @return name of the trunk. Any thread. */
    String trunk();

    /** @return identifier of the VLAN, 1…4094; 0 for frames without a tag. Any thread. */
    int vlanId();

    /** @return true if the VLAN has 802.1ad tags, false for 802.1Q tags and for frames without a tag. Any thread. */
    boolean isService();

    /** @return what is done with its frames. Any thread. */
    VlanRules rules();

    /**
     * Change what is done with its frames. Frames that are in the engine meanwhile are treated by the rules before or
     * by those after; none is lost. Any thread.
     */
    void rules(VlanRules rules);
}
