// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import io.overlane.port.Port;
import io.overlane.underlay.OuterContext;

/**
 * A segment that a fast path may carry.
 *
 * @param vni          of the segment.
 * @param port         its only port.
 * @param outer        fields of the outer headers of frames from the port; none is inherited from the inner header, but
 *                     for congestion bits.
 * @param longestFrame bytes of a frame from the port at most, with the Ethernet header; longer ones are for the engine.
 */
public record FastSegment(int vni, Port port, OuterContext outer, int longestFrame)
{
}
