// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An underlay in front of another underlay: its methods call those of the other one, and a subclass overrides those
 * that it changes. Only {@link #fastUnderlay()} is not passed on, so that this underlay receives each datagram. An
 * engine gets this underlay only; {@link #close()} closes both.
 */
public abstract class ForwardingUnderlay implements Underlay
{
    /** The underlay behind this one. */
    protected final Underlay underlay;

    /** @param underlay that gets every call. */
    protected ForwardingUnderlay(final Underlay underlay)
    {
        this.underlay = underlay;
    }

    @Override
    public Vtep local()
    {
        return underlay.local();
    }

    @Override
    public String description()
    {
        return underlay.description();
    }

    @Override
    public boolean gainsFromJoining()
    {
        return underlay.gainsFromJoining();
    }

    @Override
    public boolean usesFlowHash()
    {
        return underlay.usesFlowHash();
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return underlay.features();
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return underlay.pathMtu(remoteHigh, remoteLow);
    }

    @Override
    public long receiveDrops()
    {
        return underlay.receiveDrops();
    }

    @Override
    public void join(final IpAddress group) throws IOException
    {
        underlay.join(group);
    }

    @Override
    public void leave(final IpAddress group) throws IOException
    {
        underlay.leave(group);
    }

    @Override
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
        underlay.acceptOnly(sources);
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        return underlay.poll(batch);
    }

    @Override
    public void send(final SendBatch batch)
    {
        underlay.send(batch);
    }

    @Override
    public void await(final long timeoutNs)
    {
        underlay.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        underlay.wake();
    }

    @Override
    public boolean isClosed()
    {
        return underlay.isClosed();
    }

    @Override
    public void close()
    {
        underlay.close();
    }
}
