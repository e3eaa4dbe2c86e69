package io.overlane.agent;

import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.EncapPath;
import java.util.List;
import org.agrona.concurrent.Agent;

/** Polls ports and carries their frames to the underlay. */
public final class EncapAgent implements Agent
{
    private final EncapPath[] paths;
    private final FrameBatch batch;

    /**
     * @param paths      one per port.
     * @param batchLimit frames taken from a port at a time.
     */
    public EncapAgent(final List<EncapPath> paths, final int batchLimit)
    {
        this.paths = paths.toArray(new EncapPath[0]);
        batch = new FrameBatch(batchLimit);
    }

    @Override
    public int doWork()
    {
        int work = 0;
        for (final EncapPath path : paths)
        {
            batch.clear();
            final int frames = path.port().poll(batch, batch.capacity());
            if (frames > 0)
            {
                path.encap(batch);
                work += frames;
            }
        }
        return work;
    }

    @Override
    public String roleName()
    {
        return "overlane-encap";
    }
}
