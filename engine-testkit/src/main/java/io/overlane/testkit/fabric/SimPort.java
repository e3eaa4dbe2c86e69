// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testkit.SilentPort;
import java.util.List;

/** A port of a simulated engine. All ports share the memory of polled frames, because one of them is used at a time. */
final class SimPort extends SilentPort
{
    private final int vni;
    private final int number;
    private final FrameSlab memory;
    private final Effects found;
    private int waiting;

    SimPort(final int vni, final int number, final FrameSlab memory, final Effects found)
    {
        super("vni-" + vni + "-" + number);
        this.vni = vni;
        this.number = number;
        this.memory = memory;
        this.found = found;
    }

    /** Put frames for the next poll; super-frames of TCP over IPv4 if {@code gsoSize} is positive. */
    void put(final List<byte[]> frames, final int gsoSize)
    {
        for (final byte[] bytes : frames)
        {
            final Frame frame = memory.frame(waiting++);
            frame.buffer().putBytes(FrameSlab.HEADROOM, bytes);
            frame.wrap(FrameSlab.HEADROOM, bytes.length)
                .offload(0, gsoSize > 0 ? Frame.GSO_TCPV4 : Frame.GSO_NONE, 54, gsoSize, 0, 0);
        }
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        final int count = waiting;
        for (int i = 0; i < count; i++)
        {
            batch.add(memory.frame(i));
        }
        waiting = 0;
        return count;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            if (frame.verdict() == DropReason.NONE)
            {
                final byte[] bytes = new byte[frame.length()];
                final MemoryBuffer buffer = frame.buffer();
                buffer.getBytes(frame.offset(), bytes);
                found.offers.add(new Effects.Offer(vni, number, bytes));
            }
        }
    }
}
