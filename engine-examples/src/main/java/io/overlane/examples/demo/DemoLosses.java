// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.status.PathCounters;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames of a stream that did not arrive, by the place where they were lost.
 *
 * @param refused     by the sending engine or its socket.
 * @param between     sent by one socket, never read from the other.
 * @param undelivered received by the engine, but not given to the application.
 * @param unexplained the rest; negative if more frames arrived than were sent.
 */
record DemoLosses(long refused, long between, long undelivered, long unexplained)
{
    /**
     * Frames before the stream have all arrived, so they do not change the differences.
     *
     * @param stream result of the stream.
     * @param encap  counters of the sender, at rest.
     * @param decap  counters of the receiver, at rest.
     * @return the losses.
     */
    static DemoLosses of(final NumberedStream.Result stream, final PathCounters encap, final PathCounters decap)
    {
        final long refused = encap.dropped();
        final long between = encap.delivered() - decap.framesIn();
        final long undelivered = decap.dropped();
        return new DemoLosses(
            refused, between, undelivered, stream.sent() - stream.arrived() - refused - between - undelivered);
    }

    @Override
    public String toString()
    {
        final List<String> places = new ArrayList<>();
        add(places, refused, "refused by the sender's engine or socket (reasons below)");
        add(places, between, "lost on the way, because the receiving socket was full");
        add(places, undelivered, "dropped by the receiver's engine (reasons below)");
        add(places, unexplained, "missing without a reason");
        return places.isEmpty() ? "none." : String.join("; ", places) + ".";
    }

    private static void add(final List<String> places, final long frames, final String what)
    {
        if (frames != 0)
        {
            places.add(frames + " frames " + what);
        }
    }
}
