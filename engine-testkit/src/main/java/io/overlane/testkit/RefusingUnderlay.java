// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.status.DropReason;
import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An underlay that refuses or fails on request, and records what it was asked to do. */
public final class RefusingUnderlay extends ForwardingUnderlay
{
    private final Map<Vtep, DropReason> refusals = new HashMap<>();
    private final SendBatch one = new SendBatch(1);
    private final List<Integer> outers = new ArrayList<>();
    private final List<Integer> hashes = new ArrayList<>();
    private final List<Set<IpPrefix>> filters = new ArrayList<>();
    private boolean usesFlowHash;
    private @Nullable RuntimeException sendFault;
    private long overflows;
    private @Nullable RuntimeException pollFault;
    private @Nullable RuntimeException askFault;
    private int closed;

    public RefusingUnderlay(final Underlay underlay)
    {
        super(underlay);
    }

    /** @param reason verdict for its datagrams; {@link DropReason#NONE} to send them again. */
    public void refuse(final Vtep remote, final DropReason reason)
    {
        refusals.put(remote, reason);
    }

    /** @param fault thrown by the next send, which sends nothing. */
    public void failSend(final RuntimeException fault)
    {
        sendFault = fault;
    }

    /** @param fault thrown by the next poll, after it has added datagrams. */
    public void failPoll(final RuntimeException fault)
    {
        pollFault = fault;
    }

    /** @param fault thrown by each question for a path's MTU or for joining; null to stop. */
    public void failQuestions(final RuntimeException fault)
    {
        askFault = fault;
    }

    /** @return the outer fields of all entries sent since the last call. */
    public List<Integer> takeOuters()
    {
        final List<Integer> taken = List.copyOf(outers);
        outers.clear();
        return taken;
    }

    /** @return the flow hashes of all entries sent since the last call. */
    public List<Integer> takeHashes()
    {
        final List<Integer> taken = List.copyOf(hashes);
        hashes.clear();
        return taken;
    }

    /** @return the sources of all filters that were set since the last call; null for a filter that accepts all. */
    public List<Set<IpPrefix>> takeFilters()
    {
        final List<Set<IpPrefix>> taken = new ArrayList<>(filters);
        filters.clear();
        return taken;
    }

    /** Report that a full receive buffer dropped this many further datagrams. */
    public void overflow(final long datagrams)
    {
        overflows += datagrams;
    }

    /** Report that flow hashes are used; call it before the launch. */
    public void useFlowHash()
    {
        usesFlowHash = true;
    }

    /** @return calls of {@link #close()}. */
    public int closed()
    {
        return closed;
    }

    @Override
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
        filters.add(sources);
    }

    @Override
    public long receiveDrops()
    {
        return super.receiveDrops() + overflows;
    }

    @Override
    public void send(final SendBatch batch)
    {
        if (sendFault != null)
        {
            final RuntimeException fault = sendFault;
            sendFault = null;
            throw fault;
        }
        for (int i = 0; i < batch.size(); i++)
        {
            outers.add(batch.outer(i));
            hashes.add(batch.flowHash(i));
        }
        if (refusals.isEmpty())
        {
            super.send(batch);
            return;
        }
        for (int i = 0; i < batch.size(); i++)
        {
            final Vtep remote = new Vtep(new IpAddress(batch.remoteHigh(i), batch.remoteLow(i)), batch.remotePort(i));
            final DropReason refusal = refusals.getOrDefault(remote, DropReason.NONE);
            if (refusal == DropReason.NONE)
            {
                one.clear();
                one.add(
                    batch.frame(i),
                    batch.remoteHigh(i),
                    batch.remoteLow(i),
                    batch.remotePort(i),
                    batch.remote(i),
                    batch.flowHash(i),
                    batch.outer(i),
                    batch.segmentSize(i));
                super.send(one);
                batch.verdict(i, one.verdict(0));
            }
            else
            {
                batch.verdict(i, refusal);
            }
        }
    }

    @Override
    public boolean usesFlowHash()
    {
        return usesFlowHash;
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        if (askFault != null)
        {
            throw askFault;
        }
        return super.pathMtu(remoteHigh, remoteLow);
    }

    @Override
    public boolean gainsFromJoining()
    {
        if (askFault != null)
        {
            throw askFault;
        }
        return super.gainsFromJoining();
    }

    @Override
    public String description()
    {
        return "refusing";
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        final int polled = super.poll(batch);
        if (pollFault != null)
        {
            final RuntimeException fault = pollFault;
            pollFault = null;
            throw fault;
        }
        return polled;
    }

    @Override
    public void close()
    {
        closed++;
        super.close();
    }
}
