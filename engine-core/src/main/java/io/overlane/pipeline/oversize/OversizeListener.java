// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;

/** Hears of frames that were too long, and may tell their senders. */
@FunctionalInterface
public interface OversizeListener
{
    /**
     * @param frame        without tunnel header; done with when this returns.
     * @param longestFrame bytes that would not have been too many.
     * @return true if the sender was told: the frame then counts as answered.
     */
    boolean onOversize(Frame frame, int longestFrame);
}
