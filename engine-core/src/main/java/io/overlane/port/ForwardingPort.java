// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;

/**
 * A port in front of another port: its methods call those of the other port, and a subclass overrides those that it
 * changes. Two are not passed on: {@link #newSelector()}, because a selector takes no port but the other one, and
 * {@link #fastPort()}, so that this port receives each frame. An engine gets this port only; {@link #close()} closes
 * both.
 */
public abstract class ForwardingPort implements Port
{
    /** The port behind this one. */
    protected final Port port;

    /** @param port that gets every call. */
    protected ForwardingPort(final Port port)
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
    public boolean takesSuperFrames(final int gsoType)
    {
        return port.takesSuperFrames(gsoType);
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
    public boolean wakes(final Runnable wake)
    {
        return port.wakes(wake);
    }

    @Override
    public void endInput()
    {
        port.endInput();
    }

    @Override
    public boolean hasInput()
    {
        return port.hasInput();
    }

    @Override
    public boolean isClosed()
    {
        return port.isClosed();
    }

    @Override
    public double fill()
    {
        return port.fill();
    }

    @Override
    public long refused()
    {
        return port.refused();
    }

    @Override
    public double fillOut()
    {
        return port.fillOut();
    }

    @Override
    public long overwritten()
    {
        return port.overwritten();
    }

    @Override
    public void close()
    {
        port.close();
    }
}
