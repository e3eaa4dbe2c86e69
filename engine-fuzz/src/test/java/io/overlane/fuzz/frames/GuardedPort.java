// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;

/** A port that lends guarded frames, and checks the frames that it gets. */
final class GuardedPort implements Port
{
    /** An Ethernet header and two tags. */
    private static final int LINK_HEADER = 22;

    private final String name;
    private final int mtu;
    private final Traffic traffic;
    private final boolean isEthernet;
    private final boolean takesSuperFrames;
    private final GuardedSlots slots = new GuardedSlots(64);
    private long polled;
    private long taken;

    GuardedPort(
        final String name, final int mtu, final Traffic traffic, final boolean isEthernet,
        final boolean takesSuperFrames)
    {
        this.name = name;
        this.mtu = mtu;
        this.traffic = traffic;
        this.isEthernet = isEthernet;
        this.takesSuperFrames = takesSuperFrames;
    }

    /** Frames that the engine polled. */
    long polled()
    {
        return polled;
    }

    /** Frames that the engine offered and this port took. */
    long taken()
    {
        return taken;
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
        slots.takeBack();
        int count = 0;
        while (count < limit && slots.free() > 0 && traffic.hasFrame())
        {
            final Frame frame = slots.take();
            traffic.frame(frame);
            slots.seal();
            batch.add(frame);
            count++;
        }
        polled += count;
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
                check(frame);
                final boolean isLong = frame.gsoType() == Frame.GSO_NONE && frame.length() > mtu + LINK_HEADER;
                frame.verdict(isLong ? DropReason.OVERSIZE : traffic.verdict(DropReason.PORT_FULL));
                taken += frame.verdict() == DropReason.NONE ? 1 : 0;
            }
        }
    }

    private void check(final Frame frame)
    {
        frame.buffer().boundsCheck(frame.offset(), frame.length());
        final int least = isEthernet ? 14 : 20;
        if (frame.length() < least)
        {
            throw new AssertionError("a frame of " + frame.length() + " bytes was offered to " + name);
        }
        if ((frame.flags() & Frame.NEEDS_CHECKSUM) != 0)
        {
            final int field = frame.checksumStart() + frame.checksumOffset();
            assertTrue(
                frame.checksumStart() >= least && frame.checksumOffset() >= 0 && field + 2 <= frame.length(),
                () -> "checksum at " + frame.checksumStart() + "+" + frame.checksumOffset() + " of " + frame.length());
        }
        if (frame.gsoType() != Frame.GSO_NONE)
        {
            assertTrue(takesSuperFrames, "a super-frame for a port that takes none");
            // It may have one segment, shorter than its metadata say; Linux takes it for an ordinary frame.
            assertTrue(frame.gsoSize() > 0, "a super-frame without a size");
        }
    }

    @Override
    public boolean takesSuperFrames(final int gsoType)
    {
        return takesSuperFrames;
    }

    @Override
    public void await(final long timeoutNs)
    {
        // The run polls.
    }

    @Override
    public void wake()
    {
        // Nobody waits.
    }

    @Override
    public void close()
    {
        slots.takeBack();
    }
}
