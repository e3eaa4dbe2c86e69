// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.signal.Doorbell;
import io.overlane.status.DropReason;
import java.lang.invoke.VarHandle;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** A port whose frames an engine polls from a ring: lends them where they lie, and wakes the engine for new ones. */
abstract class RingInputPort implements Port
{
    /** Bytes free in front of every frame the engine polls. */
    public static final int HEADROOM = 64;

    private static final int LENT_FRAMES = 256;

    final FrameRing ring;
    final RoomSignal room;
    private final String name;
    private final int mtu;
    private final long claimTimeoutNs;
    private final NanoClock clock;
    private final Doorbell bell = new Doorbell();
    private volatile @Nullable Runnable wake;

    // Of the engine's polling thread.
    private final Frame[] lent = new Frame[LENT_FRAMES];
    /** The claims before this position existed at {@link #heldUpSinceNs}. */
    private long heldUpBefore;
    private long heldUpSinceNs;

    RingInputPort(final String name, final RingPortContext context)
    {
        this.name = name;
        mtu = context.mtu();
        ring = context.ring(HEADROOM);
        claimTimeoutNs = context.claimTimeoutNs();
        clock = context.clock();
        room = new RoomSignal(context.errorHandler());
        for (int i = 0; i < lent.length; i++)
        {
            lent[i] = new Frame(new MemoryBuffer(ring.buffer(), 0, 0));
        }
    }

    @Override
    public final String name()
    {
        return name;
    }

    @Override
    public final int mtu()
    {
        return mtu;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Counts bytes of the ring that are claimed, committed or lent to the engine. A frame takes its length and
     * {@value #HEADROOM} bytes, rounded up to a multiple of 64.
     */
    @Override
    public final double fill()
    {
        return ring.fill();
    }

    /** Ask the engine to free room, and to report it. Any thread that found the ring full; it then tries once more. */
    final void wantRoom()
    {
        if (room.want())
        {
            // Aborted claims take room until the engine passes over them, and nothing else wakes it for them.
            wakeEngine();
        }
    }

    /** Wake the engine if it waits, after frames were committed. Any thread. */
    final void wakeEngine()
    {
        // The engine waits in one place only.
        final Runnable hook = wake;
        if (hook == null)
        {
            bell.ring();
        }
        else
        {
            hook.run();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Lends {@value #LENT_FRAMES} at most, whatever the limit.
     */
    @Override
    public final int poll(final FrameBatch batch, final int limit)
    {
        release();
        final int most = Math.min(limit, LENT_FRAMES);
        int count = 0;
        while (count < most && ring.advance())
        {
            batch.add(lend(count));
            count++;
        }
        if (count == 0)
        {
            // It may have passed over aborted claims, and may not be polled again soon.
            release();
        }
        if (count == 0 && ring.isHeldUp() && isHeldUpTooLong() && most > 0 && ring.giveUp())
        {
            batch.add(lend(0).verdict(DropReason.CLAIM_ABANDONED));
            count++;
        }
        return count;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Returns at once while frames are lent and an application waits for room, because only a poll frees it.
     */
    @Override
    public final void await(final long timeoutNs)
    {
        final boolean isPressed = ring.lentLength() > (room.isWanted() ? 0 : ring.capacity() / 2);
        bell.await(isPressed || ring.mayHaveRecord() ? 0 : timeoutNs);
    }

    @Override
    public final void wake()
    {
        bell.ring();
    }

    @Override
    public final boolean wakes(final Runnable hook)
    {
        wake = hook;
        return true;
    }

    @Override
    public final void endInput()
    {
        closeInput();
        ring.giveUpAll();
    }

    /** Take no more claims. Any thread. */
    final void closeInput()
    {
        ring.close();
        room.report();
    }

    @Override
    public final boolean hasInput()
    {
        return ring.position() != ring.tail();
    }

    private void release()
    {
        if (ring.release())
        {
            VarHandle.fullFence();
            room.report();
        }
    }

    private Frame lend(final int i)
    {
        final Frame frame = lent[i];
        frame.buffer().wrap(ring.buffer(), ring.offset(), ring.length());
        return frame.wrap(HEADROOM, ring.length() - HEADROOM);
    }

    /** Whether the claim at the engine's position is known to be older than the timeout. */
    private boolean isHeldUpTooLong()
    {
        final long nowNs = clock.nanoTime();
        if (ring.position() >= heldUpBefore)
        {
            heldUpBefore = ring.tail();
            heldUpSinceNs = nowNs;
        }
        return nowNs - heldUpSinceNs >= claimTimeoutNs;
    }
}
