// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;

/**
 * Whether a port's frame may be sent: the port gave it no verdict, it has a header, it has no VLAN tag where none may
 * enter the tunnel (RFC 7348 §6.1), and it is no longer than the port's MTU allows.
 */
final class EncapCheck
{
    private final int longestFrame;
    private final VlanPolicy vlan;

    EncapCheck(final int portMtu, final VlanPolicy vlan)
    {
        longestFrame = portMtu + EthernetHeader.LENGTH;
        this.vlan = vlan;
    }

    /**
     * Take the tags off a frame, or give it its verdict, if its tags may not pass.
     *
     * @param frame  a frame with tags, or one that is too short.
     * @param layer3 the frame's {@link Layer3}.
     * @return the same for the frame as it is now.
     */
    int tags(final Frame frame, final int layer3)
    {
        if (vlan == VlanPolicy.PASS || frame.verdict() != DropReason.NONE || frame.length() < EthernetHeader.LENGTH)
        {
            return layer3;
        }
        if (vlan == VlanPolicy.DROP || layer3 == Layer3.NONE || EtherType.isVlan(Layer3.etherType(layer3)))
        {
            frame.verdict(DropReason.INNER_VLAN);
            return layer3;
        }
        VlanTag.pop(frame, Layer3.tagCount(layer3));
        return Layer3.of(frame, true);
    }

    /** The verdict on a frame; the checksum of an ordinary one is complete after {@link DropReason#NONE}. */
    DropReason frame(final Frame frame, final int layer3)
    {
        final int length = frame.length();
        if (frame.verdict() != DropReason.NONE)
        {
            return frame.verdict();
        }
        if (length < EthernetHeader.LENGTH)
        {
            return DropReason.INNER_TOO_SHORT;
        }
        if (frame.gsoType() != Frame.GSO_NONE)
        {
            return DropReason.NONE;
        }
        if (isOversize(length, layer3))
        {
            return DropReason.OVERSIZE;
        }
        return (frame.flags() & Frame.NEEDS_CHECKSUM) != 0 ? Checksum.complete(frame) : DropReason.NONE;
    }

    /** One VLAN tag is not part of the IP packet that the MTU limits. */
    boolean isOversize(final int length, final int layer3)
    {
        return length > longestFrame &&
            (length > longestFrame + VlanTag.LENGTH || Layer3.offset(layer3) == EthernetHeader.LENGTH);
    }
}
