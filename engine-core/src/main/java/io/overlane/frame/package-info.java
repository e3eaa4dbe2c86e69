// SPDX-License-Identifier: Apache-2.0
/**
 * A frame in place: bytes in a buffer with headroom in front, and the offload metadata that belongs to them.
 *
 * <p><b>Lending.</b> A {@code Port} or an {@code Underlay} that reads frames from outside lends them until the
 * caller clears the batch or polls the same source again. The memory belongs to the source or, for ports that read
 * into {@code FrameBatch.slot}, to the caller's batch. One thread carries a frame from read to write, so nothing is
 * counted, copied or released in between; a caller that wants to keep bytes for longer copies them.
 */
@NullMarked
package io.overlane.frame;

import org.jspecify.annotations.NullMarked;
