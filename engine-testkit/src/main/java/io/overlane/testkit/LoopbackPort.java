// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The port of tests and simulations: the engine polls what was {@code put}, and what it offers waits for {@code take}.
 *
 * <pre>
 *   put ──► [ capacity frames ] ──► poll          offer ──► [ capacity frames ] ──► take
 * </pre>
 *
 * Offload metadata goes through in both directions as it is; nothing is completed or split. All methods take one lock,
 * so any thread may call any of them; it is no port for speed.
 */
public final class LoopbackPort implements Port
{
    /** What a link-layer header adds to the MTU: Ethernet and one VLAN tag, in bytes. */
    private static final int LINK_HEADER_LENGTH = 18;

    private final String name;
    private final int mtu;
    private final FrameQueue toEngine;
    private final FrameQueue fromEngine;
    private final Doorbell doorbell = new Doorbell();
    private Runnable wake = () -> {};
    private boolean isEnded;

    /**
     * @param mtu      IP MTU in bytes.
     * @param capacity frames each direction can hold.
     */
    public LoopbackPort(final String name, final int mtu, final int capacity)
    {
        this(name, mtu, capacity, mtu + LINK_HEADER_LENGTH);
    }

    /**
     * @param mtu         IP MTU in bytes.
     * @param capacity    frames each direction can hold.
     * @param frameLength longest frame in bytes; more than the MTU asks for where super-frames are to go through.
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
     * Hand a frame to the engine.
     *
     * @param frame its bytes, copied.
     * @return false if the port is closed, or has no room; frames lent to the engine still occupy theirs.
     * @throws IllegalArgumentException if it is longer than this port carries.
     */
    public boolean put(final byte... frame)
    {
        return put(new UnsafeBuffer(frame), 0, frame.length);
    }

    /**
     * Hand a frame to the engine.
     *
     * @param buffer holds its bytes, which are copied.
     * @param offset of the first.
     * @return false if the port is closed, or has no room; frames lent to the engine still occupy theirs.
     * @throws IllegalArgumentException if it is longer than this port carries.
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
     * Hand a frame to the engine together with its offload metadata.
     *
     * @param frame copied.
     * @return false if the port is closed, or has no room; frames lent to the engine still occupy theirs.
     * @throws IllegalArgumentException if it is longer than this port carries.
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

    /** @return frames the engine has offered and nobody has taken. */
    public synchronized int offered()
    {
        return fromEngine.waiting();
    }

    /**
     * Take what the engine offered first.
     *
     * @return the copy, with offload metadata, lent until the next take; null if nothing waits.
     */
    public synchronized Frame take()
    {
        fromEngine.giveBack();
        return fromEngine.lend();
    }

    /**
     * Take what the engine offered first.
     *
     * @return its bytes; null if nothing waits.
     */
    public synchronized byte[] takeBytes()
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
            batch.add(toEngine.lend());
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

    /** Takes no more frames and wakes whoever waits; frames offered so far can still be taken. */
    @Override
    public void close()
    {
        endInput();
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
