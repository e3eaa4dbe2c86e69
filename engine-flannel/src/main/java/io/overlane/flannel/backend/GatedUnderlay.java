// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket that sends at any time, and is not read before its gate is open. */
final class GatedUnderlay implements Underlay
{
    private final Underlay underlay;
    private final Gate gate;

    GatedUnderlay(final Underlay underlay, final Gate gate)
    {
        this.underlay = underlay;
        this.gate = gate;
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
        return gate.isOpen() ? underlay.poll(batch) : 0;
    }

    @Override
    public void send(final SendBatch batch)
    {
        underlay.send(batch);
    }

    @Override
    public void await(final long timeoutNs)
    {
        if (gate.isOpen())
        {
            underlay.await(timeoutNs);
        }
        else
        {
            gate.pause(timeoutNs);
        }
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
