// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.setting.Setting;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.VlanTag;

/** One VLAN of a {@link VlanTrunk}, with the frames that wait for it until the polling thread takes them. */
final class VlanBranch extends ForwardingPort implements VlanPort
{
    private final VlanTrunk trunk;
    private final int key;
    private final String name;
    private volatile VlanRules rules = VlanRules.DEFAULT;

    // Of the polling thread.
    private final Frame[] frames;
    private int size;
    private int taken;
    private long turn;

    private volatile boolean isClosed;
    /** Guarded by the trunk. */
    private boolean isEnded;

    /**
     * @param port     the port of the trunk.
     * @param key      0 for frames without a tag.
     * @param capacity frames that the trunk polls at a time.
     */
    VlanBranch(final VlanTrunk trunk, final Port port, final int key, final String name, final int capacity)
    {
        super(port);
        this.trunk = trunk;
        this.key = key;
        this.name = name;
        frames = new Frame[capacity];
    }

    int key()
    {
        return key;
    }

    /** The answer is whether the port is the first one to end its input, or was closed before. Guarded by the trunk. */
    boolean onEnd()
    {
        final boolean isNew = !isEnded && !isClosed;
        isEnded |= isNew;
        return isNew;
    }

    /** Whether the input had ended before. Guarded by the trunk. */
    boolean onClose()
    {
        isClosed = true;
        return isEnded;
    }

    /** Whether the port has been polled since the trunk was. */
    boolean hadTurn(final long ofTrunk)
    {
        return turn == ofTrunk;
    }

    void takeTurn(final long ofTrunk)
    {
        turn = ofTrunk;
    }

    boolean isEmpty()
    {
        return size == 0;
    }

    /** Let a frame wait; true if it is the first that waits. */
    boolean add(final Frame frame)
    {
        frames[size++] = frame;
        return size == 1;
    }

    /** The next frame that waits. */
    Frame take()
    {
        final Frame frame = frames[taken++];
        if (taken == size)
        {
            size = 0;
            taken = 0;
        }
        return frame;
    }

    /** Take off the tag that selected this VLAN, or give the frame a verdict. */
    void untag(final Frame frame, final int control)
    {
        final VlanRules now = rules;
        if (VlanTags.isTag(VlanTags.etherTypeBehind(frame)) && (key == 0 || !now.carriesTags()))
        {
            frame.verdict(DropReason.STACKED_VLAN);
        }
        else if (now.priority() == VlanPriority.KEEP && (control & VlanTags.PRIORITY_MASK) != 0)
        {
            VlanTags.replace(frame, EtherType.VLAN, control & VlanTags.PRIORITY_MASK);
        }
        else
        {
            VlanTag.pop(frame, 1);
        }
    }

    @Override
    public String trunk()
    {
        return port.name();
    }

    @Override
    public int vlanId()
    {
        return key & VlanTags.VLAN_ID_MASK;
    }

    @Override
    public boolean isService()
    {
        return VlanTrunk.isService(key);
    }

    @Override
    public VlanRules rules()
    {
        return rules;
    }

    @Override
    public void rules(final VlanRules rules)
    {
        this.rules = Setting.notNull("rules", rules);
    }

    @Override
    public String name()
    {
        return name;
    }

    /** The trunk has the memory of all frames. */
    @Override
    public int slotLength()
    {
        return 0;
    }

    /** Frames that select no segment come alone. */
    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        final int strangers = trunk.turn(this, size == 0, batch, limit);
        if (strangers > 0)
        {
            return strangers;
        }
        int count = 0;
        while (count < limit && size > 0)
        {
            batch.add(take());
            count++;
        }
        return count;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        trunk.offer(batch, key, rules);
    }

    /**
     * A thread that waits for one VLAN waits for all, so only the first must be able to wake a thread elsewhere. Each
     * passes the request to the trunk, because the first may be removed.
     */
    @Override
    public boolean wakes(final Runnable wake)
    {
        return port.wakes(wake) || !trunk.isFirst(this);
    }

    /** The trunk takes frames as long as one of its ports does. */
    @Override
    public void endInput()
    {
        trunk.endInput(this);
    }

    @Override
    public boolean hasInput()
    {
        return size > 0 || trunk.hasLastInput();
    }

    @Override
    public boolean isClosed()
    {
        return isClosed || port.isClosed();
    }

    @Override
    public void close()
    {
        trunk.close(this);
    }
}
