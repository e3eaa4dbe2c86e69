// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

/**
 * What a segment had carried when it was removed. The engine's sums go on counting it, under the label
 * {@code removed-segments}.
 *
 * @param vni         its VNI.
 * @param encapFrames frames from its ports that were delivered.
 * @param encapBytes  their bytes.
 * @param decapFrames frames from remotes that its ports were given.
 * @param decapBytes  their bytes.
 */
public record SegmentTotals(int vni, long encapFrames, long encapBytes, long decapFrames, long decapBytes)
{
}
