// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Offers frames of one VLAN to the trunk with their tag, and leaves each frame as it was. Two threads at the same time
 * at most.
 */
final class VlanTagger
{
    private static final int MASK_SHIFT = 6;

    private final Port trunk;
    private final Marks first = new Marks();
    private final Marks second = new Marks();
    private final AtomicBoolean isFirstTaken = new AtomicBoolean();

    /** The frames of one batch whose tag got the VLAN and will lose it again. */
    private static final class Marks
    {
        private long[] words = new long[1];

        private void clear(final int frames)
        {
            final int length = (frames >>> MASK_SHIFT) + 1;
            if (words.length < length)
            {
                words = new long[length];
            }
            for (int i = 0; i < length; i++)
            {
                words[i] = 0;
            }
        }

        private void set(final int index)
        {
            words[index >>> MASK_SHIFT] |= 1L << index;
        }

        private boolean isSet(final int index)
        {
            return (words[index >>> MASK_SHIFT] & 1L << index) != 0;
        }
    }

    VlanTagger(final Port trunk)
    {
        this.trunk = trunk;
    }

    /** Offer frames with a tag. */
    void offer(final FrameBatch batch, final int tpid, final int vlanId, final VlanRules rules)
    {
        final Marks marks = tag(batch, tpid, vlanId, rules);
        try
        {
            trunk.offer(batch);
        }
        finally
        {
            untag(batch, marks);
        }
    }

    /** Offer frames without a tag, or with a priority only. */
    void offerUntagged(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.length() >= EthernetHeader.LENGTH)
            {
                final int type = VlanTags.etherType(frame);
                if (VlanTags.isTag(type) && (!VlanTags.isPriorityTag(frame, type) || isStacked(frame)))
                {
                    refuse(frame, DropReason.INNER_VLAN);
                }
                else if (VlanTags.isIsl(frame, type))
                {
                    refuse(frame, DropReason.ISL);
                }
            }
        }
        trunk.offer(batch);
    }

    /**
     * Every frame gets a tag in front, into four bytes of headroom where the VXLAN header was: nothing of the frame
     * before lies there. A frame that is refused gets one, too, so that the tag need not be remembered.
     *
     * @return marks of the frames whose own tag was changed; null if there is none.
     */
    private @Nullable Marks tag(final FrameBatch batch, final int tpid, final int vlanId, final VlanRules rules)
    {
        final VlanPriority priority = rules.priority();
        final boolean carriesTags = rules.carriesTags();
        Marks marks = null;
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.length() < EthernetHeader.LENGTH)
            {
                continue;
            }
            final int type = VlanTags.etherType(frame);
            int control = vlanId;
            if (!VlanTags.isTag(type))
            {
                if (VlanTags.isIsl(frame, type))
                {
                    refuse(frame, DropReason.ISL);
                }
                control = VlanTags.newControl(frame, type, vlanId, priority);
            }
            else if (VlanTags.isPriorityTag(frame, type) &&
                (carriesTags ? priority == VlanPriority.KEEP : !isStacked(frame)))
            {
                marks = marks == null ? take(batch.size()) : marks;
                marks.set(i);
                VlanTags.replace(frame, tpid, VlanTags.control(frame) | vlanId);
                continue;
            }
            else if (!carriesTags)
            {
                refuse(frame, DropReason.INNER_VLAN);
            }
            VlanTag.push(frame, tpid, control);
        }
        return marks;
    }

    private void untag(final FrameBatch batch, final @Nullable Marks marks)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (marks != null && marks.isSet(i))
            {
                VlanTags.replace(frame, EtherType.VLAN, VlanTags.control(frame) & VlanTags.PRIORITY_MASK);
            }
            else if (frame.length() >= EthernetHeader.LENGTH)
            {
                VlanTag.pop(frame, 1);
            }
        }
        if (marks == first)
        {
            isFirstTaken.set(false);
        }
    }

    private Marks take(final int frames)
    {
        final Marks marks = isFirstTaken.compareAndSet(false, true) ? first : second;
        marks.clear(frames);
        return marks;
    }

    private static boolean isStacked(final Frame frame)
    {
        return VlanTags.isTag(VlanTags.etherTypeBehind(frame));
    }

    private static void refuse(final Frame frame, final DropReason reason)
    {
        if (frame.verdict() == DropReason.NONE)
        {
            frame.verdict(reason);
        }
    }
}
