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

/** The end of a ring at which an engine polls: lends the frames where they lie, and wakes the engine for new ones. */
final class EngineInput
{
    /** Bytes free in front of every frame. */
    static final int HEADROOM = 64;

    static final int LENT_FRAMES = 256;

    private final FrameRing ring;
    private final long claimTimeoutNs;
    private final NanoClock clock;
    private final RoomSignal room;
    private final Doorbell bell = new Doorbell();
    private volatile @Nullable Runnable wake;

    // Of the engine's polling thread.
    private final Frame[] lent = new Frame[LENT_FRAMES];
    /** The claims before this position existed at {@link #heldUpSinceNs}. */
    private long heldUpBefore;
    private long heldUpSinceNs;

    EngineInput(final FrameRing ring, final RingPortContext context)
    {
        this.ring = ring;
        claimTimeoutNs = context.claimTimeoutNs();
        clock = context.clock();
        room = new RoomSignal(context.errorHandler());
        for (int i = 0; i < lent.length; i++)
        {
            lent[i] = new Frame(new MemoryBuffer(ring.buffer(), 0, 0));
        }
    }

    FrameRing ring()
    {
        return ring;
    }

    RoomSignal room()
    {
        return room;
    }

    /** Ask the engine to free room, and to report it. Any thread that found the ring full; it then tries once more. */
    void wantRoom()
    {
        if (room.want())
        {
            // Aborted claims take room until the engine passes over them, and nothing else wakes it for them.
            wakeEngine();
        }
    }

    /** Wake the engine if it waits, after frames were committed. Any thread. */
    void wakeEngine()
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

    /** Lend {@value #LENT_FRAMES} frames at most. Engine's polling thread. */
    int poll(final FrameBatch batch, final int limit)
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

    /** Engine's polling thread. */
    void await(final long timeoutNs)
    {
        final boolean isPressed = ring.lentLength() > (room.isWanted() ? 0 : ring.capacity() / 2);
        bell.await(isPressed || ring.mayHaveRecord() ? 0 : timeoutNs);
    }

    /** End a current or the next {@link #await}. Any thread. */
    void wake()
    {
        bell.ring();
    }

    /** Run this for new frames instead. */
    void wakes(final Runnable hook)
    {
        wake = hook;
    }

    /** Take no more claims. Any thread. */
    void close()
    {
        ring.close();
        room.report();
    }

    /** Take no more claims, and give up those that are not committed. Engine's polling thread. */
    void end()
    {
        close();
        ring.giveUpAll();
    }

    boolean hasInput()
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
