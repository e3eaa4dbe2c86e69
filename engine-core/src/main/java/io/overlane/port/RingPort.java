package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The port of an application in this process: frames are written and read where they lie in two Agrona rings, without
 * a device and without privileges.
 *
 * <pre>
 *  application                                                          engine
 *  tryClaim, write in place, commit ──► [ ring to engine ] ──► poll: lends the records in place
 *  poll: reads in place             ◄── [ ring to application ] ◄── offer: copies
 *
 *  a record to the engine:
 *  +---------------+----------------------+---------------------+
 *  | ring header 8 | headroom 64          | frame ...           |
 *  +---------------+----------------------+---------------------+
 *                                         ^ index of tryClaim
 * </pre>
 *
 * The tunnel header is written in front of the frame inside its record, so a frame reaches the underlay from where the
 * application wrote it. A record's space is free again at the engine's next poll.
 *
 * <p>Frames are complete: the engine must not offer a frame with work left to do (a partial checksum, a super-frame),
 * because an application has nobody to finish it.
 *
 * <p>Threads: one application thread claims, or several if so constructed; one application thread polls; the engine's
 * side is as {@link Port} says. A claim that is neither committed nor aborted holds up all later ones.
 */
public final class RingPort implements Port
{
    /** Bytes free in front of every frame the engine polls. */
    public static final int HEADROOM = 64;

    /** What {@link #tryClaim(int)} answers while the ring has no room. */
    public static final int FULL = -1;

    /** What {@link #tryClaim(int)} answers for a frame longer than {@link #maxFrameLength()}. */
    public static final int TOO_LONG = -2;

    /** What {@link #tryClaim(int)} answers once the port is closed. */
    public static final int CLOSED = -3;

    /** What a link-layer header adds to the MTU: Ethernet and one VLAN tag, in bytes. */
    private static final int LINK_HEADER_LENGTH = 18;
    private static final int MAX_MTU = 65_535;
    private static final int MAX_RING_LENGTH = 1 << 30;
    private static final int MESSAGE_TYPE = 1;
    private static final int LENT_FRAMES = 256;

    /** Agrona's rings take messages up to an eighth of their capacity. */
    private static final int MESSAGES_PER_RING = 8;

    /**
     * Reads frames where they lie.
     */
    @FunctionalInterface
    public interface FrameHandler
    {
        /**
         * @param buffer holds the frame, and others: only the frame's bytes may be touched.
         * @param offset of its first byte.
         * @param length bytes in it; they are gone when this returns.
         */
        void onFrame(UnsafeBuffer buffer, int offset, int length);
    }

    private final String name;
    private final int mtu;
    private final int maxFrameLength;

    private final UnsafeBuffer toEngineBuffer;
    private final RingBuffer toEngine;
    private final RingReader engineReader;
    private final Frame[] lent = new Frame[LENT_FRAMES];
    private final Doorbell engineBell = new Doorbell();

    private final UnsafeBuffer toApplicationBuffer;
    private final RingBuffer toApplication;
    private final RingReader applicationReader;
    private final Doorbell applicationBell = new Doorbell();

    private volatile Runnable wake;
    private volatile boolean isClosed;

    /**
     * A port for one claiming thread.
     *
     * @param name     in counters, tables and logs.
     * @param mtu      IP MTU in bytes.
     * @param capacity full-size frames each direction holds at least; more short ones fit.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingPort(final String name, final int mtu, final int capacity)
    {
        this(name, mtu, capacity, false);
    }

    /**
     * @param name          in counters, tables and logs.
     * @param mtu           IP MTU in bytes.
     * @param capacity      full-size frames each direction holds at least; more short ones fit.
     * @param manyProducers true if several application threads claim: each frame then costs a compare-and-set and
     *                      the zeroing of its record.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingPort(final String name, final int mtu, final int capacity, final boolean manyProducers)
    {
        if (mtu < 1 || mtu > MAX_MTU)
        {
            throw new IllegalArgumentException("port " + name + ": not an MTU: " + mtu + " (expected 1…65535)");
        }
        this.name = name;
        this.mtu = mtu;
        maxFrameLength = mtu + LINK_HEADER_LENGTH;
        toEngineBuffer = allocate(capacity);
        toEngine = manyProducers ? new ManyToOneRingBuffer(toEngineBuffer) : new OneToOneRingBuffer(toEngineBuffer);
        engineReader = new RingReader(toEngineBuffer, manyProducers);
        toApplicationBuffer = allocate(capacity);
        toApplication = new ManyToOneRingBuffer(toApplicationBuffer);
        applicationReader = new RingReader(toApplicationBuffer, true);
        for (int i = 0; i < lent.length; i++)
        {
            lent[i] = new Frame(new UnsafeBuffer(toEngineBuffer, 0, 0));
        }
    }

    /** @return longest frame in bytes, layer 2 header included. */
    public int maxFrameLength()
    {
        return maxFrameLength;
    }

