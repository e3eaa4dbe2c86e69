// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;

/**
 * Adds up what was delivered of a batch, so that counters are written once for each run of frames of one remote and not
 * for each frame. One thread.
 */
public final class DeliveryTally
{
    private final PathCounters counters;
    private int remote;
    private int frames;
    private int bytes;

    public DeliveryTally(final PathCounters counters)
    {
        this.counters = counters;
    }

    /**
     * @param traffic of the frames' VNI, the same until the next {@link #flush(Traffic)}.
     * @param remote  number of the remote they went to or came from, or {@code RemoteTraffic.UNNUMBERED}.
     * @param frames  delivered; a super-frame is as many as it has segments.
     * @param bytes   of the inner frames together.
     */
    public void add(final Traffic traffic, final int remote, final int frames, final int bytes)
    {
        if (this.remote != remote)
        {
            flush(traffic);
            this.remote = remote;
        }
        this.frames += frames;
        this.bytes += bytes;
    }

    /** Count what was added. */
    public void flush(final Traffic traffic)
    {
        if (frames > 0)
        {
            counters.onDelivered(traffic, frames, bytes);
            counters.remotes().record(remote, frames, bytes);
            frames = 0;
            bytes = 0;
        }
    }
}
