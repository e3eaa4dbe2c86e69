// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

/**
 * The end of a ring at which an engine offers frames. It copies as many as fit in one piece; {@link SlowReader} says
 * what happens to the others. Two threads of an engine may offer at the same time.
 */
final class EngineOutput
{
    /** How long a thread sleeps before it looks for room again: a small part of any useful wait. */
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private final FrameRing ring;
    private final int headroom;
    private final int longest;
    private final DropReason whenClosed;
    private final SlowReader slowReader;
    private final long blockNs;
    private final IntPredicate overwrite;

    private final AtomicLong blocked = new AtomicLong();
    /** Where the reader was when a wait for it was in vain. */
    private volatile long stuckAt = -1;

    /**
     * @param headroom   bytes free in front of each frame.
     * @param whenClosed verdict of frames for a closed ring.
     * @param overwrite  frees a number of bytes by giving up the oldest frames; false if it freed nothing. Only for
     *                   {@link SlowReader#DROP_OLDEST}.
     */
    EngineOutput(
        final FrameRing ring,
        final int headroom,
        final DropReason whenClosed,
        final RingPortContext context,
        final IntPredicate overwrite)
    {
        this.ring = ring;
        this.headroom = headroom;
        longest = context.longestFrame();
        this.whenClosed = whenClosed;
        slowReader = context.slowReader();
        blockNs = context.blockNs();
        this.overwrite = overwrite;
    }

    /** Take frames and set their verdicts; false if none was taken. The caller then wakes the reader. */
    boolean offer(final FrameBatch batch)
    {
        boolean isTaken = false;
        long untilNs = 0;
        int i = 0;
        int wanted = wanted(batch, 0);
        while (wanted > 0)
        {
            i = next(batch, i);
            final int first = recordLength(batch.get(i));
            long run = ring.tryClaimRun(first, wanted);
            if (run == FrameRing.FULL && slowReader == SlowReader.DROP_OLDEST)
            {
                run = overwrite(first, wanted);
            }
            else if (run == FrameRing.FULL && slowReader == SlowReader.BLOCK && ring.released() != stuckAt)
            {
                untilNs = untilNs == 0 ? System.nanoTime() + blockNs : untilNs;
                run = block(first, wanted, untilNs);
            }
            if (run < 0)
            {
                batch.get(i).verdict(run == FrameRing.CLOSED ? whenClosed : DropReason.PORT_FULL);
                wanted -= first;
                i++;
            }
            else
            {
                isTaken = true;
                i = copy(batch, i, run);
                wanted = wanted(batch, i);
            }
        }
        return isTaken;
    }

    /** How often a thread of the engine waited for the reader. Any thread. */
    long blocked()
    {
        return blocked.get();
    }

    /** Bytes of the ring that the frames from an index on take. A frame that is too long gets its verdict. */
    private int wanted(final FrameBatch batch, final int from)
    {
        int wanted = 0;
        for (int i = from, size = batch.size(); i < size; i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                if (frame.length() > longest)
                {
                    frame.verdict(DropReason.OVERSIZE);
                }
                else
                {
                    wanted += recordLength(frame);
                }
            }
        }
        return wanted;
    }

    private static int next(final FrameBatch batch, final int from)
    {
        int i = from;
        while (batch.get(i).verdict() != DropReason.NONE)
        {
            i++;
        }
        return i;
    }

    /** Copy the frames that fit into a run. Returns the index of the next frame. */
    private int copy(final FrameBatch batch, final int from, final long run)
    {
        final int index = FrameRing.runIndex(run);
        final int end = FrameRing.runEnd(run);
        int position = index;
        int firstLength = 0;
        int i = from;
        try
        {
            for (final int size = batch.size(); i < size && position < end; i++)
            {
                final Frame frame = batch.get(i);
                if (frame.verdict() == DropReason.NONE)
                {
                    final int length = headroom + frame.length();
                    final int recordLength = RecordStates.ringLength(length);
                    if (position + recordLength > end)
                    {
                        break;
                    }
                    ring.buffer().putBytes(position + headroom, frame.buffer(), frame.offset(), frame.length());
                    if (position == index)
                    {
                        firstLength = length;
                    }
                    else
                    {
                        ring.put(position, length);
                    }
                    position += recordLength;
                }
            }
        }
        finally
        {
            ring.commitRun(run, firstLength, position);
        }
        return i;
    }

    private long overwrite(final int first, final int wanted)
    {
        long run = FrameRing.FULL;
        while (run == FrameRing.FULL && overwrite.test(Math.min(wanted, ring.capacity())))
        {
            run = ring.tryClaimRun(first, wanted);
        }
        return run;
    }

    private long block(final int first, final int wanted, final long untilNs)
    {
        blocked.incrementAndGet();
        long run = FrameRing.FULL;
        while (run == FrameRing.FULL && System.nanoTime() - untilNs < 0)
        {
            LockSupport.parkNanos(this, PAUSE_NS);
            run = ring.tryClaimRun(first, wanted);
        }
        stuckAt = run == FrameRing.FULL ? ring.released() : -1;
        return run;
    }

    private int recordLength(final Frame frame)
    {
        return RecordStates.ringLength(headroom + frame.length());
    }
}
