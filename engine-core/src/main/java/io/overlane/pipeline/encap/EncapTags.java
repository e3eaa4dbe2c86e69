// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.policy.VlanPolicy;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.EthernetPayload;
import io.overlane.wire.VlanTag;

/** What becomes of tagged frames of a port where they may not pass: RFC 7348 §6.1, no tag goes into the tunnel. */
final class EncapTags
{
    private final boolean strips;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final EthernetPayload payload = new EthernetPayload();

    /**
     * @param policy not {@link VlanPolicy#PASS}.
     */
    EncapTags(final VlanPolicy policy)
    {
        strips = policy == VlanPolicy.STRIP;
    }

    /** Take tags off, or give frames that have one their verdict. */
    void judge(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE && frame.length() >= EthernetHeader.LENGTH && EtherType.isVlan(
                ethernet.wrap(frame.buffer(), frame.offset(), frame.length()).etherType()))
            {
                payload.wrap(frame.buffer(), frame.offset(), frame.length());
                final boolean isWhole = payload.check() == DropReason.NONE && !EtherType.isVlan(payload.etherType());
                if (isWhole && strips)
                {
                    VlanTag.pop(frame, payload.tagCount());
                }
                else
                {
                    frame.verdict(DropReason.INNER_VLAN);
                }
            }
        }
    }
}
