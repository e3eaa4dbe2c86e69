// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

/** What a {@link RingPort} does with a frame for its application while the application's ring is full. */
public enum SlowReader
{
    /** The new frame is dropped for {@code port-full}. Frames are read where they lie, without a copy. */
    DROP_NEWEST,

    /**
     * The oldest frames that the application has not begun to read make room for the new one. The engine has counted
     * them as delivered before; {@link RingPort#overwritten()} counts them. The frame that a handler is reading stays
     * as it is, because {@link RingPort#poll} copies each frame out of the ring before it calls the handler: one copy
     * more for each frame. If the application's thread is stopped during this copy, new frames are dropped for
     * {@code port-full} until it runs again.
     */
    DROP_OLDEST,

    /**
     * The engine's thread waits for room, {@link RingPortContext#blockNs(long)} at most for each batch of frames, and
     * then drops the new frame for {@code port-full}. Meanwhile it carries nothing for other ports, so this is for an
     * application that is behind for a moment and must not lose frames. A reader that does not move costs one wait
     * only: until it reads again, new frames are dropped without waiting. {@link RingPort#blocked()} counts the waits.
     */
    BLOCK
}
