// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import java.util.function.Consumer;

/** A port that sends nothing and passes each offered frame to a consumer unchanged, partial checksums included. */
final class CapturePort implements Port
{
    private static final int LARGEST_PACKET = 0xFFFF;

    private final Consumer<Frame> consumer;

    CapturePort(final Consumer<Frame> consumer)
    {
        this.consumer = consumer;
    }

    @Override
    public String name()
    {
        return "replay";
    }

    @Override
    public int mtu()
    {
        return LARGEST_PACKET;
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        return 0;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            if (batch.get(i).verdict() == DropReason.NONE)
            {
                consumer.accept(batch.get(i));
            }
        }
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
