// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The port of an application in this process: frames are written and read where they lie in two rings, without a device
 * and without privileges.
 *
 * <pre>
 *  application                                                          engine
 *  tryClaim, write in place, commit ──► [ ring to engine ] ──► poll: lends the records in place
 *  poll: reads in place             ◄── [ ring to application ] ◄── offer: copies
 *
 *  a record to the engine:
 *  +----------------------+---------------------+
 *  | headroom 64          | frame ...           |
 *  +----------------------+---------------------+
 *                         ^ index of tryClaim
 * </pre>
 *
 * <p>The tunnel header is written in front of the frame inside its record, so a frame reaches the underlay from where
 * the application wrote it. A record's room is free again at the engine's next poll.
 *
 * <p>Frames are complete: the engine must not offer a frame with a partial checksum or a super-frame, because an
 * application cannot finish it.
 *
 * <p><b>Threads.</b> Any number of application threads may claim, commit and abort. One application thread polls. For
 * the engine's side see {@link Port}.
 *
 * <p><b>Abandoned claims.</b> A claim that is neither committed nor aborted holds up all later ones, for the claim
 * timeout at most. The engine then gives the claim up, counts it as dropped for {@link DropReason#CLAIM_ABANDONED} and
 * carries the frames behind it. The thread that made the claim may still write there and commit: the commit answers
 * false and does nothing else. Until then the port does not use the claim's room again, because a thread that seems to
 * be dead may only be slow. A thread that never commits costs that room for as long as the port exists.
 *
 * <p><b>The end.</b> After {@link #close()}, or when the engine stops or removes the port, no claim is possible, and
 * the commit of an earlier claim answers false. The engine carries the frames that were committed before, or counts
 * them as dropped for {@link DropReason#PORT_CLOSED}. Every frame whose commit answered true has a fate in the engine's
 * counters.
 */
public final class RingPort implements Port
{
    /** Bytes free in front of every frame the engine polls. */
    public static final int HEADROOM = 64;

    /** {@link #tryClaim(int)} answers this while the ring has no room. */
    public static final int FULL = -1;

    /** {@link #tryClaim(int)} answers this for a frame longer than {@link #maxTaggedFrameLength()}. */
    public static final int TOO_LONG = -2;

    /** {@link #tryClaim(int)} answers this once the port is closed. */
    public static final int CLOSED = -3;

    /** Far more than a running thread needs to write a frame, and short enough for the threads that wait behind it. */
    public static final long DEFAULT_CLAIM_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

    private static final int MAX_MTU = 65_535;
    private static final int LENT_FRAMES = 256;

    /** Reads frames where they lie. */
    @FunctionalInterface
    public interface FrameHandler
    {
        /**
         * @param buffer holds the frame, and others: only the frame's bytes may be read or written.
         * @param offset of its first byte.
         * @param length bytes in it; they are not valid any more when this returns.
         */
        void onFrame(MutableDirectBuffer buffer, int offset, int length);
    }

    private final String name;
    private final int mtu;
    private final long claimTimeoutNs;
    private final NanoClock clock;

    private final FrameRing toEngine;
    private final Frame[] lent = new Frame[LENT_FRAMES];
    private final Doorbell engineBell = new Doorbell();
    /** The claims before this position existed at {@link #heldUpSinceNs}. Of the engine's polling thread. */
    private long heldUpBefore;
    private long heldUpSinceNs;

    private final FrameRing toApplication;
    private final Doorbell applicationBell = new Doorbell();
    /** The thread that is in {@link #poll(FrameHandler, int)}; null if there is none. */
    private final AtomicReference<@Nullable Thread> reader = new AtomicReference<>();

    /** Whether the application's polling thread knows that there will be no more frames. */
    private boolean knowsEnd;

    private volatile @Nullable Runnable wake;
    private volatile boolean isClosed;

    /**
     * A port with the default claim timeout.
     *
     * @param name     in counters, tables and logs.
     * @param mtu      IP MTU in bytes.
     * @param capacity full-size frames each direction holds at least; more short ones fit.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingPort(final String name, final int mtu, final int capacity)
    {
        this(name, mtu, capacity, DEFAULT_CLAIM_TIMEOUT_NS, SystemNanoClock.INSTANCE);
    }

    /**
     * @param name           in counters, tables and logs.
     * @param mtu            IP MTU in bytes.
     * @param capacity       full-size frames each direction holds at least; more short ones fit.
     * @param claimTimeoutNs how long a claim may hold up others, in nanoseconds. The engine looks at it when it polls,
     *                       which an idle engine does twice a second.
     * @param clock          measures that time, and only while a claim holds up others.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingPort(
        final String name, final int mtu, final int capacity, final long claimTimeoutNs, final NanoClock clock)
    {
        if (mtu < 1 || mtu > MAX_MTU)
        {
            throw new IllegalArgumentException("port " + name + ": mtu=" + mtu + " (expected 1…65535)");
        }
        if (claimTimeoutNs < 1)
        {
            throw new IllegalArgumentException(
                "port " + name + ": claimTimeoutNs=" + claimTimeoutNs + " (expected 1 or more)");
        }
        this.name = name;
        this.mtu = mtu;
        this.claimTimeoutNs = claimTimeoutNs;
        this.clock = clock;
        toEngine = ring(capacity, HEADROOM);
        toApplication = ring(capacity, 0);
        for (int i = 0; i < lent.length; i++)
        {
            lent[i] = new Frame(new UnsafeBuffer(toEngine.buffer(), 0, 0));
        }
    }

    /**
     * The longest frame that is never too long for the port, whatever its kind. In a segment with a {@code portMtu}
     * below the port's MTU, that much less. On the port of an IP network, a packet may have {@link #mtu()} bytes.
     *
     * @return bytes in the longest Ethernet frame without a VLAN tag: the MTU and 14 for the Ethernet header.
     */
    public int maxFrameLength()
    {
        return mtu + EthernetHeader.LENGTH;
    }

    /**
     * One VLAN tag does not count against the MTU, as in Linux; a second one does.
     *
     * @return bytes in the longest Ethernet frame with VLAN tags: 4 more than {@link #maxFrameLength()}.
     */
    public int maxTaggedFrameLength()
    {
        return maxFrameLength() + VlanTag.LENGTH;
    }

    /** @return the memory that claimed frames are written to. */
    public MutableDirectBuffer buffer()
    {
        return toEngine.buffer();
    }

    /**
     * Claim room for a frame to the engine. The caller writes all its bytes into {@link #buffer()} and then commits, or
     * aborts if writing fails; claims may be committed in any order. Any thread.
     *
     * @param frameLength bytes in the frame. The port does not know yet whether it will have a VLAN tag: a frame of
     *                    more than {@link #maxFrameLength()} bytes without one is dropped as {@code oversize}.
     * @return index of its first byte in {@link #buffer()}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}.
     */
    public int tryClaim(final int frameLength)
    {
        if (frameLength < 0)
        {
            throw new IllegalArgumentException("frameLength=" + frameLength + " is negative");
        }
        if (frameLength > maxTaggedFrameLength())
        {
            return TOO_LONG;
        }
        final int index = toEngine.tryClaim(HEADROOM + frameLength);
        return index >= 0 ? index + HEADROOM : index == FrameRing.CLOSED ? CLOSED : FULL;
    }

    /**
     * Hand a claimed frame over and wake the engine if it waits. Any thread.
     *
     * @param index as claimed.
     * @return false if the engine does not take the frame: it gave the claim up after the claim timeout, or the port
     *         was closed meanwhile.
     * @throws IllegalStateException if nothing is claimed there.
     */
    public boolean commit(final int index)
    {
        final boolean isTaken = toEngine.commit(index - HEADROOM);
        if (isTaken)
        {
            // The engine waits in one place only.
            final Runnable hook = wake;
            if (hook == null)
            {
                engineBell.ring();
            }
            else
            {
                hook.run();
            }
        }
        return isTaken;
    }

    /**
     * Give a claim up; the engine gets no frame. Any thread.
     *
     * @param index as claimed.
     * @throws IllegalStateException if nothing is claimed there.
     */
    public void abort(final int index)
    {
        toEngine.abort(index - HEADROOM);
    }

    /**
     * Read frames from the engine; never blocks. One application thread, and not from inside a handler.
     *
     * @param handler is called for each, in order; an exception of it is thrown to the caller, and the frame counts as
     *                read.
     * @param limit   frames at most.
     * @return frames read.
     * @throws IllegalStateException if another call has not returned yet; that call is not disturbed.
     */
    public int poll(final FrameHandler handler, final int limit)
    {
        if (!reader.compareAndSet(null, Thread.currentThread()))
        {
            throw twoReaders(reader.get());
        }
        int count = 0;
        try
        {
            while (count < limit && toApplication.advance())
            {
                count++;
                handler.onFrame(toApplication.buffer(), toApplication.offset(), toApplication.length());
            }
        }
        finally
        {
            toApplication.release();
            reader.setRelease(null);
        }
        return count;
    }

    /**
     * Block the application's polling thread until the engine offers frames, the port is closed or the time is over.
     * May return early without a reason. An application that polls until the port is closed writes
     *
     * <pre>
     * while (port.awaitFrames(1_000_000_000L))
     * {
     *     port.poll(handler, 64);
     * }
     * </pre>
     *
     * <p>An interrupt during the wait ends it; the thread stays interrupted. A thread that is interrupted before it
     * waits blocks all the same, and a thread that waits for a closed port again blocks until the time is over, so a
     * loop that checks neither does not spin.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     * @return false once the port is closed and all its frames are read: there will be no more.
     */
    public boolean awaitFrames(final long timeoutNs)
    {
        if (knowsEnd || !isOver())
        {
            applicationBell.await(toApplication.mayHaveRecord() ? 0 : timeoutNs);
        }
        knowsEnd = isOver();
        return !knowsEnd;
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public int mtu()
    {
        return mtu;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Lends {@value #LENT_FRAMES} at most, whatever the limit.
     */
    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        toEngine.release();
        final int most = Math.min(limit, LENT_FRAMES);
        int count = 0;
        while (count < most && toEngine.advance())
        {
            batch.add(lend(count));
            count++;
        }
        if (count == 0 && toEngine.isHeldUp() && isHeldUpTooLong() && most > 0 && toEngine.giveUp())
        {
            batch.add(lend(0).verdict(DropReason.CLAIM_ABANDONED));
            count++;
        }
        return count;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        int taken = 0;
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                final DropReason verdict = copy(frame);
                frame.verdict(verdict);
                taken += verdict == DropReason.NONE ? 1 : 0;
            }
        }
        if (taken > 0)
        {
            applicationBell.ring();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Returns at once while more than half of the ring is lent, because the application may wait for room, and only
     * a poll frees it.
     */
    @Override
    public void await(final long timeoutNs)
    {
        final boolean isPressed = toEngine.lentLength() > toEngine.capacity() / 2;
        engineBell.await(isPressed || toEngine.mayHaveRecord() ? 0 : timeoutNs);
    }

    @Override
    public void wake()
    {
        engineBell.ring();
    }

    @Override
    public boolean wakes(final Runnable wake)
    {
        this.wake = wake;
        return true;
    }

    @Override
    public void endInput()
    {
        toEngine.close();
        toEngine.giveUpAll();
    }

    @Override
    public boolean hasInput()
    {
        return toEngine.position() != toEngine.tail();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Frames that the engine offered before can still be polled.
     */
    @Override
    public boolean isClosed()
    {
        return isClosed;
    }

    /**
     * Stop carrying frames and wake all threads that wait. The engine can still poll frames that were committed, and
     * the application frames that the engine offered. A port that an engine uses is better removed from its segment.
     * The memory is freed when no object refers to it any more, so a late claim or commit does no harm.
     */
    @Override
    public void close()
    {
        toEngine.close();
        toApplication.close();
        isClosed = true;
        engineBell.ring();
        applicationBell.ring();
    }

    /** Whether the application has read all frames there will ever be. */
    private boolean isOver()
    {
        return isClosed && toApplication.position() == toApplication.tail();
    }

    private Frame lend(final int i)
    {
        final Frame frame = lent[i];
        frame.buffer().wrap(toEngine.buffer(), toEngine.offset(), toEngine.length());
        return frame.wrap(HEADROOM, toEngine.length() - HEADROOM);
    }

    /** Whether the claim at the engine's position is known to be older than the timeout. */
    private boolean isHeldUpTooLong()
    {
        final long nowNs = clock.nanoTime();
        if (toEngine.position() >= heldUpBefore)
        {
            heldUpBefore = toEngine.tail();
            heldUpSinceNs = nowNs;
        }
        return nowNs - heldUpSinceNs >= claimTimeoutNs;
    }

    private DropReason copy(final Frame frame)
    {
        final int length = frame.length();
        if (length > maxTaggedFrameLength())
        {
            return DropReason.OVERSIZE;
        }
        final int index = toApplication.tryClaim(length);
        if (index < 0)
        {
            return index == FrameRing.CLOSED ? DropReason.PORT_ERROR : DropReason.PORT_FULL;
        }
        toApplication.buffer().putBytes(index, frame.buffer(), frame.offset(), length);
        toApplication.commit(index);
        return DropReason.NONE;
    }

    private IllegalStateException twoReaders(final @Nullable Thread other)
    {
        return new IllegalStateException("port " + name + (other == Thread.currentThread() ?
            ": poll called inside a frame handler: return from the handler first" :
            ": thread " + Thread.currentThread().getName() + " called poll while " +
                (other == null ? "another thread" : other.getName()) + " polls: let one thread poll"));
    }

    private FrameRing ring(final int capacity, final int headroom)
    {
        final int recordLength = FrameRing.recordLength(headroom + maxTaggedFrameLength());
        // One record more than asked for: that much can be lost to padding where the ring ends.
        final long wanted = (capacity + 1L) * recordLength;
        if (capacity < 1 || wanted > FrameRing.MAX_CAPACITY)
        {
            throw new IllegalArgumentException("port " + name + ": capacity=" + capacity + " frames of " +
                maxTaggedFrameLength() + " bytes (expected 1…" + (FrameRing.MAX_CAPACITY / recordLength - 1) + ")");
        }
        return new FrameRing(BitUtil.findNextPositivePowerOfTwo((int)wanted));
    }
}