    /** @return the memory that claimed frames are written to. */
    public UnsafeBuffer buffer()
    {
        return toEngineBuffer;
    }

    /**
     * Claim room for a frame to the engine. The caller writes all its bytes into {@link #buffer()} and then commits,
     * or aborts; it need not do so in the order claimed. Application thread.
     *
     * @param frameLength bytes in the frame.
     * @return index of its first byte in {@link #buffer()}, or {@link #FULL}, {@link #TOO_LONG} or {@link #CLOSED}.
     */
    public int tryClaim(final int frameLength)
    {
        if (frameLength < 0)
        {
            throw new IllegalArgumentException("frameLength cannot be negative: " + frameLength);
        }
        if (frameLength > maxFrameLength)
        {
            return TOO_LONG;
        }
        if (isClosed)
        {
            return CLOSED;
        }
        final int index = toEngine.tryClaim(MESSAGE_TYPE, HEADROOM + frameLength);
        return index < 0 ? FULL : index + HEADROOM;
    }

    /**
     * Hand a claimed frame over and wake the engine if it waits. Application thread.
     *
     * @param index as claimed.
     */
    public void commit(final int index)
    {
        toEngine.commit(index - HEADROOM);
        engineBell.ring();
        final Runnable hook = wake;
        if (hook != null)
        {
            hook.run();
        }
    }

    /**
     * Give a claim up; nothing reaches the engine. Application thread.
     *
     * @param index as claimed.
     */
    public void abort(final int index)
    {
        toEngine.abort(index - HEADROOM);
    }

    /**
     * Read frames from the engine; never blocks. Application thread.
     *
     * @param handler is called for each, in order; what it throws comes out here, the frame counts as read.
     * @param limit   frames at most.
     * @return frames read.
     */
    public int poll(final FrameHandler handler, final int limit)
    {
        int count = 0;
        try
        {
            while (count < limit && applicationReader.advance())
            {
                count++;
                handler.onFrame(toApplicationBuffer, applicationReader.offset(), applicationReader.length());
            }
        }
        finally
        {
            applicationReader.release();
        }
        return count;
    }

    /**
     * Block the application's polling thread until the engine offers frames, the port is closed or the time is over.
     * May return early without a reason.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    public void awaitFrames(final long timeoutNs)
    {
        applicationBell.await(isClosed || applicationReader.hasNext() ? 0 : timeoutNs);
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
        engineReader.release();
        final int most = isClosed ? 0 : Math.min(limit, LENT_FRAMES);
        int count = 0;
        while (count < most && engineReader.advance())
        {
            final Frame frame = lent[count];
            frame.buffer().wrap(toEngineBuffer, engineReader.offset(), engineReader.length());
            batch.add(frame.wrap(HEADROOM, engineReader.length() - HEADROOM));
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
     * <p>Returns at once while so much is lent that the application may be waiting for room: only a poll frees it.
     */
    @Override
    public void await(final long timeoutNs)
    {
        final boolean isPressed = engineReader.lentLength() > toEngine.capacity() / 2;
        engineBell.await(isClosed || isPressed || engineReader.hasNext() ? 0 : timeoutNs);
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

    /**
     * Stop carrying frames and wake whoever waits. What the engine had offered before can still be polled by the
     * application; the memory goes when nobody refers to it any more, so a late claim or commit does no harm.
     */
    @Override
    public void close()
    {
        isClosed = true;
        engineBell.ring();
        applicationBell.ring();
    }

    private DropReason copy(final Frame frame)
    {
        final int length = frame.length();
        if (length > maxFrameLength)
        {
            return DropReason.OVERSIZE;
        }
        if (isClosed)
        {
            return DropReason.PORT_ERROR;
        }
        final int index = toApplication.tryClaim(MESSAGE_TYPE, length);
        if (index < 0)
        {
            return DropReason.PORT_FULL;
        }
        toApplicationBuffer.putBytes(index, frame.buffer(), frame.offset(), length);
        toApplication.commit(index);
        return DropReason.NONE;
    }

    private UnsafeBuffer allocate(final int capacity)
    {
        final int recordLength = BitUtil.align(
            RecordDescriptor.HEADER_LENGTH + HEADROOM + maxFrameLength, RecordDescriptor.ALIGNMENT);
        // One record more than asked for: that much can be lost to padding where the ring ends.
        final long wanted = Math.max(MESSAGES_PER_RING, capacity + 1L) * recordLength + RecordDescriptor.HEADER_LENGTH;
        if (capacity < 1 || wanted > MAX_RING_LENGTH)
        {
            throw new IllegalArgumentException("port " + name + ": capacity=" + capacity + " frames of " +
                maxFrameLength + " bytes (expected 1…" + (MAX_RING_LENGTH / recordLength - 2) + ")");
        }
        final int ringLength = BitUtil.findNextPositivePowerOfTwo((int)wanted);
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(
            ringLength + RingBufferDescriptor.TRAILER_LENGTH, BitUtil.CACHE_LINE_LENGTH);
        return new UnsafeBuffer(memory);
    }
}
