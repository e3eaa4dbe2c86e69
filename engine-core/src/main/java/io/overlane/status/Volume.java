// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

/**
 * An amount of traffic.
 *
 * @param frames number of frames; a super-frame counts as the number of its segments.
 * @param bytes  bytes of the inner frames together, layer 2 headers included.
 */
public record Volume(long frames, long bytes)
{
    /** No traffic. */
    public static final Volume NONE = new Volume(0, 0);

    /**
     * @param other to add.
     * @return the sum.
     */
    public Volume plus(final Volume other)
    {
        return new Volume(frames + other.frames, bytes + other.bytes);
    }
}
