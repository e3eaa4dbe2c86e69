// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The port of an application in this process: frames are written and read where they lie in two rings, without a device
 * and without privileges.
 *
 * <pre>
 *  application                                                                 engine
 *  tryClaim, write in place, commit; or send ──► [ ring to engine ] ──► poll: lends the records in place
 *  poll: reads in place                      ◄── [ ring to application ] ◄── offer: copies
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
 * <p><b>Threads.</b> Any number of application threads may claim, commit, abort and send. One application thread at a
 * time polls. For the engine's side see {@link Port}.
 *
 * <p><b>Waiting.</b> A thread waits for frames in {@link #awaitFrames} and for room in {@link #claim}. An event loop
 * waits for neither: {@link #onFrames} and {@link #onRoom} run a task that wakes it.
 *
 * <p><b>A slow application.</b> {@link RingPortContext#slowReader} selects what happens to frames for an application
 * that does not read them in time.
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
public final class RingPort extends RingInputPort
{
    /** {@link #send} answers this when the engine has the frame. */
    public static final int SENT = 0;

    /** {@link #tryClaim(int)} answers this while the ring has no room. */
    public static final int FULL = -1;

    /** {@link #tryClaim(int)} answers this for a frame longer than {@link #maxTaggedFrameLength()}. */
    public static final int TOO_LONG = -2;

    /** {@link #tryClaim(int)} answers this once the port is closed. */
    public static final int CLOSED = -3;

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

    private final EngineOutput output;
    private final ApplicationReader reader;
    private final LongAdder refusedFull = new LongAdder();
    private final LongAdder refusedTooLong = new LongAdder();
    private volatile boolean reportsRoom;

    /**
     * A port with the default settings of {@link RingPortContext} otherwise.
     *
     * @param name     in counters, tables and logs.
     * @param mtu      IP MTU in bytes.
     * @param capacity full-size frames each direction holds at least; more short ones fit.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingPort(final String name, final int mtu, final int capacity)
    {
        this(new RingPortContext().name(name).mtu(mtu).capacity(capacity));
    }

    /**
     * @param context the settings.
     * @throws IllegalArgumentException if the rings would be too large.
     */
    public RingPort(final RingPortContext context)
    {
        super(context.name(), context);
        final FrameRing toApplication = context.ring(0);
        reader = new ApplicationReader(toApplication, context);
        output = new EngineOutput(toApplication, 0, DropReason.PORT_ERROR, context, reader::overwrite);
    }

    /**
     * The longest frame that is never too long for the port, whatever its kind. In a segment with a {@code portMtu}
     * below the port's MTU, that much less. On the port of an IP network, a packet may have {@link #mtu()} bytes.
     *
     * @return bytes in the longest Ethernet frame without a VLAN tag: the MTU and 14 for the Ethernet header.
     */
    public int maxFrameLength()
    {
        return mtu() + EthernetHeader.LENGTH;
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
        return ring.buffer();
    }

    /**
     * Claim room for a frame to the engine. The caller writes all its bytes into {@link #buffer()} and then commits, or
     * aborts if writing fails; claims may be committed in any order. Never blocks. Any thread.
     *
     * @param frameLength bytes in the frame. The port does not know yet whether it will have a VLAN tag: a frame of
     *                    more than {@link #maxFrameLength()} bytes without one is dropped as {@code oversize}.
     * @return index of its first byte in {@link #buffer()}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}.
     * @throws IllegalArgumentException if the length is negative.
     */
    public int tryClaim(final int frameLength)
    {
        return isTooLong(frameLength) ? TOO_LONG : answer(claim(frameLength, reportsRoom));
    }

    /**
     * Claim room as {@link #tryClaim(int)} does, and block while there is none. Any thread; not a thread of the engine
     * that polls this port, because only that engine frees room.
     *
     * <p>An interrupt during the wait ends it; the thread stays interrupted. A thread that is interrupted before it
     * waits blocks all the same, so a loop does not spin.
     *
     * @param frameLength bytes in the frame.
     * @param timeoutNs   at most this long, in nanoseconds; 0 or less: does not wait.
     * @return index of its first byte in {@link #buffer()}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}.
     * @throws IllegalArgumentException if the length is negative.
     */
    public int claim(final int frameLength, final long timeoutNs)
    {
        if (isTooLong(frameLength))
        {
            return TOO_LONG;
        }
        final int index = ring.tryClaim(HEADROOM + frameLength);
        return answer(index != FrameRing.FULL ? index :
            room.await(() -> claim(frameLength, true), timeoutNs));
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
        final boolean isTaken = ring.commit(index - HEADROOM);
        if (isTaken || room.isWanted())
        {
            wakeEngine();
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
        ring.abort(index - HEADROOM);
        if (room.isWanted())
        {
            wakeEngine();
        }
    }

    /**
     * Copy a frame into the ring to the engine and wake the engine if it waits. Never blocks. Any thread.
     *
     * @param source holds the frame.
     * @param offset of its first byte.
     * @param length bytes in it.
     * @return {@link #SENT}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}: the engine does not have it then.
     * @throws IndexOutOfBoundsException if the frame is not inside the source.
     */
    public int send(final DirectBuffer source, final int offset, final int length)
    {
        source.boundsCheck(offset, length);
        final int index = tryClaim(length);
        if (index < 0)
        {
            return index;
        }
        buffer().putBytes(index, source, offset, length);
        return commit(index) ? SENT : CLOSED;
    }

    /**
     * Send a frame as {@link #send(DirectBuffer, int, int)} does.
     *
     * @param frame all its bytes.
     * @return {@link #SENT}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}: the engine does not have it then.
     */
    public int send(final byte[] frame)
    {
        final int index = tryClaim(frame.length);
        if (index < 0)
        {
            return index;
        }
        buffer().putBytes(index, frame);
        return commit(index) ? SENT : CLOSED;
    }

    /**
     * Have a task run when room in the ring to the engine was freed after a claim or send answered {@link #FULL}, and
     * when the port closes after such an answer. Set it before the first claim. Any thread.
     *
     * <p>After one or more answers of {@code FULL} the task runs once, and no such call is lost; it runs again only
     * after another {@code FULL}. The call may come before the answer is returned. There is more room then, but other
     * threads may take it, so a claim may be answered {@code FULL} again.
     *
     * <p>The task runs on the thread that frees the room, which is the engine's polling thread, or that closes the
     * port. It must be quick and must not block: {@code eventLoop.execute(…)} is what it is for. The error handler of
     * the port gets its exceptions.
     *
     * @param task to run; null for none.
     */
    public void onRoom(final @Nullable Runnable task)
    {
        room.onRoom(task);
        reportsRoom = task != null;
    }

    /**
     * Read frames from the engine; never blocks. One application thread at a time, and not from inside a handler.
     *
     * <p>The room of the frames is free again when this returns. (With {@link SlowReader#BLOCK} each frame's is free
     * when its handler returns.)
     *
     * @param handler is called for each, in order; an exception of it is thrown to the caller, and the frame counts as
     *                read.
     * @param limit   frames at most.
     * @return frames read; less than {@code limit} if no more were waiting.
     * @throws IllegalStateException if another call has not returned yet; that call is not disturbed.
     */
    public int poll(final FrameHandler handler, final int limit)
    {
        return reader.poll(handler, limit);
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
        return reader.awaitFrames(timeoutNs);
    }

    /**
     * Have a task run when the engine offers frames after a poll has read all frames that were waiting, and when the
     * port closes. It runs once at once if frames wait now or the port is closed. Any thread.
     *
     * <p>A poll that returns less than its limit has read all frames. From then on the next frame, or the end, runs the
     * task once, and no such call is lost. A poll that returns its limit, or throws an exception of its handler, may
     * have left frames: the application polls again, without a call. So the usual task is
     *
     * <pre>
     * port.onFrames(() -&gt; eventLoop.execute(this::drain));
     *
     * void drain()
     * {
     *     if (port.poll(handler, 64) == 64)
     *     {
     *         eventLoop.execute(this::drain);    // other tasks of the event loop get their turn
     *     }
     * }
     * </pre>
     *
     * <p>The task runs on the thread of the engine that offers the frames, or on the thread that closes the port. It
     * must be quick and must not block. The error handler of the port gets its exceptions.
     *
     * @param task to run; null for none.
     */
    public void onFrames(final @Nullable Runnable task)
    {
        reader.onFrames(task);
    }

    @Override
    public double fillOut()
    {
        return reader.ring().fill();
    }

    /**
     * {@inheritDoc}
     *
     * <p>These are the claims and sends that were answered {@link #FULL}.
     */
    @Override
    public long refused()
    {
        return refusedFull.sum();
    }

    /** @return claims and sends that were answered {@link #TOO_LONG} since the port was made. Any thread. */
    public long refusedTooLong()
    {
        return refusedTooLong.sum();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Only a port with {@link SlowReader#DROP_OLDEST} overwrites.
     */
    @Override
    public long overwritten()
    {
        return reader.overwritten();
    }

    /** @return how often the engine's thread waited for the application ({@link SlowReader#BLOCK}). Any thread. */
    public long blocked()
    {
        return output.blocked();
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        if (output.offer(batch))
        {
            reader.wake();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Frames that the engine offered before can still be polled.
     */
    @Override
    public boolean isClosed()
    {
        return reader.isClosed();
    }

    /**
     * Stop carrying frames and wake all threads that wait. The engine can still poll frames that were committed, and
     * the application frames that the engine offered. A port that an engine uses is better removed from its segment.
     * The memory is freed when no object refers to it any more, so a late claim or commit does no harm.
     */
    @Override
    public void close()
    {
        closeInput();
        reader.close();
        wake();
    }

    private boolean isTooLong(final int frameLength)
    {
        if (frameLength < 0)
        {
            throw new IllegalArgumentException("frameLength=" + frameLength + " is negative");
        }
        final boolean isTooLong = frameLength > maxTaggedFrameLength();
        if (isTooLong)
        {
            refusedTooLong.increment();
        }
        return isTooLong;
    }

    /** Claim in the ring; if there is no room, perhaps ask for it and try once more. */
    private int claim(final int frameLength, final boolean wantsRoom)
    {
        int index = ring.tryClaim(HEADROOM + frameLength);
        if (index == FrameRing.FULL && wantsRoom)
        {
            wantRoom();
            index = ring.tryClaim(HEADROOM + frameLength);
        }
        return index;
    }

    private int answer(final int index)
    {
        if (index >= 0)
        {
            return index + HEADROOM;
        }
        if (index == FrameRing.CLOSED)
        {
            return CLOSED;
        }
        refusedFull.increment();
        return FULL;
    }
}
