// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.SilentUnderlay;
import io.overlane.underlay.OuterFields;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UnderlayFeature;
import io.overlane.underlay.base.OuterOverhead;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A network of MTU 1500 in which every address of the recordings is reached, and every datagram is kept as the packet
 * the engine asked for. What it leaves to its underlay is as sockets have it by contract: TTL 64, to groups 1, DF set.
 * Checksums and source ports cannot be seen here; {@code KernelPacketIT} sees them.
 */
final class WireUnderlay extends SilentUnderlay
{
    private static final int MTU = 1500;
    private static final List<IpPrefix> REACHED =
        List.of(IpPrefix.parse("10.99.0.0/24"), IpPrefix.parse("fd99::/64"));

    private final Vtep local;
    private final List<OuterPacket> sent = new ArrayList<>();
    private final Frame incoming = new FrameSlab(1, 4096).frame(0);
    private final List<Runnable> waiting = new ArrayList<>();
    private ReceiveBatch polled;

    WireUnderlay(final Vtep local)
    {
        super(local);
        this.local = local;
    }

    /** @return what was sent since the last call. */
    List<OuterPacket> take()
    {
        final List<OuterPacket> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** A datagram comes, with the next poll. */
    void put(final Vtep from, final int tos, final byte[] datagram)
    {
        waiting.add(() ->
        {
            incoming.wrap(FrameSlab.HEADROOM, datagram.length);
            incoming.buffer().putBytes(incoming.offset(), datagram);
            polled.add(incoming, from.address().high(), from.address().low(), from.udpPort(), tos, 0);
        });
    }

    @Override
    public boolean usesFlowHash()
    {
        return true;
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.allOf(UnderlayFeature.class);
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return MTU;
    }

    @Override
    public void join(final IpAddress group)
    {
        // Nobody sends to it here.
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        if (waiting.isEmpty())
        {
            return 0;
        }
        polled = batch;
        waiting.remove(0).run();
        return 1;
    }

    @Override
    public void send(final SendBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final IpAddress to = new IpAddress(batch.remoteHigh(i), batch.remoteLow(i));
            final DropReason verdict = verdict(to, batch.frame(i).length());
            batch.verdict(i, verdict);
            if (verdict == DropReason.NONE)
            {
                sent.add(new OuterPacket(
                    local,
                    new Vtep(to, batch.remotePort(i)),
                    batch.tos(i),
                    batch.ttl(i) == 0 ? to.isMulticast() ? 1 : 64 : batch.ttl(i),
                    batch.df(i) == OuterFields.DF_CLEAR ? 0 : 1,
                    false,
                    null,
                    batch.flowHash(i),
                    EngineHarness.bytes(batch.frame(i))));
            }
        }
    }

    private DropReason verdict(final IpAddress to, final int length)
    {
        if (to.isV4() != local.address().isV4() ||
            !to.isMulticast() && REACHED.stream().noneMatch(prefix -> prefix.contains(to)))
        {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        return length > MTU - OuterOverhead.datagram(to.isV4()) ? DropReason.OVERSIZE : DropReason.NONE;
    }

    @Override
    public void close()
    {
        waiting.clear();
    }
}
