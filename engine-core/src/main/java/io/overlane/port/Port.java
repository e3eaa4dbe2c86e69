// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A place where frames enter and leave.
 *
 * <p>One thread polls. {@link #offer(FrameBatch)} may be called by that thread and by one other at the same time (the
 * encap and the decap half of a split worker), so the two share no state in an implementation.
 *
 * <p>A broken device is reported to the {@code ErrorHandler} that the port was made with; no method here throws for it.
 */
public interface Port extends AutoCloseable
{
    /** @return the name in counters, tables and logs. */
    String name();

    /** @return the largest packet that fits, without the layer 2 header (an IP MTU), in bytes. */
    int mtu();

    /**
     * How much memory a poll needs from the batch ({@link FrameBatch#slot(int)}), so that it can be allocated before
     * frames come.
     *
     * @return longest frame that this port reads into a slot of the batch, in bytes; 0 if it lends memory of its own.
     */
    default int slotLength()
    {
        return 0;
    }

    /**
     * Append up to {@code limit} waiting frames to {@code batch}; never blocks. The frames are lent until the batch is
     * cleared or this port is polled again, and have at least 64 bytes of headroom. Polling thread only.
     *
     * @param batch to append to; it has room for {@code limit} more.
     * @param limit frames at most.
     * @return frames added, 0 if none were waiting.
     */
    int poll(FrameBatch batch, int limit);

    /**
     * Hand over frames in order; never blocks. Afterwards each frame's verdict is {@code NONE} if it was taken, else
     * {@code PORT_FULL}, {@code PORT_DOWN}, {@code OVERSIZE}, {@code BAD_OFFLOAD} or {@code PORT_ERROR}. Frames that
     * already have a verdict are skipped. The bytes are copied or written before this returns; the port may use a
     * frame's headroom, but only after it took the frame before.
     *
     * @param batch frames for this port.
     */
    void offer(FrameBatch batch);

    /**
     * Whether super-frames may be offered: joined segments whose {@code gsoType} says how to cut them. The answer may
     * change at any time; a port accepts a super-frame after it answered true, if need be in pieces.
     *
     * @param gsoType {@code Frame.GSO_TCPV4}, {@code GSO_TCPV6} or {@code GSO_UDP_L4}.
     * @return false if frames must be ordinary ones.
     */
    default boolean takesSuperFrames(final int gsoType)
    {
        return false;
    }

    /**
     * Block the polling thread until {@link #poll} may return something, {@link #wake()} is called, or the time is
     * over. May return early without a reason, but not again and again because the thread is interrupted or the port
     * closed.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    void await(long timeoutNs);

    /** End a current or the next {@link #await(long)}. Any thread. */
    void wake();

    /**
     * Ask for {@code wake} to be run whenever a frame arrives, so that a thread which waits elsewhere can poll this
     * port too. Called before the first poll.
     *
     * @param wake safe to run on any thread, and cheap if no thread waits.
     * @return false if this port cannot do so (a device): a thread then has to wait for it, in {@link #await(long)} or
     *         in a {@link #newSelector()}.
     */
    default boolean wakes(final Runnable wake)
    {
        return false;
    }

    /**
     * Take no more frames from their senders. Frames taken so far can still be polled; a frame that a sender has not
     * handed over completely is not taken. Called before the engine stops or removes the port. Polling thread.
     *
     * <p>A device does nothing: frames that wait in its queue belong to the kernel.
     */
    default void endInput()
    {
    }

    /**
     * Called after {@link #endInput()}. Polling thread.
     *
     * @return true if frames were taken that have not been polled; a device has none.
     */
    default boolean hasInput()
    {
        return false;
    }

    /**
     * The port that a fast path may use in place of this one: the frames that it carries pass by this port. A port in
     * front of another one answers the other one if it need not receive each frame.
     *
     * @return this port, unless a subclass answers another one.
     */
    default Port fastPort()
    {
        return this;
    }

    /**
     * Whether {@link #close()} has been called. An engine does not accept a closed port, and stops polling a port that
     * somebody else closes. Any thread.
     *
     * @return false also if the port does not know.
     */
    default boolean isClosed()
    {
        return false;
    }

    /**
     * How full the port's queue of frames to the engine is. Any thread.
     *
     * @return the part of the room that is taken, 0…1; 0 if the port does not know, as a device.
     */
    default double fill()
    {
        return 0;
    }

    /**
     * How many frames an application could not put into the port because its queue to the engine had no room. Counted
     * since the port was made. Any thread.
     *
     * @return the count; 0 if the port does not know, as a device.
     */
    default long refused()
    {
        return 0;
    }

    /**
     * How full the port's queue of frames from the engine is. Any thread.
     *
     * @return the part of the room that is taken, 0…1; 0 if the port does not know, as a device.
     */
    default double fillOut()
    {
        return 0;
    }

    /**
     * How many frames the port took from the engine and nobody read, because newer frames took their place. The engine
     * has counted them as delivered. Counted since the port was made. Any thread.
     *
     * @return the count; 0 if the port does not overwrite, as a device.
     */
    default long overwritten()
    {
        return 0;
    }

    /**
     * Make a selector in which a thread can wait for this port together with others of its kind. Any thread.
     *
     * @return a new selector, which the caller closes; null if there is none for ports of this kind.
     * @throws IOException if the system refuses.
     */
    default @Nullable PortSelector newSelector() throws IOException
    {
        return null;
    }

    /** Release the device or memory. Closing twice does no harm. */
    @Override
    void close();
}
