package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;

/**
 * Joins received segments that belong together into super-frames for a device that takes them (Linux
 * {@code tcp_gro_receive}, {@code udp_gro_receive}; RFC 1122 asks only that each flow keeps its order).
 *
 * <p>Joined is only what splitting gives back unchanged: same headers, sequence numbers and IPv4 ids that follow each
 * other, equal sizes, and a checksum of its own that is right in every segment. Anything odd passes through alone, as
 * it came, behind what its flow sent before. A frame that is of no TCP or UDP flow keeps no order with those.
 *
 * <p>Nothing is held back: {@link #flush()} ends every run with the batch it began in.
 */
public final class GroCoalescer
{
    /** Room for a packet of 64 KiB behind an Ethernet header and two VLAN tags. */
    private static final int SLOT_LENGTH = 0xFFFF + 22;

    private final Candidate candidate;
    private final Run[] runs;
    private final FrameSlab slots;
    private final Output output;
    private int slotsUsed;
    private boolean joinsTcpV4 = true;
    private boolean joinsTcpV6 = true;
    private boolean joinsUdp = true;

    /** Takes what is ready. */
    public interface Output
    {
        /**
         * @param frame      a frame as it was received, or a super-frame.
         * @param sourceHigh first word of the outer source.
         * @param sourceLow  second word.
         * @param remote     number of the remote.
         * @param segments   received frames it stands for.
         * @param bytes      their length together.
         */
        void onFrame(Frame frame, long sourceHigh, long sourceLow, int remote, int segments, int bytes);

        /** Every frame handed over so far must be done with when this returns: their memory is needed. */
        void onSlotsUsed();
    }

    /**
     * @param maxRuns    flows that are joined at a time.
     * @param maxSlots   super-frames that are made between two flushes of the output.
     * @param isEthernet true if frames begin with an Ethernet header, false for IP.
     * @param output     takes what is ready.
     */
    public GroCoalescer(final int maxRuns, final int maxSlots, final boolean isEthernet, final Output output)
    {
        candidate = new Candidate(isEthernet);
        runs = new Run[maxRuns];
        for (int i = 0; i < maxRuns; i++)
        {
            runs[i] = new Run();
        }
        slots = new FrameSlab(Math.max(maxSlots, maxRuns), SLOT_LENGTH);
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
        final int kind = look(frame);
        if (kind >= Candidate.ALONE)
        {
            final Run run = findFlow();
            if (run != null)
            {
                if (kind == Candidate.JOINABLE && run.isNext(candidate))
                {
                    append(run);
                    return;
                }
                emit(run);
            }
            if (kind == Candidate.JOINABLE)
            {
                freeRun().open(candidate, sourceHigh, sourceLow, remote);
                return;
            }
        }
        else if (kind == Candidate.ANY_FLOW)
        {
            emitAll();
        }
        output.onFrame(frame, sourceHigh, sourceLow, remote, 1, frame.length());
    }

    /** Hand over all that is held, and forget the memory of what was added. */
    public void flush()
    {
        emitAll();
        output.onSlotsUsed();
        slotsUsed = 0;
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

    private void append(final Run run)
    {
        if (run.needsSlot())
        {
            if (slotsUsed == slots.count())
            {
                emitAllBut(run);
                output.onSlotsUsed();
                slotsUsed = 0;
            }
            run.slot(slots.frame(slotsUsed));
            slotsUsed++;
        }
        run.append(candidate);
        if (run.isEnded())
        {
            emit(run);
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
        // All busy with other flows: the first makes room.
        emit(runs[0]);
        return runs[0];
    }

    private void emitAll()
    {
        emitAllBut(null);
    }

    private void emitAllBut(final Run kept)
    {
        for (final Run run : runs)
        {
            if (run.isOpen() && run != kept)
            {
                emit(run);
            }
        }
    }

    private void emit(final Run run)
    {
        output.onFrame(
            run.close(), run.sourceHigh(), run.sourceLow(), run.remote(), run.segments(), run.bytes());
    }
}
