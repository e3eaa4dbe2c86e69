// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A port of a replayed engine. Only segments with several ports need it: the name says from which interface of a
 * capture its frames come. A segment without a port gets one from the replay.
 */
public final class ReplayPort implements Port
{
    /** Takes every packet. */
    static final int DEFAULT_MTU = 0xFFFF;

    private final String name;
    private final int mtu;
    private @Nullable FrameSlab slab;
    private @Nullable Frame waiting;
    private BiConsumer<ReplayPort, Frame> taken = (port, frame) -> {};

    /** A port that takes packets of any length. */
    public ReplayPort(final String name)
    {
        this(name, DEFAULT_MTU);
    }

    /**
     * @param name of the interface in the capture.
     * @param mtu  the largest packet that fits, without the layer 2 header, in bytes.
     */
    public ReplayPort(final String name, final int mtu)
    {
        this.name = name;
        this.mtu = mtu;
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public int mtu()
    {
        return mtu;
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        if (waiting == null || limit == 0)
        {
            return 0;
        }
        batch.add(waiting);
        waiting = null;
        return 1;
    }

    /** Takes every frame that is not dropped already and fits the MTU. */
    @Override
    public void offer(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            if (batch.get(i).verdict() == DropReason.NONE)
            {
                taken.accept(this, batch.get(i));
            }
        }
    }

    /** Returns at once, as a capture never has to be waited for. */
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

    void onTaken(final BiConsumer<ReplayPort, Frame> consumer)
    {
        taken = consumer;
    }

    /** Give a frame to the next poll. */
    void put(final CapturedPacket packet)
    {
        slab = slab == null ? new FrameSlab(1, CapturedPacket.MAX_LENGTH) : slab;
        waiting = packet.copyTo(slab.frame(0));
    }
}
