// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

/**
 * Frames and bytes that a segment carried. Those of removed segments stay in the engine's counters, under the label
 * {@code removed-segments}.
 *
 * @param vni         its VNI.
 * @param encapFrames frames from its ports that were delivered.
 * @param encapBytes  bytes of these frames.
 * @param decapFrames frames from remotes that were delivered to its ports.
 * @param decapBytes  bytes of these frames.
 */
public record SegmentTotals(int vni, long encapFrames, long encapBytes, long decapFrames, long decapBytes)
{
}
