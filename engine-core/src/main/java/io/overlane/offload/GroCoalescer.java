// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.wire.EthernetPayload;

/**
 * Joins received segments that belong together into super-frames for a device that takes them (Linux
 * {@code tcp_gro_receive}, {@code udp_gro_receive}; RFC 1122 asks only that each flow keeps its order).
 *
 * <p>Joined is only what splitting gives back unchanged: same headers, sequence numbers and IPv4 ids that follow each
 * other, equal sizes, and a checksum of its own that is right in every segment. Anything odd passes through alone, as
 * it came, behind what its flow sent before.
 *
 * <p>Every frame takes its place when it comes, and a super-frame has that of its first segment. So frames that are
 * passed on where they lie keep their order, and one whose headroom is the end of the frame before it never reaches
 * the port before that one.
 *
 * <p>Nothing is held back: {@link #flush()} ends every run with the batch it began in.
 */
public final class GroCoalescer
{
    /** Room for a packet of 64 KiB behind an Ethernet header and all VLAN tags that are looked behind. */
    private static final int SLOT_LENGTH = 0xFFFF + EthernetPayload.MAX_LENGTH;

    private final Candidate candidate;
    private final Run[] runs;
    private final FrameSlab slots;
    private final int maxFrames;
    private final Output output;
    private int slotsUsed;
    private int placed;
    private int nextVictim;
    private boolean joinsTcpV4 = true;
    private boolean joinsTcpV6 = true;
    private boolean joinsUdp = true;

    /** Takes frames in the order they are to be handed on. */
    public interface Output
    {
        /**
         * @param frame      a frame as it was received.
         * @param sourceHigh first word of the outer source.
         * @param sourceLow  second word.
         * @param remote     number of the remote.
         * @return its place among those since the last {@link #onFlush()}.
         */
        int onFrame(Frame frame, long sourceHigh, long sourceLow, int remote);

        /**
         * The frame at a place was joined with later ones.
         *
         * @param place      of the first.
         * @param superFrame what is to stand there instead.
         * @param segments   received frames it stands for.
         * @param bytes      their length together.
         */
        void onJoined(int place, Frame superFrame, int segments, int bytes);

        /** Hand on all there is, in order: when this returns its memory is no longer needed. */
        void onFlush();
    }

    /**
     * @param maxRuns    flows that are joined at a time.
     * @param maxSlots   super-frames that are made between two flushes.
     * @param maxFrames  frames the output takes between two flushes.
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     * @param output     takes what is ready.
     */
    public GroCoalescer(
        final int maxRuns, final int maxSlots, final int maxFrames, final boolean isEthernet, final Output output)
    {
        candidate = new Candidate(isEthernet);
        runs = new Run[maxRuns];
        for (int i = 0; i < maxRuns; i++)
        {
            runs[i] = new Run();
        }
        slots = new FrameSlab(maxSlots, SLOT_LENGTH);
        this.maxFrames = maxFrames;
        this.output = output;
    }

    /**
     * Say what may be joined from now on; without a call, everything.
     *
     * @param tcpV4 TCP over IPv4.
     * @param tcpV6 TCP over IPv6.
     * @param udp   UDP over either.
     */
    public void joins(final boolean tcpV4, final boolean tcpV6, final boolean udp)
    {
        joinsTcpV4 = tcpV4;
        joinsTcpV6 = tcpV6;
        joinsUdp = udp;
    }

    /**
     * @param frame      an inner frame; its bytes stay where they are until the next {@link #flush()}.
     * @param sourceHigh first word of the outer source.
     * @param sourceLow  second word.
     * @param remote     number of the remote.
     */
    public void add(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        if (follow(frame, sourceHigh, sourceLow))
        {
            return;
        }
        final int kind = look(frame);
        if (kind >= Candidate.ALONE)
        {
            final Run run = findFlow();
            if (run != null)
            {
                close(run);
            }
        }
        else if (kind == Candidate.ANY_FLOW)
        {
            closeAll();
        }

        if (placed == maxFrames)
        {
            flush();
        }
        final int place = output.onFrame(frame, sourceHigh, sourceLow, remote);
        placed++;
        if (kind == Candidate.JOINABLE && !candidate.isPushed())
        {
            freeRun().open(candidate, place, sourceHigh, sourceLow);
        }
    }

    /** Hand over all that is held, and forget the memory of what was added. */
    public void flush()
    {
        closeAll();
        output.onFlush();
        slotsUsed = 0;
        placed = 0;
    }

    /** Most frames follow one that is here: that is seen at a glance. Those of one flow have one run at most. */
    private boolean follow(final Frame frame, final long sourceHigh, final long sourceLow)
    {
        for (final Run run : runs)
        {
            if (run.isOpen() && run.isNext(frame, sourceHigh, sourceLow))
            {
                if (!run.isChecksumRight(frame) || !findSlot(run))
                {
                    return false;
                }
                append(run, frame);
                return true;
            }
        }
        return false;
    }

    private int look(final Frame frame)
    {
        final int kind = candidate.look(frame);
        if (kind != Candidate.JOINABLE)
        {
            return kind;
        }
        final boolean joinsTcp = candidate.isV4() ? joinsTcpV4 : joinsTcpV6;
        return (candidate.isTcp() ? joinsTcp : joinsUdp) ? kind : Candidate.ALONE;
    }

    /** False if there is none: then everything was handed on, the run's only segment too. */
    private boolean findSlot(final Run run)
    {
        if (run.needsSlot())
        {
            if (slotsUsed == slots.count())
            {
                flush();
                return false;
            }
            run.slot(slots.frame(slotsUsed));
            slotsUsed++;
        }
        return true;
    }

    private void append(final Run run, final Frame frame)
    {
        run.append(frame);
        if (run.isEnded())
        {
            close(run);
        }
    }

    private Run findFlow()
    {
        for (final Run run : runs)
        {
            if (run.isOpen() && run.isSameFlow(candidate))
            {
                return run;
            }
        }
        return null;
    }

    private Run freeRun()
    {
        for (final Run run : runs)
        {
            if (!run.isOpen())
            {
                return run;
            }
        }
        // All busy with other flows: they make room in turn.
        final Run victim = runs[nextVictim];
        nextVictim = (nextVictim + 1) % runs.length;
        close(victim);
        return victim;
    }

    private void closeAll()
    {
        for (final Run run : runs)
        {
            if (run.isOpen())
            {
                close(run);
            }
        }
    }

    private void close(final Run run)
    {
        run.close();
        if (run.segments() > 1)
        {
            output.onJoined(run.place(), run.superFrame(), run.segments(), run.bytes());
        }
    }
}
