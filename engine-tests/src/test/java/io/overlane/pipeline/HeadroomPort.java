// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;
import io.overlane.testkit.SilentPort;
import java.util.ArrayList;
import java.util.List;

/** Writes as many bytes in front of a frame as a TAP does, and then takes it. */
public final class HeadroomPort extends SilentPort
{
    public final List<byte[]> frames = new ArrayList<>();
    public boolean takes;
    boolean keeps = true;
    public DropReason verdict = DropReason.NONE;

    public HeadroomPort()
    {
        super("headroom");
    }

    @Override
    public void offer(final FrameBatch offered)
    {
        for (int i = 0; i < offered.size(); i++)
        {
            final Frame frame = offered.get(i);
            frame.buffer().putLong(frame.offset() - 12, -1);
            frame.buffer().putInt(frame.offset() - 4, -1);
            frame.verdict(verdict);
            if (keeps)
            {
                final byte[] bytes = new byte[frame.length()];
                frame.buffer().getBytes(frame.offset(), bytes);
                frames.add(bytes);
            }
        }
    }

    @Override
    public boolean takesSuperFrames(final int gsoType)
    {
        return takes;
    }

    @Override
    public int mtu()
    {
        return 1500;
    }
}
