package io.overlane.agent;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.EncapPath;
import java.util.List;
import org.agrona.concurrent.Agent;

/** Polls ports and carries their frames to the underlay. */
public final class EncapAgent implements Agent
{
    private final EncapPath[] paths;
    private final FrameBatch batch;
    private final Moderation moderation;

    /**
     * @param paths      one per port.
     * @param batchLimit frames taken from a port at a time.
     * @param moderation when to let frames gather.
     */
    public EncapAgent(final List<EncapPath> paths, final int batchLimit, final Moderation moderation)
    {
        this.moderation = moderation;
        this.paths = paths.toArray(new EncapPath[0]);
        batch = new FrameBatch(batchLimit);
    }

    @Override
    public int doWork()
    {
        int work = 0;
        boolean leavesMore = false;
        boolean superFrame = false;
        for (final EncapPath path : paths)
        {
            batch.clear();
            final int frames = path.port().poll(batch, batch.capacity());
            if (frames > 0)
            {
                leavesMore |= batch.leavesMore();
                superFrame |= hasSuperFrame();
                path.encap(batch);
                work += frames;
            }
        }
        if (work > 0)
        {
            moderation.onBatch(work, leavesMore, superFrame);
        }
        return work;
    }

    private boolean hasSuperFrame()
    {
        // Bulk comes as super-frames all along: the last says it for the batch.
        return batch.get(batch.size() - 1).gsoType() != Frame.GSO_NONE;
    }

    @Override
    public String roleName()
    {
        return "overlane-encap";
    }
}
