// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import io.overlane.frame.FrameBatch;
import io.overlane.port.ForwardingPort;
import io.overlane.port.Port;

/**
 * A device that delivers frames at any time, and is not read before its gate is open. A fast path uses the device
 * itself.
 */
public final class GatedPort extends ForwardingPort
{
    private final Gate gate;

    public GatedPort(final Port port, final Gate gate)
    {
        super(port);
        this.gate = gate;
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        return gate.isOpen() ? super.poll(batch, limit) : 0;
    }

    @Override
    public Port fastPort()
    {
        return port;
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
