// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.port.Port;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.CountersReader;

/**
 * All counters of one engine, in one Agrona counters region with labels, so that any Agrona tool can list them.
 */
public final class EngineCounters
{
    private static final int COUNTERS_FOR_PATHS = 256;
    private static final int COUNTERS_PER_SEGMENT = 4;

    private final CounterRegion region;
    private final PathCounters[] encap;
    private final PathCounters[] decap;
    private final TableCounters tables;

    /**
     * @param maxSegments segments with counters of their own.
     * @param maxRemotes  remotes with counters of their own.
     * @param maxLines    combinations of drop reason, VNI and remote with counters of their own, each way and queue.
     * @param queues      threads that go each way.
     * @param clock       the engine's, for the time of samples of drops.
     */
    public EngineCounters(
        final int maxSegments, final int maxRemotes, final int maxLines, final int queues, final NanoClock clock)
    {
        final int counters = queues * (COUNTERS_FOR_PATHS + maxSegments * COUNTERS_PER_SEGMENT);
        region = new CounterRegion(counters);
        tables = new TableCounters(region);
        encap = new PathCounters[queues];
        decap = new PathCounters[queues];
        for (int i = 0; i < queues; i++)
        {
            encap[i] = new PathCounters(region, path("encap", i), maxRemotes, maxLines, clock);
            decap[i] = new PathCounters(region, path("decap", i), maxRemotes, maxLines, clock);
            if (i > 0)
            {
                encap[i - 1].join(encap[i]);
                decap[i - 1].join(decap[i]);
            }
        }
        DropReason.register(this);
    }

    /** Count drops for one more reason. Any thread; the reason is in no other thread's hands yet. */
    void add(final DropReason reason)
    {
        for (int i = 0; i < encap.length; i++)
        {
            encap[i].add(region, path("encap", i), reason);
            decap[i].add(region, path("decap", i), reason);
        }
    }

    private static String path(final String path, final int queue)
    {
        return queue == 0 ? path : path + "-" + queue;
    }

    /** @return fates of frames from ports, of all queues. */
    public PathCounters encap()
    {
        return encap[0];
    }

    /** @return fates of datagrams from the underlay, of all queues. */
    public PathCounters decap()
    {
        return decap[0];
    }

    /** @return events of table entries. */
    public TableCounters tables()
    {
        return tables;
    }

    /**
     * Count a remote from 0, both ways, because it got the number of another. Only for the thread that writes the
     * tables.
     *
     * @param remote its number.
     */
    public void resetRemote(final int remote)
    {
        encap().remotes().reset(remote);
        decap().remotes().reset(remote);
    }

    /**
     * Forget the traffic of a port that was removed and closed. Any thread.
     *
     * @param port that no thread uses any more.
     */
    public void forget(final Port port)
    {
        encap().forget(port);
        decap().forget(port);
    }

    /** @return counters for the thread that carries frames from a queue of the port; the first queue is 0. */
    public PathCounters encap(final int queue)
    {
        return encap[queue];
    }

    /** @return counters for the thread that carries datagrams from a queue of the underlay; the first queue is 0. */
    public PathCounters decap(final int queue)
    {
        return decap[queue];
    }

    /**
     * @param path    {@code encap} or {@code decap}.
     * @param queue   0 for the first.
     * @param segment the VNI, or another label.
     * @return new counters.
     */
    public Traffic newTraffic(final String path, final int queue, final String segment)
    {
        return new Traffic(region, path(path, queue) + "." + segment);
    }

    /** @return every counter with its label. */
    public CountersReader reader()
    {
        return region.reader();
    }
}
