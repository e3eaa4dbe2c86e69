// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.wire.Checksum;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.Layer3;
import io.overlane.wire.VlanTag;

/** Whether a port's frame may go on: it has no verdict yet, a header, and is no longer than the port's MTU allows. */
final class EncapCheck
{
    private final int longestFrame;

    /**
     * @param portMtu the largest IP packet the port may send, in bytes.
     */
    EncapCheck(final int portMtu)
    {
        longestFrame = portMtu + EthernetHeader.LENGTH;
    }

    /** Of a frame and what {@link Layer3} says of it; its checksum is complete after {@link DropReason#NONE}. */
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
        if (isOversize(length, layer3))
        {
            return DropReason.OVERSIZE;
        }
        return (frame.flags() & Frame.NEEDS_CHECKSUM) != 0 ? Checksum.complete(frame) : DropReason.NONE;
    }

    /** Of a super-frame, but for how long its segments are. */
    DropReason superFrame(final Frame frame)
    {
        return frame.verdict() == DropReason.NONE && frame.length() < EthernetHeader.LENGTH ?
            DropReason.INNER_TOO_SHORT :
            frame.verdict();
    }

    /** One VLAN tag is no part of the IP packet that the MTU limits. */
    boolean isOversize(final int length, final int layer3)
    {
        return length > longestFrame &&
            (length > longestFrame + VlanTag.LENGTH || Layer3.offset(layer3) == EthernetHeader.LENGTH);
    }
}
