// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import java.util.concurrent.locks.LockSupport;

/** The port of a segment that has only a gateway: nothing comes from it, and it refuses every frame. */
final class AbsentPort implements Port
{
    /** Longest packet that Ethernet carries without jumbo frames. */
    private static final int DEFAULT_MTU = 1_500;

    private final String name;
    private final int mtu;
    private volatile boolean isClosed;

    /** {@code mtu} is in bytes; 0 for the default. */
    AbsentPort(final String name, final int mtu)
    {
        this.name = name;
        this.mtu = mtu == 0 ? DEFAULT_MTU : mtu;
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
    public int poll(final FrameBatch batch, final int limit)
    {
        return 0;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            if (batch.get(i).verdict() == DropReason.NONE)
            {
                batch.get(i).verdict(DropReason.NO_DESTINATION);
            }
        }
    }

    @Override
    public void await(final long timeoutNs)
    {
        LockSupport.parkNanos(this, timeoutNs);
    }

    @Override
    public void wake()
    {
        // No thread waits here, because the port never has a frame.
    }

    /** No frame arrives, so nothing has to be run. */
    @Override
    public boolean wakes(final Runnable wake)
    {
        return true;
    }

    @Override
    public boolean isClosed()
    {
        return isClosed;
    }

    @Override
    public void close()
    {
        isClosed = true;
    }
}
