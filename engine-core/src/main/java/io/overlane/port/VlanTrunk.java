// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.setting.Setting;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One port as several, one for each VLAN on it: the tag of a frame selects the segment, and so the VNI.
 *
 * <pre>
 *                            ┌─ vlan(10) ─── segment of VNI 1010
 *   port ── 802.1Q tag ──────┼─ vlan(20) ─── segment of VNI 1020
 *                            └─ untagged() ─ segment of VNI 1001
 * </pre>
 *
 * <p>The tag is removed, where the frame lies, before the engine sees the frame, and added, with priority 0, when the
 * engine offers one. A tag with a priority only is removed too: its frame counts as untagged. Frames of VLANs without a
 * port here are skipped and counted, as by a network card's VLAN filter.
 *
 * <p>All ports belong to one engine, which polls them in turn on one thread; the trunk itself is polled once a turn.
 * Frames are lent until the next poll of any of the ports. The trunk is closed with the last of them. If ports are
 * added and removed while the engine runs, and one thread polls and another receives, the trunk must be a port that can
 * wake ({@link Port#wakes}), such as {@code WatchedPort}. Each port reports how full the trunk is, and how many frames
 * it refused or overwrote, for all VLANs together.
 */
public final class VlanTrunk
{
    private static final int UNTAGGED = 0;
    private static final int VLAN_ID_MASK = 0xFFF;

    private final Port port;
    private final FrameBatch polled;
    private final @Nullable Branch[] branches = new Branch[VLAN_ID_MASK + 1];
    private @Nullable Branch first;
    private int open;
    /** Of the open ports, those that take no more frames. */
    private int ended;

    // Of the polling thread.
    private final Branch[] waiting;
    private int waitingCount;
    private long turn = 1;
    private volatile long filtered;

    /**
     * @param port       the trunk.
     * @param batchLimit frames that are taken from it at a time.
     */
    public VlanTrunk(final Port port, final int batchLimit)
    {
        this.port = port;
        polled = new FrameBatch(batchLimit);
        polled.reserve(port.slotLength());
        waiting = new Branch[batchLimit];
    }

    /**
     * @param vlanId 1…4094.
     * @return the port of that VLAN, the same until it is closed.
     * @throws IllegalArgumentException if it is out of range.
     */
    public Port vlan(final int vlanId)
    {
        Setting.inRange("vlanId", vlanId, VlanTag.MIN_VLAN_ID, VlanTag.MAX_VLAN_ID);
        return branch(vlanId, port.name() + "." + vlanId);
    }

    /** @return the port of frames without a tag, the same until it is closed. */
    public Port untagged()
    {
        return branch(UNTAGGED, port.name());
    }

    /** @return frames skipped because their VLAN has no port, or one that is not polled; any thread. */
    public long filtered()
    {
        return filtered;
    }

    private synchronized Branch branch(final int vlanId, final String name)
    {
        if (branches[vlanId] == null)
        {
            branches[vlanId] = new Branch(vlanId, name);
            open++;
            first = first == null ? branches[vlanId] : first;
        }
        return branches[vlanId];
    }

    private synchronized void close(final Branch branch)
    {
        if (branches[branch.vlanId] == branch)
        {
            branches[branch.vlanId] = null;
            branch.isClosed = true;
            open--;
            ended -= branch.isEnded ? 1 : 0;
            if (open == 0)
            {
                port.close();
            }
        }
    }

    private synchronized void endInput(final Branch branch)
    {
        if (!branch.isEnded && !branch.isClosed)
        {
            branch.isEnded = true;
            ended++;
            if (isInputOver())
            {
                port.endInput();
            }
        }
    }

    private synchronized boolean isInputOver()
    {
        return ended == open;
    }

    /** Poll the next batch; called by the first port that has its turn again. */
    private void sort()
    {
        turn++;
        polled.clear();
        try
        {
            port.poll(polled, polled.capacity());
        }
        finally
        {
            share();
        }
    }

    /** Give the frames that were polled to their ports, also if the trunk threw after it added them. */
    private void share()
    {
        for (int i = 0; i < polled.size(); i++)
        {
            final Frame frame = polled.get(i);
            final Branch branch = branches[untag(frame)];
            if (branch == null)
            {
                filtered = filtered + 1;
            }
            else
            {
                if (branch.size == 0)
                {
                    waiting[waitingCount++] = branch;
                }
                branch.frames[branch.size++] = frame;
            }
        }
    }

    /** True once every port that is polled has taken all frames that waited for it. */
    private boolean isTurnOver()
    {
        for (int i = waitingCount - 1; i >= 0; i--)
        {
            final Branch branch = waiting[i];
            if (branch.turn != turn)
            {
                filtered = filtered + branch.size - branch.taken;
                branch.clear();
            }
            if (branch.size == 0)
            {
                waiting[i] = waiting[--waitingCount];
            }
        }
        return waitingCount == 0;
    }

    /**
     * Take the tag off a frame and return its VLAN. A frame is untagged if it is no longer than a tag, or has another
     * tag than 802.1Q.
     */
    private static int untag(final Frame frame)
    {
        final int tag = frame.offset() + EthernetHeader.LENGTH;
        if (frame.length() < EthernetHeader.LENGTH + VlanTag.LENGTH ||
            field(frame, frame.offset() + EthernetHeader.ETHER_TYPE_OFFSET) != EtherType.VLAN)
        {
            return UNTAGGED;
        }
        final int vlanId = field(frame, tag) & VLAN_ID_MASK;
        VlanTag.pop(frame, 1);
        return vlanId;
    }

    private static int field(final Frame frame, final int offset)
    {
        return frame.buffer().getShort(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /** One VLAN of the trunk. */
    private final class Branch extends ForwardingPort
    {
        private final int vlanId;
        private final String name;
        private final Frame[] frames = new Frame[polled.capacity()];
        private int size;
        private int taken;
        private long turn;
        private volatile boolean isClosed;
        private boolean isEnded;

        private Branch(final int vlanId, final String name)
        {
            super(VlanTrunk.this.port);
            this.vlanId = vlanId;
            this.name = name;
        }

        private void clear()
        {
            size = 0;
            taken = 0;
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

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            final boolean isAround = turn == VlanTrunk.this.turn;
            if (size == 0 && isAround && isTurnOver())
            {
                sort();
            }
            turn = VlanTrunk.this.turn;
            int count = 0;
            while (count < limit && taken < size)
            {
                batch.add(frames[taken++]);
                count++;
            }
            if (taken == size)
            {
                clear();
            }
            return count;
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            if (vlanId == UNTAGGED)
            {
                port.offer(batch);
                return;
            }
            // Into four bytes of headroom, where the VXLAN header was: nothing of the frame before lies there.
            for (int i = 0; i < batch.size(); i++)
            {
                if (batch.get(i).length() >= EthernetHeader.LENGTH)
                {
                    VlanTag.push(batch.get(i), EtherType.VLAN, vlanId);
                }
            }
            try
            {
                port.offer(batch);
            }
            finally
            {
                for (int i = 0; i < batch.size(); i++)
                {
                    if (batch.get(i).length() >= EthernetHeader.LENGTH)
                    {
                        VlanTag.pop(batch.get(i), 1);
                    }
                }
            }
        }

        /**
         * A thread that waits for one VLAN waits for all, so only the first must be able to wake a thread elsewhere.
         * Each passes the request to the trunk, because the first may be removed.
         */
        @Override
        public boolean wakes(final Runnable wake)
        {
            return port.wakes(wake) || this != first;
        }

        /** The trunk takes frames as long as one of its ports does. */
        @Override
        public void endInput()
        {
            VlanTrunk.this.endInput(this);
        }

        @Override
        public boolean hasInput()
        {
            return taken < size || isInputOver() && port.hasInput();
        }

        @Override
        public boolean isClosed()
        {
            return isClosed || port.isClosed();
        }

        @Override
        public void close()
        {
            VlanTrunk.this.close(this);
        }
    }
}
