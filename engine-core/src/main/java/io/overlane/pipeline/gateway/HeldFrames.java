// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.gateway;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.gateway.Link;
import io.overlane.gateway.Vrf;
import io.overlane.port.Port;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Copies of frames that wait for the MAC of their next hop, in memory off the heap: {@link #SMALL} slots for ordinary
 * frames and {@link #LARGE} for long ones and super-frames. The memory is allocated with the first frame. One thread.
 */
public final class HeldFrames
{
    /** There is no slot for the frame. */
    static final int NO_SLOT = -1;

    /** Slots for frames up to {@link #SMALL_LENGTH} bytes. With the large ones they take about half a mebibyte. */
    private static final int SMALL = 128;

    private static final int SMALL_LENGTH = 2_048;

    /** Slots for any frame: a super-frame has up to 65,535 bytes and its Ethernet header. */
    private static final int LARGE = 4;

    private static final int LARGE_LENGTH = 65_536 + 64;

    private final int[] free = new int[SMALL + LARGE];
    private int freeSmall;
    private int freeLarge;
    private @Nullable FrameSlab small;
    private @Nullable FrameSlab large;

    // By slot: what is known about the frame besides its bytes.
    final int[] next = new int[SMALL + LARGE];
    final int[] count = new int[SMALL + LARGE];
    final long[] high = new long[SMALL + LARGE];
    final long[] low = new long[SMALL + LARGE];
    final @Nullable Link[] in = new Link[SMALL + LARGE];
    final @Nullable Vrf[] vrf = new Vrf[SMALL + LARGE];
    final @Nullable Port[] from = new Port[SMALL + LARGE];

    HeldFrames()
    {
        for (int slot = 0; slot < SMALL; slot++)
        {
            free[freeSmall++] = slot;
        }
        for (int slot = SMALL; slot < SMALL + LARGE; slot++)
        {
            free[SMALL + freeLarge++] = slot;
        }
    }

    /** Copy a frame into a slot; the answer is the slot, or {@link #NO_SLOT}. */
    int copy(final Frame frame)
    {
        final boolean isSmall = frame.length() <= SMALL_LENGTH;
        if (isSmall ? freeSmall == 0 : freeLarge == 0 || frame.length() > LARGE_LENGTH)
        {
            return NO_SLOT;
        }
        if (small == null || large == null)
        {
            small = new FrameSlab(SMALL, SMALL_LENGTH);
            large = new FrameSlab(LARGE, LARGE_LENGTH);
        }
        final int slot = isSmall ? free[--freeSmall] : free[SMALL + --freeLarge];
        final Frame copy = frame(slot).wrap(FrameSlab.HEADROOM, frame.length());
        copy.buffer().putBytes(FrameSlab.HEADROOM, frame.buffer(), frame.offset(), frame.length());
        copy.offload(
            frame.flags(), frame.gsoType(), frame.headerLength(), frame.gsoSize(), frame.checksumStart(),
            frame.checksumOffset());
        return slot;
    }

    /** The frame in a slot. */
    Frame frame(final int slot)
    {
        return slot < SMALL ?
            Objects.requireNonNull(small, "small").frame(slot) :
            Objects.requireNonNull(large, "large").frame(slot - SMALL);
    }

    void free(final int slot)
    {
        in[slot] = null;
        vrf[slot] = null;
        from[slot] = null;
        if (slot < SMALL)
        {
            free[freeSmall++] = slot;
        }
        else
        {
            free[SMALL + freeLarge++] = slot;
        }
    }
}
