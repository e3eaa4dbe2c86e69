// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the fast path of an engine does.
 *
 * @param state       whether it carries frames.
 * @param why         the reason if it carries none, in one line; empty if it is on.
 * @param stations    number of stations that it has.
 * @param maxStations the largest number of stations that it can have; 0 if it is off.
 * @param segments    in order of their VNIs; empty if it is off.
 * @param report      what the fast path itself reports; null if it is off.
 */
public record FastPathStatus(
    FastPathState state,
    String why,
    int stations,
    int maxStations,
    List<SegmentState> segments,
    @Nullable FastPathReport report)
{
    /**
     * A segment.
     *
     * @param vni    of the segment.
     * @param whyNot the reason why the engine carries all of its frames, in a few words; null if the fast path carries
     *               those of known stations.
     */
    public record SegmentState(int vni, @Nullable String whyNot)
    {
    }
}
