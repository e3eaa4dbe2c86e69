// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.status.DropReason;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Calls an underlay for the threads that carry frames, so that its exceptions do not disturb other frames. The error
 * handler gets the exception. Entries that were to be sent and have no verdict yet are dropped as {@link
 * DropReason#UNDERLAY_ERROR}: nobody knows which of them the network had taken. An {@link Error} passes and ends the
 * thread, as everywhere in the engine.
 */
public final class UnderlayGuard
{
    private final Underlay underlay;
    private final GuardedErrorHandler errorHandler;

    /** @param errorHandler gets the exceptions; may throw itself; null: they are printed to standard error. */
    public UnderlayGuard(final Underlay underlay, final @Nullable ErrorHandler errorHandler)
    {
        this.underlay = underlay;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
    }

    /**
     * Poll the underlay. Datagrams that it added before it threw are carried like all others.
     *
     * @param batch an empty one.
     * @return entries in the batch.
     */
    public int poll(final ReceiveBatch batch)
    {
        try
        {
            underlay.poll(batch);
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
        }
        return batch.size();
    }

    /** Send every entry; each has its verdict afterwards. */
    public void send(final SendBatch batch)
    {
        try
        {
            underlay.send(batch);
        }
        catch (final Exception ex)
        {
            for (int i = 0; i < batch.size(); i++)
            {
                if (batch.verdict(i) == DropReason.NONE)
                {
                    batch.verdict(i, DropReason.UNDERLAY_ERROR);
                }
            }
            errorHandler.onError(ex);
        }
    }

    public boolean gainsFromJoining()
    {
        try
        {
            return underlay.gainsFromJoining();
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
            return false;
        }
    }

    /** Called before threads start. */
    public boolean usesFlowHash()
    {
        return underlay.usesFlowHash();
    }

    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        try
        {
            return underlay.pathMtu(remoteHigh, remoteLow);
        }
        catch (final Exception ex)
        {
            errorHandler.onError(ex);
            return 0;
        }
    }
}
