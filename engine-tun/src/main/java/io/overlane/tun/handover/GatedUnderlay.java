// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import io.overlane.underlay.ForwardingUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.Underlay;

/** A socket that sends at any time, and is not read before its gate is open. A fast path uses the socket itself. */
public final class GatedUnderlay extends ForwardingUnderlay
{
    private final Gate gate;

    public GatedUnderlay(final Underlay underlay, final Gate gate)
    {
        super(underlay);
        this.gate = gate;
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        return gate.isOpen() ? super.poll(batch) : 0;
    }

    /**
     * Packets that waited leave one by one, as those of the fast path that follows them do: the engine of a peer would
     * receive joined datagrams, and its kernel those that come behind them, which would overtake them.
     */
    @Override
    public boolean gainsFromJoining()
    {
        return gate.hasPassed() && super.gainsFromJoining();
    }

    @Override
    public Underlay fastUnderlay()
    {
        return underlay;
    }

    @Override
    public void await(final long timeoutNs)
    {
        if (gate.isOpen())
        {
            super.await(timeoutNs);
        }
        else
        {
            gate.pause(timeoutNs);
        }
    }
}
