// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;

/** Is called for frames that were too long, and may answer their senders. */
@FunctionalInterface
public interface OversizeListener
{
    /**
     * @param frame        without tunnel header; not in use any more when this returns.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return true if the sender got an answer: the frame then counts as answered.
     */
    boolean onOversize(Frame frame, int longestFrame);
}
