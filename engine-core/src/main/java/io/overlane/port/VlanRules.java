// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.setting.Setting;

/**
 * What a {@link VlanTrunk} does with the frames of one VLAN.
 *
 * @param priority    of the frames.
 * @param carriesTags whether a frame may have further tags behind the one that selects the VLAN: then these stay in the
 *                    frame, in both directions. Else such a frame is dropped as {@code stacked-vlan}, and a frame for
 *                    the trunk that has a tag is dropped as {@code inner-vlan}.
 */
public record VlanRules(VlanPriority priority, boolean carriesTags)
{
    /** No priority, and no further tags. */
    public static final VlanRules DEFAULT = new VlanRules(VlanPriority.of(0), false);

    public VlanRules
    {
        Setting.notNull("priority", priority);
    }
}
