// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Numbered packets from one host to another in one segment, and what became of each. A packet is lost if it has not
 * come {@value #PATIENCE_S} seconds after it was sent; packets sent during a fault that is announced for the flow are
 * counted apart. Any thread may call it.
 */
final class Flow
{
    /** Longer than a busy machine keeps a process from running. */
    private static final int PATIENCE_S = 5;

    /** Packets whose fate is remembered: more than are sent in the patience at any rate that one sender reaches. */
    private static final int SLOTS = 1 << 16;

    private static final byte SENT = 1;
    private static final byte SENT_IN_FAULT = 2;
    private static final byte RECEIVED = 3;
    private static final byte LOST = 4;
    private static final byte LOST_IN_FAULT = 5;

    private final int number;
    private final int segment;
    private final int from;
    private final int to;
    private final byte[] fates = new byte[SLOTS];
    private final long[] sentNs = new long[SLOTS];
    private long next;
    private long nextToJudge;
    private long highest = -1;
    private int faults;
    /** Times at which the packets were sent that were lost outside of faults, by number. */
    private final Map<Long, Long> losses = new TreeMap<>();
    private Counts counts = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

    /** Sends the packet with the number; false if the system did not take it. */
    @FunctionalInterface
    interface Sender
    {
        boolean send(long packet);
    }

    /**
     * Numbers of packets.
     *
     * @param sent       that the system took.
     * @param unsent     that the system did not take outside of faults.
     * @param received   once at least.
     * @param lost       sent outside of faults.
     * @param faultLost  sent during a fault.
     * @param late       that came after they had been counted as lost.
     * @param overtaken  that came after a later packet, outside of faults.
     * @param twice      copies of packets that had come already, outside of faults.
     */
    record Counts(
        long sent, long unsent, long received, long lost, long faultLost, long late, long overtaken, long twice)
    {
        Counts plus(final Counts other)
        {
            return new Counts(sent + other.sent, unsent + other.unsent, received + other.received, lost + other.lost,
                faultLost + other.faultLost, late + other.late, overtaken + other.overtaken, twice + other.twice);
        }

        Counts minus(final Counts other)
        {
            return new Counts(sent - other.sent, unsent - other.unsent, received - other.received, lost - other.lost,
                faultLost - other.faultLost, late - other.late, overtaken - other.overtaken, twice - other.twice);
        }
    }

    Flow(final int number, final int segment, final int from, final int to)
    {
        this.number = number;
        this.segment = segment;
        this.from = from;
        this.to = to;
    }

    int number()
    {
        return number;
    }

    int segment()
    {
        return segment;
    }

    int from()
    {
        return from;
    }

    int to()
    {
        return to;
    }

    boolean touches(final int host)
    {
        return from == host || to == host;
    }

    synchronized void send(final Sender sender, final long nowNs)
    {
        if (next - nextToJudge == SLOTS)
        {
            judge(Long.MAX_VALUE, nextToJudge + 1);
        }
        if (!sender.send(next))
        {
            counts = counts.plus(new Counts(0, faults > 0 ? 0 : 1, 0, 0, 0, 0, 0, 0));
            return;
        }
        final int slot = (int)(next % SLOTS);
        fates[slot] = faults > 0 ? SENT_IN_FAULT : SENT;
        sentNs[slot] = nowNs;
        next++;
        counts = counts.plus(new Counts(1, 0, 0, 0, 0, 0, 0, 0));
    }

    /** Counts a packet that came; false if no such packet was sent lately. */
    synchronized boolean receive(final long packet)
    {
        if (packet < 0 || packet >= next || packet < next - SLOTS)
        {
            return false;
        }
        final int slot = (int)(packet % SLOTS);
        final byte fate = fates[slot];
        final int calm = faults > 0 ? 0 : 1;
        if (fate == RECEIVED)
        {
            counts = counts.plus(new Counts(0, 0, 0, 0, 0, 0, 0, calm));
            return true;
        }
        counts = counts.plus(new Counts(0, 0, 1, fate == LOST ? -1 : 0, fate == LOST_IN_FAULT ? -1 : 0,
            fate >= LOST ? 1 : 0, packet < highest ? calm : 0, 0));
        fates[slot] = RECEIVED;
        losses.remove(packet);
        highest = Math.max(highest, packet);
        return true;
    }

    /** Counts the packets as lost that have not come in time. */
    synchronized void judge(final long nowNs)
    {
        judge(nowNs - TimeUnit.SECONDS.toNanos(PATIENCE_S), next);
    }

    private void judge(final long sentBeforeNs, final long end)
    {
        for (; nextToJudge < end && sentNs[(int)(nextToJudge % SLOTS)] - sentBeforeNs < 0; nextToJudge++)
        {
            final int slot = (int)(nextToJudge % SLOTS);
            if (fates[slot] == SENT)
            {
                fates[slot] = LOST;
                losses.put(nextToJudge, sentNs[slot]);
                counts = counts.plus(new Counts(0, 0, 0, 1, 0, 0, 0, 0));
            }
            else if (fates[slot] == SENT_IN_FAULT)
            {
                fates[slot] = LOST_IN_FAULT;
                counts = counts.plus(new Counts(0, 0, 0, 0, 1, 0, 0, 0));
            }
        }
    }

    /** Tells when each packet was sent that was lost outside of faults since the last call, in seconds since a time. */
    synchronized List<String> takeLosses(final long sinceNs)
    {
        final List<String> lines = new ArrayList<>();
        losses.forEach((packet, lostNs) -> lines.add(String.format(Locale.ROOT, "packet %d of %s was lost, which was " +
            "sent at second %.2f", packet, this, (lostNs - sinceNs) / 1e9)));
        losses.clear();
        return lines;
    }

    /** From now on packets may be lost, until as many calls of {@link #endFault()}. */
    synchronized void beginFault()
    {
        faults++;
    }

    synchronized void endFault()
    {
        faults--;
    }

    /** The number of the next packet. */
    synchronized long next()
    {
        return next;
    }

    /** The highest number that came; -1 before the first. */
    synchronized long highest()
    {
        return highest;
    }

    synchronized Counts counts()
    {
        return counts;
    }

    @Override
    public String toString()
    {
        return "segment " + segment + " from host " + from + " to host " + to;
    }
}
