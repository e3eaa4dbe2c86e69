// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.status.PathCounters;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the frames of a stream went that did not arrive.
 *
 * @param refused     not taken by the sending engine, or by its socket.
 * @param between     sent by one socket, never seen by the other.
 * @param undelivered received and not handed to the application.
 * @param unexplained none of these; negative if more arrived than went.
 */
record DemoLosses(long refused, long between, long undelivered, long unexplained)
{
    /**
     * All frames before the stream have arrived, so that they cancel out.
     *
     * @param stream what came of it.
     * @param encap  of the sender, at rest.
     * @param decap  of the receiver, at rest.
     * @return where the others are.
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
