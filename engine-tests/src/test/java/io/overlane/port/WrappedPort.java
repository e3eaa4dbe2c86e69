// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;

/** Another port, of which a test overrides what it looks at. */
public class WrappedPort implements Port
{
    private final Port port;

    /**
     * @param port that frames go to and come from.
     */
    public WrappedPort(final Port port)
    {
        this.port = port;
    }

    @Override
    public String name()
    {
        return port.name();
    }

    @Override
    public int mtu()
    {
        return port.mtu();
    }

    @Override
    public int slotLength()
    {
        return port.slotLength();
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        return port.poll(batch, limit);
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        port.offer(batch);
    }

    @Override
    public void await(final long timeoutNs)
    {
        port.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        port.wake();
    }

    @Override
    public void close()
    {
        port.close();
    }
}
