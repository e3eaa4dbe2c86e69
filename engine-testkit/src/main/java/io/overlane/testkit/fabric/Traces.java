// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import org.jspecify.annotations.Nullable;

/** Where the last frames came from, by their number. More frames than it remembers are never on their way at once. */
final class Traces
{
    private static final int SIZE = 1 << 17;
    private static final int MASK = SIZE - 1;

    private final long[] ids = new long[SIZE];
    private final int[] network = new int[SIZE];
    private final int[] engine = new int[SIZE];
    private final int[] vni = new int[SIZE];
    private final int[] port = new int[SIZE];
    private long last;

    /** A station is about to send a frame; the answer is the frame's number. */
    long next(final Station station)
    {
        return next(station, station.network);
    }

    /** A station is about to send a packet to a network. */
    long next(final Station station, final Network to)
    {
        final long id = ++last;
        final int index = (int)id & MASK;
        ids[index] = id;
        network[index] = to.id;
        engine[index] = station.engine.index;
        vni[index] = station.vni();
        port[index] = station.port;
        return id;
    }

    long count()
    {
        return last;
    }

    /** What is wrong with a frame that came through the wire to a port; null if nothing is. */
    @Nullable String difference(
        final long id, final int atNetwork, final int atEngine, final int atVni, final int atPort)
    {
        final int index = (int)id & MASK;
        if (id <= 0 || ids[index] != id)
        {
            return "a frame that no station sent, id " + id;
        }
        if (network[index] != atNetwork)
        {
            return "frame " + id + " to network " + network[index] + " came to a port of network " + atNetwork;
        }
        return engine[index] == atEngine && vni[index] == atVni && port[index] == atPort ?
            "frame " + id + " came back to its port" : null;
    }
}
