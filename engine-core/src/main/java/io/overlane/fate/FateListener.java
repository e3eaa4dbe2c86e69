// SPDX-License-Identifier: Apache-2.0
package io.overlane.fate;

/**
 * Receives the fates of frames from the threads that carry the frames.
 *
 * <p>Each thread of an engine calls the listener for the frames that it carries: the thread of a queue's ports with
 * {@link Fate.Direction#ENCAP}, the thread of its underlay with {@link Fate.Direction#DECAP}. So one listener may be
 * called by several threads at a time, and must be thread-safe. {@link Fate#queue()} and {@link Fate#direction()}
 * select state that only one thread uses at a time.
 *
 * <p>Frames wait while a listener runs. It must not block, and should not allocate. A listener that throws is removed,
 * and the engine's error handler gets what it threw; the engine goes on.
 */
@FunctionalInterface
public interface FateListener
{
    /**
     * The fate of a frame, or of a copy of a frame, is known and counted.
     *
     * @param fate a view that is valid until this method returns, and so is the memory of the frame.
     */
    void onFate(Fate fate);
}
