// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.parse.Layer3;
import org.jspecify.annotations.Nullable;

/**
 * Joins received segments that belong together into super-frames for a device that takes them (Linux {@code
 * tcp_gro_receive}, {@code udp_gro_receive}; RFC 1122 asks only that each flow keeps its order).
 *
 * <p>Segments are joined only if splitting the super-frame gives them back unchanged: same headers, sequence numbers
 * and IPv4 ids that follow each other, equal sizes, and a right checksum in every segment. Any other frame stays alone,
 * as it was received, behind the frames that its flow sent before. A frame whose TCP or UDP checksum is unfinished,
 * only the sum of the pseudo header, gets {@link Frame#NEEDS_CHECKSUM}: the device finishes or trusts it.
 *
 * <p>The caller owns the batch. Each frame gets a place in it in the order of arrival, or joins the super-frame at the
 * place of an earlier frame. So frames that are passed on where they lie keep their order, and a frame whose headroom
 * is the end of the frame before it never reaches the port before that one.
 *
 * <p>No frame waits for a later batch: {@link #finish()} ends every flow with the batch it began in.
 */
public final class GroCoalescer
{
    /** The {@code place} of {@link #add} if the batch is full. */
    public static final int NO_PLACE = -1;

    /** A packet of 64 KiB behind an Ethernet header with the most VLAN tags that are parsed. */
    private static final int SLOT_LENGTH = 0xFFFF + Layer3.MAX_OFFSET;

    private final GroFlow[] flows;
    private final int maxSlots;
    /** Made with the first super-frame: it takes a megabyte, and many ports take none. */
    private @Nullable FrameSlab slots;
    /** Looks at the next frame. If the frame begins a super-frame, this object takes the place of a free flow. */
    private GroFlow spare;
    private int slotsUsed;
    private int nextVictim;
    private GroFlow joined;
    private int types = -1;
    private boolean isAcknowledgement;

    /** The next step of the caller with a frame. */
    public enum Verdict
    {
        /** Put the frame at the place that was given. */
        NEW_PLACE,

        /** The frame is part of {@link #superFrame()} now, which belongs at {@link #place()}. */
        JOINED,

        /** There is no room: call {@link #finish()}, hand the batch on, and add the frame again. */
        FLUSH_FIRST
    }

    /**
     * @param maxFlows   flows that are joined at a time.
     * @param maxSlots   super-frames that are made between two calls of {@link #finish()}.
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     */
    public GroCoalescer(final int maxFlows, final int maxSlots, final boolean isEthernet)
    {
        spare = new GroFlow(isEthernet);
        joined = spare;
        flows = new GroFlow[maxFlows];
        for (int i = 0; i < maxFlows; i++)
        {
            flows[i] = new GroFlow(isEthernet);
        }
        this.maxSlots = maxSlots;
    }

    /**
     * Say what may be joined from now on; without a call, everything.
     *
     * @param types a bit for each type of super-frame: {@code 1 << Frame.GSO_TCPV4} and so on.
     */
    public void joins(final int types)
    {
        this.types = types;
    }

    /**
     * @param frame an inner frame; its bytes stay where they are until the batch is handed on. Its offload fields
     *              change if its checksum is unfinished.
     * @param place next free place of the batch, or {@link #NO_PLACE}.
     * @return the caller's next step; never {@link Verdict#FLUSH_FIRST} for the first frame of a batch.
     */
    public Verdict add(final Frame frame, final long sourceHigh, final long sourceLow, final int place)
    {
        // Most frames follow one that is in the batch already; comparing a few words shows it.
        final GroFlow flow = findPredecessor(frame, sourceHigh, sourceLow);
        if (flow != null && flow.isChecksumRight(frame))
        {
            return join(flow, frame);
        }
        if (place == NO_PLACE)
        {
            return Verdict.FLUSH_FIRST;
        }
        final int kind = spare.look(frame);
        isAcknowledgement = kind == GroFlow.ALONE && spare.isAcknowledgement();
        if (kind >= GroFlow.ALONE)
        {
            closeFlowOfSegment();
        }
        else if (kind == GroFlow.ANY_FLOW)
        {
            closeAll();
        }
        if (kind == GroFlow.JOINABLE && !spare.isPushed() && (types >>> spare.gsoType() & 1) != 0)
        {
            final int free = freeFlow();
            spare.open(place, sourceHigh, sourceLow);
            final GroFlow closed = flows[free];
            flows[free] = spare;
            spare = closed;
        }
        return Verdict.NEW_PLACE;
    }

    /** After {@link Verdict#NEW_PLACE}: whether the frame only acknowledges what TCP received. */
    public boolean isAcknowledgement()
    {
        return isAcknowledgement;
    }

    /** After {@link Verdict#JOINED}: the frame that holds all segments, complete after {@link #finish()}. */
    public Frame superFrame()
    {
        return joined.superFrame();
    }

    /** After {@link Verdict#JOINED}: place of the first segment. */
    public int place()
    {
        return joined.place();
    }

    /** Complete all super-frames. They stay as they are until the next call of {@link #add}. */
    public void finish()
    {
        closeAll();
        slotsUsed = 0;
    }

    /** A flow is open at most once, so at most one flow fits. */
    private @Nullable GroFlow findPredecessor(final Frame frame, final long sourceHigh, final long sourceLow)
    {
        for (final GroFlow flow : flows)
        {
            if (flow.isOpen() && flow.isNext(frame, sourceHigh, sourceLow))
            {
                return flow;
            }
        }
        return null;
    }

    private Verdict join(final GroFlow flow, final Frame frame)
    {
        if (flow.needsSlot())
        {
            if (slotsUsed == maxSlots)
            {
                return Verdict.FLUSH_FIRST;
            }
            if (slots == null)
            {
                slots = new FrameSlab(maxSlots, SLOT_LENGTH);
            }
            flow.slot(slots.frame(slotsUsed));
            slotsUsed++;
        }
        flow.append(frame);
        if (flow.isEnded())
        {
            flow.close();
        }
        joined = flow;
        return Verdict.JOINED;
    }

    private void closeFlowOfSegment()
    {
        for (final GroFlow flow : flows)
        {
            if (flow.isOpen() && flow.isSameFlow(spare))
            {
                flow.close();
                return;
            }
        }
    }

    private int freeFlow()
    {
        for (int i = 0; i < flows.length; i++)
        {
            if (!flows[i].isOpen())
            {
                return i;
            }
        }
        // All are busy with other flows, so they make room in turn.
        final int victim = nextVictim;
        nextVictim = (nextVictim + 1) % flows.length;
        flows[victim].close();
        return victim;
    }

    private void closeAll()
    {
        for (final GroFlow flow : flows)
        {
            if (flow.isOpen())
            {
                flow.close();
            }
        }
    }
}
