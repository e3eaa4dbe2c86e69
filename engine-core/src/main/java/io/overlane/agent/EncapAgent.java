package io.overlane.agent;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.EncapPath;
import io.overlane.port.Port;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;

/** Polls ports and carries their frames to the underlay and to each other. */
public final class EncapAgent implements Agent
{
    private static final int COMMANDS_PER_CYCLE = 64;

    private final CommandQueue commands;
    private final PortWiring wiring;
    private final Moderation moderation;
    private final LongSupplier superFramesBack;
    private final ErrorHandler errorHandler;
    private final FrameBatch batch;
    private long lastBack;
    private Port[] ports = {};
    private EncapPath[] paths = {};

    /**
     * @param commands        what other threads ask for.
     * @param wiring          how it hears of frames.
     * @param batchLimit      frames taken from a port at a time.
     * @param moderation      when to let frames gather.
     * @param superFramesBack super-frames that the ports were given so far.
     * @param errorHandler    gets a line for a port that somebody else has closed.
     */
    public EncapAgent(
        final CommandQueue commands,
        final PortWiring wiring,
        final int batchLimit,
        final Moderation moderation,
        final LongSupplier superFramesBack,
        final ErrorHandler errorHandler)
    {
        this.commands = commands;
        this.wiring = wiring;
        this.moderation = moderation;
        this.superFramesBack = superFramesBack;
        this.errorHandler = errorHandler;
        batch = new FrameBatch(batchLimit);
    }

    /**
     * Poll one more port. By a command, or before the agent starts.
     *
     * @param path for what it sends.
     */
    public void add(final EncapPath path)
    {
        // First what may throw.
        batch.reserve(path.port().slotLength());
        final Port polled = wiring.wire(path.port());
        ports = Arrays.copyOf(ports, ports.length + 1);
        paths = Arrays.copyOf(paths, paths.length + 1);
        ports[ports.length - 1] = polled;
        paths[paths.length - 1] = path;
    }

    /**
     * Carry what a port sends by another path from now on. By a command.
     *
     * @param path of a port that is polled; of any other it is not taken.
     */
    public void replace(final EncapPath path)
    {
        for (int i = 0; i < paths.length; i++)
        {
            if (paths[i].port() == path.port())
            {
                paths[i] = path;
            }
        }
    }

    /**
     * Poll a port no more; nothing that was polled from it is in use. By a command, or when the agent has stopped.
     *
     * @param port whose path goes.
     * @return waits, on a thread that may, until nobody has to do with the port any more.
     */
    public Runnable remove(final Port port)
    {
        for (int i = 0; i < paths.length; i++)
        {
            if (paths[i].port() == port)
            {
                final Port polled = ports[i];
                final int last = paths.length - 1;
                System.arraycopy(ports, i + 1, ports, i, last - i);
                System.arraycopy(paths, i + 1, paths, i, last - i);
                ports = Arrays.copyOf(ports, last);
                paths = Arrays.copyOf(paths, last);
                return wiring.unwire(polled);
            }
        }
        return PortWiring.DONE;
    }

    /** Have no more threads wait for ports. When the agent has stopped. */
    public void removeAll()
    {
        while (paths.length > 0)
        {
            remove(paths[0].port()).run();
        }
    }

    @Override
    public int doWork()
    {
        int work = commands.run(COMMANDS_PER_CYCLE);
        int frames = 0;
        boolean leavesMore = false;
        boolean superFrame = false;
        for (int i = 0; i < paths.length; i++)
        {
            batch.clear();
            final int polled = ports[i].poll(batch, batch.capacity());
            if (polled > 0)
            {
                leavesMore |= batch.leavesMore();
                superFrame |= hasSuperFrame();
                paths[i].encap(batch);
                frames += polled;
            }
            else if (ports[i].isClosed())
            {
                leave(paths[i].port());
                i--;
            }
        }
        if (frames > 0)
        {
            final long back = superFramesBack.getAsLong();
            moderation.onBatch(frames, leavesMore, superFrame || back != lastBack);
            lastBack = back;
        }
        work += frames;
        return work;
    }

    /** Nobody can wait in a closed port: poll it no more. It is in its segment until it is removed there. */
    private void leave(final Port closed)
    {
        // Whoever waits for it is not waited for here: other ports have frames.
        remove(closed);
        errorHandler.onError(new IllegalStateException("port " + closed.name() + " was closed while the engine uses" +
            " it: it is polled no more, and frames for it are dropped; remove it from its segment instead"));
    }

    private boolean hasSuperFrame()
    {
        // Bulk comes as super-frames all along: the last says it for the batch.
        return batch.get(batch.size() - 1).gsoType() != Frame.GSO_NONE;
    }

    @Override
    public void onClose()
    {
        commands.close();
    }

    @Override
    public String roleName()
    {
        return "overlane-encap";
    }
}
