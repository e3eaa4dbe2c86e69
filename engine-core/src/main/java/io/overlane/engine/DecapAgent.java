// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.decap.DecapPath;
import io.overlane.status.BatchMeter;
import io.overlane.underlay.ReceiveBatch;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;

/**
 * Runs commands, polls the underlay, carries its datagrams to the ports, and does the upkeep of its thread. The thread
 * of the first queue is the one writer of the tables.
 */
final class DecapAgent implements Agent
{
    private static final int COMMANDS_PER_CYCLE = 64;

    private final CommandQueue commands;
    private final UnderlayGuard underlay;
    private final DatagramFeed feed;
    private final SeparateCode code = new SeparateCode();
    private final BatchMeter meter;
    private final IntSupplier upkeep;
    private final Runnable atEnd;
    private final ReceiveBatch batch;
    private final DecapPath path;
    private final Runnable onLone;
    private long lone;

    /**
     * @param upkeep other work of the thread in every cycle; returns the amount of it.
     * @param onLone runs when small frames were given to ports that may be answered at once.
     * @param atEnd  the last work of the thread; may run twice.
     */
    DecapAgent(
        final CommandQueue commands,
        final UnderlayGuard underlay,
        final DecapPath path,
        final BatchMeter meter,
        final IntSupplier upkeep,
        final Runnable onLone,
        final Runnable atEnd,
        final int batchLimit)
    {
        this.commands = commands;
        this.underlay = underlay;
        feed = new DatagramFeed(path);
        this.path = path;
        this.onLone = onLone;
        this.meter = meter;
        this.upkeep = upkeep;
        this.atEnd = atEnd;
        batch = new ReceiveBatch(batchLimit);
    }

    @Override
    public int doWork()
    {
        int work = commands.run(COMMANDS_PER_CYCLE);
        batch.clear();
        final int entries = underlay.poll(batch);
        if (entries > 0)
        {
            meter.onBegin();
            code.feed(feed, batch);
            work += entries;
            if (path.lone() != lone)
            {
                lone = path.lone();
                onLone.run();
            }
        }
        return work + upkeep.getAsInt();
    }

    @Override
    public void onClose()
    {
        try
        {
            atEnd.run();
        }
        finally
        {
            commands.close();
        }
    }

    @Override
    public String roleName()
    {
        return "overlane-decap";
    }
}
