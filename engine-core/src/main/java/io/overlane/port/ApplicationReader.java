// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.memory.MemoryBuffer;
import io.overlane.signal.Doorbell;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.BitUtil;
import org.jspecify.annotations.Nullable;

/**
 * The end of a ring at which an application reads, on one thread at a time.
 *
 * <p><b>Overwriting.</b> With {@link SlowReader#DROP_OLDEST} two parties move the reading position of the ring: the
 * application, which reads the oldest frame, and the engine, which gives it up. They take turns. A turn of the
 * application lasts for the copy of one frame, so that no handler runs in it. The engine does not wait for a turn: it
 * tries a few times and then drops the new frame.
 */
final class ApplicationReader
{
    /** More attempts than a copy of the longest frame takes. */
    private static final int MOST_ATTEMPTS = 1_000;
    private static final int ATTEMPTS_BEFORE_YIELD = 100;
    private static final int NO_FRAME = -1;

    private final String name;
    private final FrameRing ring;
    private final SlowReader slowReader;
    private final GuardedErrorHandler errorHandler;
    private final Doorbell bell = new Doorbell();
    /** The thread that is in {@link #poll}; null if there is none. */
    private final AtomicReference<@Nullable Thread> reader = new AtomicReference<>();

    /** Runs for the next frame once the application has read the ring to its end. */
    private volatile @Nullable Runnable onFrames;
    /** Whether {@link #onFrames} is to run for the next frame. */
    private final AtomicBoolean isArmed = new AtomicBoolean(true);

    /** True during a turn. */
    private final AtomicBoolean turn = new AtomicBoolean();
    private final AtomicLong overwritten = new AtomicLong();
    /** Holds the frame that was copied in a turn. */
    private final MemoryBuffer copy;

    private volatile boolean isClosed;
    /** Whether the polling thread knows that there will be no more frames. */
    private boolean knowsEnd;

    ApplicationReader(final FrameRing ring, final RingPortContext context)
    {
        name = context.name();
        this.ring = ring;
        slowReader = context.slowReader();
        errorHandler = context.errorHandler();
        copy = MemoryBuffer.allocate(
            slowReader == SlowReader.DROP_OLDEST ? context.longestFrame() : 0, BitUtil.CACHE_LINE_LENGTH);
    }

    FrameRing ring()
    {
        return ring;
    }

    /** Wake the application if it waits, after frames were committed. Any thread. */
    void wake()
    {
        // Has a full fence between the commit and the look at isArmed.
        bell.ring();
        report();
    }

    /** Run this for new frames, and now if there are some; null for nothing. Any thread. */
    void onFrames(final @Nullable Runnable runnable)
    {
        onFrames = runnable;
        isArmed.set(true);
        if (ring.usedLength() > 0 || isClosed)
        {
            report();
        }
    }

    int poll(final RingPort.FrameHandler handler, final int limit)
    {
        int count = 0;
        do
        {
            count += read(handler, limit - count);
        }
        while (count < limit && !arm());
        return count;
    }

    boolean awaitFrames(final long timeoutNs)
    {
        if (knowsEnd || !isOver())
        {
            bell.await(mayHaveRecord() ? 0 : timeoutNs);
        }
        knowsEnd = isOver();
        return !knowsEnd;
    }

    /** Free some bytes, at the cost of the oldest frames. A thread of the engine. False if nothing was freed. */
    boolean overwrite(final int bytes)
    {
        if (!tryTurn())
        {
            return false;
        }
        try
        {
            final long enough = ring.released() + bytes;
            long count = 0;
            while (ring.position() < enough && ring.advance())
            {
                count++;
            }
            overwritten.addAndGet(count);
            return ring.release();
        }
        finally
        {
            turn.set(false);
        }
    }

    /** Frames that the application did not read because newer ones took their place. Any thread. */
    long overwritten()
    {
        return overwritten.get();
    }

    boolean isClosed()
    {
        return isClosed;
    }

    void close()
    {
        ring.close();
        isClosed = true;
        wake();
    }

    private int read(final RingPort.FrameHandler handler, final int limit)
    {
        if (!reader.compareAndSet(null, Thread.currentThread()))
        {
            throw twoReaders(reader.get());
        }
        int count = 0;
        try
        {
            if (slowReader == SlowReader.DROP_OLDEST)
            {
                int length = 0;
                while (count < limit && (length = takeCopy()) != NO_FRAME)
                {
                    count++;
                    handler.onFrame(copy, 0, length);
                }
                return count;
            }
            while (count < limit && ring.advance())
            {
                count++;
                handler.onFrame(ring.buffer(), ring.offset(), ring.length());
                if (slowReader == SlowReader.BLOCK)
                {
                    ring.release();
                }
            }
        }
        finally
        {
            if (slowReader != SlowReader.DROP_OLDEST)
            {
                ring.release();
            }
            reader.setRelease(null);
        }
        return count;
    }

    /** Copy the next frame out of the ring; the answer is its length. */
    private int takeCopy()
    {
        waitForTurn();
        try
        {
            int length = NO_FRAME;
            if (ring.advance())
            {
                length = ring.length();
                copy.putBytes(0, ring.buffer(), ring.offset(), length);
            }
            ring.release();
            return length;
        }
        finally
        {
            turn.set(false);
        }
    }

    /** Have {@link #onFrames} run for the next frame. False if there is one already, which the caller reads. */
    private boolean arm()
    {
        if (onFrames == null)
        {
            return true;
        }
        isArmed.set(true);
        return !mayHaveRecord() || !isArmed.compareAndSet(true, false);
    }

    private void report()
    {
        final Runnable runnable = onFrames;
        if (runnable != null && isArmed.get() && isArmed.compareAndSet(true, false))
        {
            errorHandler.run(runnable);
        }
    }

    private boolean mayHaveRecord()
    {
        if (slowReader != SlowReader.DROP_OLDEST)
        {
            return ring.mayHaveRecord();
        }
        waitForTurn();
        final boolean mayHaveRecord = ring.mayHaveRecord();
        turn.set(false);
        return mayHaveRecord;
    }

    /** Whether the application has read all frames there will ever be. */
    private boolean isOver()
    {
        if (!isClosed)
        {
            return false;
        }
        waitForTurn();
        final boolean isOver = ring.position() == ring.tail();
        turn.set(false);
        return isOver;
    }

    private void waitForTurn()
    {
        for (int attempts = 0; !turn.compareAndSet(false, true); attempts++)
        {
            if (attempts < ATTEMPTS_BEFORE_YIELD)
            {
                Thread.onSpinWait();
            }
            else
            {
                Thread.yield();
            }
        }
    }

    private boolean tryTurn()
    {
        for (int attempts = 0; attempts < MOST_ATTEMPTS; attempts++)
        {
            if (!turn.get() && turn.compareAndSet(false, true))
            {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private IllegalStateException twoReaders(final @Nullable Thread other)
    {
        return new IllegalStateException("port " + name + (other == Thread.currentThread() ?
            ": poll called inside a frame handler: return from the handler first" :
            ": thread " + Thread.currentThread().getName() + " called poll while " +
                (other == null ? "another thread" : other.getName()) + " polls: let one thread poll"));
    }
}
