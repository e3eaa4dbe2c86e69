// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.Vtep;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;

/** Receives nothing, and takes every datagram without sending it. A test overrides the methods that it looks at. */
public class SilentUnderlay implements Underlay
{
    private final Vtep local;

    /** @param local address that it claims to be bound to. */
    public SilentUnderlay(final Vtep local)
    {
        this.local = local;
    }

    @Override
    public Vtep local()
    {
        return local;
    }

    @Override
    public String description()
    {
        return "silent";
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        return 0;
    }

    @Override
    public void send(final SendBatch batch)
    {
        // A new entry of a batch already has the verdict NONE.
    }

    @Override
    public void await(final long timeoutNs)
    {
    }

    @Override
    public void wake()
    {
    }

    @Override
    public void close()
    {
    }
}
