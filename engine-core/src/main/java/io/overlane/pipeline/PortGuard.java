// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Calls the ports for one thread, so that an exception of a port does not disturb the frames of others. The error
 * handler gets the exception. Frames that were offered and have no verdict yet are dropped as {@link
 * DropReason#PORT_ERROR}: nobody knows which of them the port had taken. An {@link Error} passes and ends the thread,
 * as everywhere in the engine.
 */
public final class PortGuard
{
    private final GuardedErrorHandler errorHandler;
    private final FrameBatch one = new FrameBatch(1);

    /** @param errorHandler gets the exceptions of ports; may throw itself; null: they are printed to standard error. */
    public PortGuard(final @Nullable ErrorHandler errorHandler)
    {
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
    }

    /**
     * Poll a port. Frames that it added before it threw are carried like all others.
     *
     * @param batch an empty one.
     * @return frames in the batch.
     */
    public int poll(final Port port, final FrameBatch batch)
    {
        try
        {
            port.poll(batch, batch.capacity());
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
        }
        return batch.size();
    }

    /** False also if the port throws. */
    public boolean isClosed(final Port port)
    {
        try
        {
            return port.isClosed();
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
            return false;
        }
    }

    /** Offer frames; each has its verdict afterwards. */
    public void offer(final Port port, final FrameBatch batch)
    {
        try
        {
            port.offer(batch);
        }
        catch (final Exception ex)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                final Frame frame = batch.get(i);
                if (frame.verdict() == DropReason.NONE)
                {
                    frame.verdict(DropReason.PORT_ERROR);
                }
            }
            errorHandler.onError(ex);
        }
    }

    /** Offer one frame; the answer is its verdict. */
    public DropReason offer(final Port port, final Frame frame)
    {
        one.clear();
        one.add(frame);
        offer(port, one);
        return frame.verdict();
    }

    /** Whether a port takes super-frames of a type now. */
    public boolean takesSuperFrames(final Port port, final int gsoType)
    {
        try
        {
            return port.takesSuperFrames(gsoType);
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
            return false;
        }
    }
}
