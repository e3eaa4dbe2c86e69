// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.signal.IdleWait;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * Two underlays as one, one for each IP version: sends by the version of the remote, receives from both in turns, and
 * waits for both at once. Its features are those that both have.
 *
 * <pre>
 *              ┌─► IPv4 underlay          IPv4 underlay ─┐
 *   send ──────┤                                         ├──► poll
 *              └─► IPv6 underlay          IPv6 underlay ─┘
 * </pre>
 */
public final class DualStackUnderlay implements Underlay
{
    private final Underlay ipv4;
    private final Underlay ipv6;
    private final IdleWait idleWait;
    private final Part part4 = new Part();
    private final Part part6 = new Part();
    private boolean isIpv6First;

    /**
     * @param ipv4     for IPv4 remotes; this closes it.
     * @param ipv6     for IPv6 remotes only, on the same port; this closes it.
     * @param idleWait waits for both; this closes it.
     * @throws IllegalArgumentException if the two are not of different versions and of one port.
     */
    public DualStackUnderlay(final Underlay ipv4, final Underlay ipv6, final IdleWait idleWait)
    {
        if (!ipv4.local().address().isV4() || ipv6.local().address().isV4() ||
            ipv4.local().udpPort() != ipv6.local().udpPort())
        {
            throw new IllegalArgumentException(
                "not an IPv4 and an IPv6 underlay on one port: " + ipv4.local() + " and " + ipv6.local());
        }
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.idleWait = idleWait;
    }

    /** The entries of a batch that have one IP version. */
    private static final class Part
    {
        private SendBatch batch = new SendBatch(0);
        private int[] entries = {};

        private void clear(final int capacity)
        {
            if (batch.capacity() < capacity)
            {
                batch = new SendBatch(capacity);
                entries = new int[capacity];
            }
            batch.clear();
        }

        private void add(final SendBatch from, final int entry)
        {
            entries[batch.size()] = entry;
            batch.add(
                from.frame(entry),
                from.remoteHigh(entry),
                from.remoteLow(entry),
                from.remotePort(entry),
                from.remote(entry),
                from.flowHash(entry),
                from.outer(entry),
                from.segmentSize(entry));
        }

        private void send(final Underlay underlay, final SendBatch to)
        {
            underlay.send(batch);
            for (int i = 0; i < batch.size(); i++)
            {
                to.verdict(entries[i], batch.verdict(i));
            }
        }
    }

    /** @return the address of the IPv6 underlay, and the port of both. */
    @Override
    public Vtep local()
    {
        return ipv6.local();
    }

    @Override
    public String description()
    {
        return "IPv4 " + ipv4.description() + "; IPv6 " + ipv6.description();
    }

    @Override
    public boolean gainsFromJoining()
    {
        return ipv4.gainsFromJoining() && ipv6.gainsFromJoining();
    }

    @Override
    public boolean usesFlowHash()
    {
        return ipv4.usesFlowHash() || ipv6.usesFlowHash();
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        final Set<UnderlayFeature> both = EnumSet.noneOf(UnderlayFeature.class);
        both.addAll(ipv4.features());
        both.retainAll(ipv6.features());
        return both;
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return of(IpAddress.isV4(remoteHigh, remoteLow)).pathMtu(remoteHigh, remoteLow);
    }

    @Override
    public long receiveDrops()
    {
        return ipv4.receiveDrops() + ipv6.receiveDrops();
    }

    @Override
    public void join(final IpAddress group) throws IOException
    {
        of(group.isV4()).join(group);
    }

    @Override
    public void leave(final IpAddress group) throws IOException
    {
        of(group.isV4()).leave(group);
    }

    @Override
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
        ipv4.acceptOnly(sources);
        ipv6.acceptOnly(sources);
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        isIpv6First = !isIpv6First;
        // Poll both in any case: only its own poll ends what an underlay has lent.
        final int first = of(!isIpv6First).poll(batch);
        return first + of(isIpv6First).poll(batch);
    }

    @Override
    public void send(final SendBatch batch)
    {
        final int size = batch.size();
        int countV4 = 0;
        for (int i = 0; i < size; i++)
        {
            countV4 += IpAddress.isV4(batch.remoteHigh(i), batch.remoteLow(i)) ? 1 : 0;
        }
        if (countV4 == size || countV4 == 0)
        {
            of(countV4 > 0).send(batch);
            return;
        }
        part4.clear(batch.capacity());
        part6.clear(batch.capacity());
        for (int i = 0; i < size; i++)
        {
            (IpAddress.isV4(batch.remoteHigh(i), batch.remoteLow(i)) ? part4 : part6).add(batch, i);
        }
        part4.send(ipv4, batch);
        part6.send(ipv6, batch);
    }

    private Underlay of(final boolean isV4)
    {
        return isV4 ? ipv4 : ipv6;
    }

    @Override
    public void await(final long timeoutNs)
    {
        idleWait.await(timeoutNs);
    }

    @Override
    public void wake()
    {
        idleWait.wake();
    }

    @Override
    public boolean isClosed()
    {
        return ipv4.isClosed() || ipv6.isClosed();
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(ipv4, ipv6, idleWait);
    }
}
