// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import java.util.concurrent.atomic.AtomicBoolean;

/** A listener of fates until it is removed. Any thread. */
public final class ListenerEntry
{
    private final FateListener listener;
    private final AtomicBoolean isRemoved = new AtomicBoolean();

    public ListenerEntry(final FateListener listener)
    {
        this.listener = listener;
    }

    /** Begin no more calls. */
    public void remove()
    {
        isRemoved.set(true);
    }

    void onFate(final Fate fate, final GuardedErrorHandler errorHandler)
    {
        if (isRemoved.get())
        {
            return;
        }
        try
        {
            listener.onFate(fate);
        }
        catch (final Throwable ex)
        {
            if (isRemoved.compareAndSet(false, true))
            {
                errorHandler.onError(new IllegalStateException(
                    "the fate listener " + listener + " threw " + ex + " and is removed; the engine goes on", ex));
            }
        }
    }
}
