// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Layer3;
import io.overlane.wire.VlanTag;

/** What becomes of tagged frames of a port where they may not pass: RFC 7348 §6.1, no tag goes into the tunnel. */
final class EncapTags
{
    private final boolean strips;

    /**
     * @param policy not {@link VlanPolicy#PASS}.
     */
    EncapTags(final VlanPolicy policy)
    {
        strips = policy == VlanPolicy.STRIP;
    }

    /**
     * Take the tags off a frame, or give it its verdict.
     *
     * @param frame  a frame with tags, or one that is too short.
     * @param layer3 what {@link Layer3} says of it.
     * @return what it says of the frame as it is now.
     */
    int judge(final Frame frame, final int layer3)
    {
        if (frame.verdict() != DropReason.NONE || frame.length() < EthernetHeader.LENGTH)
        {
            return layer3;
        }
        if (!strips || layer3 == Layer3.NONE || EtherType.isVlan(Layer3.etherType(layer3)))
        {
            frame.verdict(DropReason.INNER_VLAN);
            return layer3;
        }
        VlanTag.pop(frame, Layer3.tagCount(layer3));
        return Layer3.of(frame, true);
    }
}
