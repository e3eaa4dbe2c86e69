// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what the gateway does for one routing context, one way. One thread records; any thread reads. */
public final class RoutingCounters
{
    private static final int ROUTED_FRAMES = 0;
    private static final int ROUTED_BYTES = 1;
    private static final int ANSWERED = 2;
    private static final int REQUESTS = 3;
    private static final int FIRST_REASON = 4;

    private final AtomicLongArray counts = new AtomicLongArray(FIRST_REASON + DropReason.MAX_COUNT);

    /**
     * Frames were routed; what became of them then is counted as for bridged frames.
     *
     * @param bytes of all of them together.
     */
    public void onRouted(final int frames, final int bytes)
    {
        add(ROUTED_FRAMES, frames);
        add(ROUTED_BYTES, bytes);
    }

    /** Frames for the gateway itself ended here, most of them with an answer. */
    public void onAnswered(final int frames)
    {
        add(ANSWERED, frames);
    }

    /** The gateway asked for the MAC of a next hop. */
    public void onRequest()
    {
        add(REQUESTS, 1);
    }

    /** The gateway dropped frames. */
    public void onDropped(final DropReason reason, final int frames)
    {
        add(FIRST_REASON + reason.ordinal(), frames);
    }

    /** @return frames and bytes that were routed. */
    public Volume routed()
    {
        return new Volume(counts.get(ROUTED_FRAMES), counts.get(ROUTED_BYTES));
    }

    /** @return frames for the gateway itself that were not dropped. */
    public long answered()
    {
        return counts.get(ANSWERED);
    }

    /** @return requests for the MACs of next hops. */
    public long requests()
    {
        return counts.get(REQUESTS);
    }

    /** @return frames that the gateway dropped for a reason. */
    public long dropped(final DropReason reason)
    {
        return counts.get(FIRST_REASON + reason.ordinal());
    }

    private void add(final int index, final long amount)
    {
        counts.lazySet(index, counts.getPlain(index) + amount);
    }
}
