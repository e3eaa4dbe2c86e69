// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.setting.Setting;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import org.jspecify.annotations.Nullable;

/**
 * One port as several, one for each VLAN on it: the tag of a frame selects the segment, and so the VNI.
 *
 * <pre>
 *                            ┌─ vlan(10) ──────── segment of VNI 1010
 *   port ── 802.1Q tag ──────┼─ vlan(20) ──────── segment of VNI 1020
 *        ── 802.1ad tag ─────┼─ serviceVlan(5) ── segment of VNI 1005
 *                            └─ untagged() ────── segment of VNI 1001
 * </pre>
 *
 * <p>The tag is removed, where the frame lies, before the engine sees the frame, and added when the engine offers one;
 * {@link VlanRules} say what becomes of priorities and of further tags. A tag with a priority only is removed too: its
 * frame counts as untagged.
 *
 * <p>A frame that selects no segment never enters one. The engine counts it as dropped, without a VNI: as {@code
 * unknown-vlan} if its VLAN has no port here, as {@code service-tag} for an 802.1ad tag without a port (also for a tag
 * of one of the types before 802.1ad, 0x9100…0x9300), as {@code isl} for a frame of Cisco's ISL. A frame with a second
 * tag behind that of its VLAN is dropped as {@code stacked-vlan}.
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
    private static final int VLANS = VlanTags.VLAN_ID_MASK + 1;

    private final Port port;
    private final VlanTagger tagger;
    private final FrameBatch polled;
    /** By VLAN identifier, first those with 802.1Q tags, then those with 802.1ad tags. */
    private final @Nullable VlanBranch[] branches = new VlanBranch[2 * VLANS];
    private @Nullable VlanBranch first;
    private int open;
    /** Of the open ports, those that take no more frames. */
    private int ended;
    /** How many holders keep the trunk open without a port. */
    private int holders;

    // Of the polling thread.
    private final VlanBranch[] waiting;
    private int waitingCount;
    private long turn = 1;
    /** Frames that select no segment, with their verdict, until one of the ports returns them. */
    private final Frame[] strangers;
    private int strangersTaken;
    private int strangerCount;

    /**
     * @param port       the trunk.
     * @param batchLimit frames that are taken from it at a time.
     */
    public VlanTrunk(final Port port, final int batchLimit)
    {
        this.port = port;
        tagger = new VlanTagger(port);
        polled = new FrameBatch(batchLimit);
        polled.reserve(port.slotLength());
        waiting = new VlanBranch[batchLimit];
        strangers = new Frame[batchLimit];
    }

    /**
     * @param vlanId 1…4094.
     * @return the port of that VLAN, the same until it is closed; with {@link VlanRules#DEFAULT} if it is new.
     * @throws IllegalArgumentException if it is out of range.
     */
    public VlanPort vlan(final int vlanId)
    {
        return branch(checked(vlanId), port.name() + "." + vlanId, null);
    }

    /**
     * @param vlanId 1…4094.
     * @param rules  for its frames, also if the port exists.
     * @return the port of that VLAN, the same until it is closed.
     * @throws IllegalArgumentException if it is out of range.
     */
    public VlanPort vlan(final int vlanId, final VlanRules rules)
    {
        return branch(checked(vlanId), port.name() + "." + vlanId, Setting.notNull("rules", rules));
    }

    /**
     * @param vlanId of the 802.1ad tag, 1…4094.
     * @param rules  for its frames, also if the port exists; they mostly carry tags.
     * @return the port of that service VLAN, the same until it is closed.
     * @throws IllegalArgumentException if it is out of range.
     */
    public VlanPort serviceVlan(final int vlanId, final VlanRules rules)
    {
        return branch(VLANS + checked(vlanId), port.name() + ".s" + vlanId, Setting.notNull("rules", rules));
    }

    /** @return the port of frames without a tag, the native VLAN of the trunk; the same until it is closed. */
    public VlanPort untagged()
    {
        return branch(UNTAGGED, port.name(), null);
    }

    /**
     * @param rules of which only {@link VlanPriority#KEEP} has a meaning for frames without a tag.
     * @return the port of frames without a tag, the native VLAN of the trunk; the same until it is closed.
     */
    public VlanPort untagged(final VlanRules rules)
    {
        return branch(UNTAGGED, port.name(), Setting.notNull("rules", rules));
    }

    /**
     * Keep the trunk open while all its ports may be replaced by others. No port is needed meanwhile, and nobody polls
     * the trunk then.
     *
     * @return ends this; the trunk is closed then if it has no port. Call it once.
     */
    public Runnable keepOpen()
    {
        synchronized (this)
        {
            holders++;
        }
        return () ->
        {
            synchronized (this)
            {
                holders--;
                closeIfUnused();
            }
        };
    }

    private static int checked(final int vlanId)
    {
        return Setting.inRange("vlanId", vlanId, VlanTag.MIN_VLAN_ID, VlanTag.MAX_VLAN_ID);
    }

    private synchronized VlanBranch branch(final int key, final String name, final @Nullable VlanRules rules)
    {
        VlanBranch branch = branches[key];
        if (branch == null)
        {
            branch = new VlanBranch(this, port, key, name, polled.capacity());
            branches[key] = branch;
            open++;
            first = first == null ? branch : first;
        }
        if (rules != null)
        {
            branch.rules(rules);
        }
        return branch;
    }

    synchronized void close(final VlanBranch branch)
    {
        if (branches[branch.key()] == branch)
        {
            branches[branch.key()] = null;
            open--;
            ended -= branch.onClose() ? 1 : 0;
            closeIfUnused();
        }
    }

    private void closeIfUnused()
    {
        if (open == 0 && holders == 0)
        {
            port.close();
        }
    }

    synchronized void endInput(final VlanBranch branch)
    {
        if (branch.onEnd())
        {
            ended++;
            if (ended == open && holders == 0)
            {
                port.endInput();
            }
        }
    }

    /** Whether frames wait after the input of all ports has ended. */
    synchronized boolean hasLastInput()
    {
        return ended == open && holders == 0 && (strangerCount > 0 || port.hasInput());
    }

    boolean isFirst(final VlanBranch branch)
    {
        return branch == first;
    }

    /** Offer frames of a VLAN to the trunk. */
    void offer(final FrameBatch batch, final int key, final VlanRules rules)
    {
        if (key == UNTAGGED)
        {
            tagger.offerUntagged(batch);
        }
        else
        {
            tagger.offer(
                batch, isService(key) ? EtherType.SERVICE_VLAN : EtherType.VLAN, key & VlanTags.VLAN_ID_MASK, rules);
        }
    }

    static boolean isService(final int key)
    {
        return key >= VLANS;
    }

    /**
     * Take the strangers into the batch, after polling the trunk if all ports had their turn. Polling thread.
     *
     * @param isEmpty true if no frames wait for the port that is polled.
     * @return their number; 0 if none wait, and the port that is polled has its turn now.
     */
    int turn(final VlanBranch poller, final boolean isEmpty, final FrameBatch batch, final int limit)
    {
        if (isEmpty && poller.hadTurn(turn) && isTurnOver())
        {
            sort(poller);
        }
        poller.takeTurn(turn);
        return strangerCount == 0 ? 0 : takeStrangers(batch, limit);
    }

    /** Poll the next batch; called by the first port that has its turn again. */
    private void sort(final VlanBranch poller)
    {
        turn++;
        polled.clear();
        try
        {
            port.poll(polled, polled.capacity());
        }
        finally
        {
            share(poller);
        }
    }

    /** Give the frames that were polled to their ports, also if the trunk threw after it added them. */
    private void share(final VlanBranch poller)
    {
        for (int i = 0; i < polled.size(); i++)
        {
            final Frame frame = polled.get(i);
            // A frame that has a verdict already is nothing but a report.
            final VlanBranch branch = frame.verdict() == DropReason.NONE ? select(frame) : poller;
            if (branch == null)
            {
                strangers[strangerCount++] = frame;
            }
            else if (branch.add(frame))
            {
                waiting[waitingCount++] = branch;
            }
        }
    }

    /** True once every port that is polled has taken all frames that waited for it. */
    private boolean isTurnOver()
    {
        for (int i = waitingCount - 1; i >= 0; i--)
        {
            final VlanBranch branch = waiting[i];
            if (!branch.hadTurn(turn))
            {
                forsake(branch);
            }
            if (branch.isEmpty())
            {
                waiting[i] = waiting[--waitingCount];
            }
        }
        return waitingCount == 0 && strangerCount == 0;
    }

    /** Nobody polls this port, so its segment is gone, or not there yet. */
    private void forsake(final VlanBranch branch)
    {
        while (!branch.isEmpty())
        {
            strangers[strangerCount++] = branch.take().verdict(DropReason.UNKNOWN_VLAN);
        }
    }

    /** Take the tag off a frame and return the port of its VLAN; null, and a verdict in the frame, if there is none. */
    private @Nullable VlanBranch select(final Frame frame)
    {
        if (frame.length() < EthernetHeader.LENGTH)
        {
            return known(UNTAGGED, frame, DropReason.UNKNOWN_VLAN);
        }
        final int type = VlanTags.etherType(frame);
        if (!VlanTags.isTag(type))
        {
            return VlanTags.isIsl(frame, type) ?
                stranger(frame, DropReason.ISL) :
                known(UNTAGGED, frame, DropReason.UNKNOWN_VLAN);
        }
        if (frame.length() < VlanTags.TAGGED_LENGTH)
        {
            return stranger(frame, DropReason.UNKNOWN_VLAN);
        }
        final int control = VlanTags.control(frame);
        final int vlanId = control & VlanTags.VLAN_ID_MASK;
        final VlanBranch branch =
            type == EtherType.VLAN ? known(vlanId, frame, DropReason.UNKNOWN_VLAN) :
            type == EtherType.SERVICE_VLAN ? known(VLANS + vlanId, frame, DropReason.SERVICE_TAG) :
            stranger(frame, DropReason.SERVICE_TAG);
        if (branch != null)
        {
            branch.untag(frame, control);
        }
        return branch;
    }

    private @Nullable VlanBranch known(final int key, final Frame frame, final DropReason otherwise)
    {
        final VlanBranch branch = branches[key];
        return branch == null ? stranger(frame, otherwise) : branch;
    }

    private static @Nullable VlanBranch stranger(final Frame frame, final DropReason reason)
    {
        frame.verdict(reason);
        return null;
    }

    private int takeStrangers(final FrameBatch batch, final int limit)
    {
        int count = 0;
        while (count < limit && strangersTaken < strangerCount)
        {
            batch.add(strangers[strangersTaken++]);
            count++;
        }
        if (strangersTaken == strangerCount)
        {
            strangersTaken = 0;
            strangerCount = 0;
        }
        return count;
    }
}
