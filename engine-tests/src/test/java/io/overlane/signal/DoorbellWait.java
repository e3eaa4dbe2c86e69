// SPDX-License-Identifier: Apache-2.0
package io.overlane.signal;

/** A wait that only wake-ups end. It knows of no device. */
public final class DoorbellWait implements IdleWait
{
    private final Doorbell doorbell = new Doorbell();
    private volatile boolean isClosed;

    /** @return true after {@link #close()}. */
    public boolean isClosed()
    {
        return isClosed;
    }

    @Override
    public void await(final long timeoutNs)
    {
        doorbell.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        doorbell.ring();
    }

    @Override
    public void close()
    {
        isClosed = true;
    }
}
