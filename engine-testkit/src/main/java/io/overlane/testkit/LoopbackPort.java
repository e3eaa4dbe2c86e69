// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.Port;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A port for tests and simulations. The engine polls frames that were {@code put}; frames that it offers wait for
 * {@code take}.
 *
 * <pre>
 *   put ──► [ capacity frames ] ──► poll          offer ──► [ capacity frames ] ──► take
 * </pre>
 *
 * Offload metadata passes unchanged in both directions; no frame is completed or split. All methods take one lock, so
 * any thread may call any of them. It is not made for speed.
 */
public final class LoopbackPort implements Port
{
    /** Bytes that the link layer adds to the MTU: an Ethernet header and one VLAN tag. */
    private static final int LINK_HEADER_LENGTH = 18;

    private final String name;
    private final int mtu;
    private final FrameQueue toEngine;
    private final FrameQueue fromEngine;
    private final Doorbell doorbell = new Doorbell();
    private Runnable wake = () -> {};
    private boolean isEnded;
    private boolean isClosed;

    /**
     * @param mtu      IP MTU in bytes.
     * @param capacity frames that each direction can hold.
     */
    public LoopbackPort(final String name, final int mtu, final int capacity)
    {
        this(name, mtu, capacity, mtu + LINK_HEADER_LENGTH);
    }

    /**
     * @param mtu         IP MTU in bytes.
     * @param capacity    frames that each direction can hold.
     * @param frameLength longest frame in bytes; for super-frames it is more than the MTU requires.
     */
    public LoopbackPort(final String name, final int mtu, final int capacity, final int frameLength)
    {
        if (mtu < 1 || capacity < 1 || frameLength < 1)
        {
            throw new IllegalArgumentException(
                "must be positive: mtu=" + mtu + " capacity=" + capacity + " frameLength=" + frameLength);
        }
        this.name = name;
        this.mtu = mtu;
        toEngine = new FrameQueue(capacity, frameLength);
        fromEngine = new FrameQueue(capacity, frameLength);
    }

    /**
     * Pass a frame to the engine.
     *
     * @param frame bytes, which are copied.
     * @return false if the port is closed or full. Frames that are lent to the engine still need room.
     * @throws IllegalArgumentException if the frame is longer than this port allows.
     */
    public boolean put(final byte... frame)
    {
        return put(new MemoryBuffer(frame), 0, frame.length);
    }

    /**
     * Pass a frame to the engine.
     *
     * @param buffer with the bytes, which are copied.
     * @param offset of the first byte.
     * @return false if the port is closed or full. Frames that are lent to the engine still need room.
     * @throws IllegalArgumentException if the frame is longer than this port allows.
     */
    public boolean put(final DirectBuffer buffer, final int offset, final int length)
    {
        synchronized (this)
        {
            if (!hasRoomFor(length))
            {
                return false;
            }
            toEngine.copy(buffer, offset, length);
        }
        arrived();
        return true;
    }

    /**
     * Pass a frame to the engine together with its offload metadata.
     *
     * @param frame which is copied.
     * @return false if the port is closed or full. Frames that are lent to the engine still need room.
     * @throws IllegalArgumentException if the frame is longer than this port allows.
     */
    public boolean put(final Frame frame)
    {
        synchronized (this)
        {
            if (!hasRoomFor(frame.length()))
            {
                return false;
            }
            toEngine.copy(frame);
        }
        arrived();
        return true;
    }

    /** @return frames that the engine has offered and that were not taken yet. */
    public synchronized int offered()
    {
        return fromEngine.waiting();
    }

    /**
     * Take the oldest frame that the engine offered.
     *
     * @return a copy with offload metadata, valid until the next take; null if there is no frame.
     */
    public synchronized @Nullable Frame take()
    {
        fromEngine.giveBack();
        return fromEngine.lend();
    }

    /**
     * Take the oldest frame that the engine offered.
     *
     * @return its bytes; null if there is no frame.
     */
    public synchronized byte @Nullable [] takeBytes()
    {
        final Frame frame = take();
        if (frame == null)
        {
            return null;
        }
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    /** @return the bytes of all frames that the engine has offered and that were not taken yet. */
    public List<byte[]> takeAll()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (byte[] frame = takeBytes(); frame != null; frame = takeBytes())
        {
            frames.add(frame);
        }
        return frames;
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

    @Override
    public synchronized int poll(final FrameBatch batch, final int limit)
    {
        toEngine.giveBack();
        int count = 0;
        while (count < limit && toEngine.waiting() > 0)
        {
            batch.add(Objects.requireNonNull(toEngine.lend()));
            count++;
        }
        return count;
    }

    @Override
    public synchronized void offer(final FrameBatch batch)
    {
        for (int i = 0, size = batch.size(); i < size; i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                frame.verdict(keep(frame));
            }
        }
    }

    @Override
    public void await(final long timeoutNs)
    {
        final boolean isWaiting;
        synchronized (this)
        {
            isWaiting = toEngine.waiting() > 0;
        }
        doorbell.await(isWaiting ? 0 : timeoutNs);
    }

    @Override
    public void wake()
    {
        doorbell.ring();
    }

    @Override
    public synchronized boolean wakes(final Runnable wake)
    {
        this.wake = wake;
        return true;
    }

    @Override
    public synchronized void endInput()
    {
        isEnded = true;
    }

    @Override
    public synchronized boolean hasInput()
    {
        return toEngine.waiting() > 0;
    }

    /** Refuses frames from now on and wakes the waiting thread. Frames that were offered can still be taken. */
    @Override
    public void close()
    {
        synchronized (this)
        {
            isEnded = true;
            isClosed = true;
        }
        doorbell.ring();
    }

    private boolean hasRoomFor(final int length)
    {
        if (length > toEngine.frameCapacity())
        {
            throw new IllegalArgumentException(
                "frame of " + length + " bytes for port " + name + ", which carries " + toEngine.frameCapacity());
        }
        return !isEnded && !toEngine.isFull();
    }

    private DropReason keep(final Frame frame)
    {
        if (isClosed)
        {
            return DropReason.PORT_ERROR;
        }
        if (frame.length() > fromEngine.frameCapacity())
        {
            return DropReason.OVERSIZE;
        }
        if (fromEngine.isFull())
        {
            return DropReason.PORT_FULL;
        }
        fromEngine.copy(frame);
        return DropReason.NONE;
    }

    private void arrived()
    {
        doorbell.ring();
        final Runnable hook;
        synchronized (this)
        {
            hook = wake;
        }
        hook.run();
    }
}
