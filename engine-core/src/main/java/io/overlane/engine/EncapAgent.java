// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.encap.EncapPath;
import io.overlane.port.Port;
import io.overlane.status.BatchMeter;
import io.overlane.status.DropReason;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;

/** Polls ports and carries their frames to the underlay and to each other. */
final class EncapAgent implements Agent
{
    private static final int COMMANDS_PER_CYCLE = 64;

    /** The ports of a trunk return their frames in turns; a port that returns none in this many passes is empty. */
    private static final int MOST_VAIN_PASSES = 64;

    private final CommandQueue commands;
    private final PortWait wait;
    private final PortGuard guard;
    private final long napNs;
    private final LongSupplier superFramesBack;
    private final IntSupplier upkeep;
    private final ErrorHandler errorHandler;
    private final BatchMeter meter;
    private final FrameBatch batch;
    private final SeparateCode code = new SeparateCode();
    private final IdentityHashMap<Port, Polled> polled = new IdentityHashMap<>();
    private long lastBack;
    private volatile @Nullable Thread napping;

    /** The first {@code activeCount} ports are polled in this cycle. There is room for all ports. */
    private Polled[] active = {};
    private int activeCount;

    /**
     * @param superFramesBack the number of super-frames that decap has offered to the ports so far.
     * @param upkeep          other work of the thread in every cycle; returns the amount of it.
     */
    EncapAgent(
        final CommandQueue commands,
        final PortWait wait,
        final PortGuard guard,
        final int batchLimit,
        final long napNs,
        final LongSupplier superFramesBack,
        final IntSupplier upkeep,
        final BatchMeter meter,
        final ErrorHandler errorHandler)
    {
        this.commands = commands;
        this.wait = wait;
        this.guard = guard;
        this.napNs = napNs;
        this.superFramesBack = superFramesBack;
        this.upkeep = upkeep;
        this.meter = meter;
        this.errorHandler = errorHandler;
        batch = new FrameBatch(batchLimit);
    }

    /** Poll one more port. By a command, or before the agent starts. */
    void add(final EncapPath path)
    {
        // The steps that may throw come first.
        batch.reserve(path.port().slotLength());
        final Polled added = new Polled(path);
        final PortWait.Wired wired = wait.wire(path.port(), () -> activate(added));
        added.port = wired.port();
        added.isSelected = wired.isSelected();
        polled.put(path.port(), added);
        if (active.length < polled.size())
        {
            active = Arrays.copyOf(active, Math.max(polled.size(), 2 * active.length));
        }
        if (!added.isSelected)
        {
            activate(added);
        }
    }

    /** Use another path for the frames of its port; does nothing if the port is not polled. By a command. */
    void replace(final EncapPath path)
    {
        final Polled of = polled.get(path.port());
        if (of != null)
        {
            of.path = path;
        }
    }

    /**
     * Poll a port no more; no frame that was polled from it is in use. By a command, or when the agent has stopped.
     *
     * @return a task that blocks until the port is no longer in use; run it on a thread that may block.
     */
    Runnable remove(final Port port)
    {
        final Polled removed = polled.remove(port);
        if (removed == null)
        {
            return PortWait.DONE;
        }
        for (int i = 0; i < activeCount; i++)
        {
            if (active[i] == removed)
            {
                deactivate(i);
                break;
            }
        }
        return wait.unwire(removed.port);
    }

    /**
     * Take no more frames from ports, poll them no more, and count the frames that they had taken as dropped for
     * {@link DropReason#PORT_CLOSED}. By a command, or when the agent has stopped.
     *
     * @return a task that blocks until the ports are no longer in use; run it on a thread that may block.
     */
    Runnable end(final List<Port> leaving)
    {
        try
        {
            leaving.forEach(Port::endInput);
            int vainPasses = 0;
            while (vainPasses < MOST_VAIN_PASSES && leaving.stream().anyMatch(Port::hasInput))
            {
                final int dropped = leaving.stream().mapToInt(this::drop).sum();
                vainPasses = dropped > 0 ? 0 : vainPasses + 1;
            }
        }
        catch (final Throwable ex)
        {
            errorHandler.onError(ex);
        }
        final List<Runnable> lastWaits = leaving.stream().map(this::remove).toList();
        return () -> lastWaits.forEach(Runnable::run);
    }

    /** End all ports, and close the place where the thread waited for them. When the agent has stopped. */
    void endAll()
    {
        end(ports()).run();
        wait.close();
    }

    /** The ports that are polled. By a command, or when the agent has stopped. */
    List<Port> ports()
    {
        return List.copyOf(polled.keySet());
    }

    @Override
    public int doWork()
    {
        // Without ports that only a report makes active there is nothing to select.
        if (activeCount < polled.size())
        {
            wait.select();
        }
        final int work = commands.run(COMMANDS_PER_CYCLE) + upkeep.getAsInt();
        int frames = 0;
        boolean leavesMore = false;
        boolean superFrame = false;
        int i = 0;
        while (i < activeCount)
        {
            final Polled next = active[i];
            batch.clear();
            final int count = guard.poll(next.port, batch);
            if (count > 0)
            {
                meter.onBegin();
                leavesMore |= batch.leavesMore();
                superFrame |= hasSuperFrame();
                code.encap(next.path, batch);
                frames += count;
            }
            if (count == 0 && guard.isClosed(next.port))
            {
                leave(next.path.port());
            }
            else if (count == 0 && next.isSelected)
            {
                deactivate(i);
            }
            else
            {
                i++;
            }
        }
        if (frames > 0)
        {
            final long back = superFramesBack.getAsLong();
            final boolean isBulk = superFrame || back != lastBack;
            lastBack = back;
            // A lone small frame may be a request, and its sender waits for the reply. A nap follows it only while bulk
            // comes the other way: it is most likely an acknowledgement then. A super-frame is never alone for long.
            if (napNs > 0 && !leavesMore && (isBulk || frames > 1))
            {
                nap();
            }
        }
        return work + frames;
    }

    private void nap()
    {
        napping = Thread.currentThread();
        LockSupport.parkNanos(this, napNs);
        napping = null;
    }

    /** End the nap, if there is one, because a port may have a frame that somebody waits for. Any thread. */
    void endNap()
    {
        final Thread thread = napping;
        if (thread != null)
        {
            LockSupport.unpark(thread);
        }
    }

    private int drop(final Port port)
    {
        batch.clear();
        port.poll(batch, batch.capacity());
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            frame.verdict(frame.verdict() == DropReason.NONE ? DropReason.PORT_CLOSED : frame.verdict());
        }
        final Polled of = polled.get(port);
        if (of != null)
        {
            of.path.encap(batch);
        }
        return batch.size();
    }

    /** Poll a closed port no more: no thread can wait in it. It stays in its segment until it is removed there. */
    private void leave(final Port closed)
    {
        // This does not wait until the port is out of use, because other ports have frames.
        end(List.of(closed));
        errorHandler.onError(new IllegalStateException("port " + closed.name() + " was closed while the engine uses" +
            " it: the engine no longer polls it, and drops frames for it; remove it from its segment instead"));
    }

    private void activate(final Polled port)
    {
        if (!port.isActive)
        {
            port.isActive = true;
            active[activeCount++] = port;
        }
    }

    private void deactivate(final int index)
    {
        active[index].isActive = false;
        active[index] = active[--activeCount];
        active[activeCount] = null;
    }

    private boolean hasSuperFrame()
    {
        // Bulk traffic is super-frames throughout, so the last frame stands for the batch.
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

    /** A port, and the path of its frames. */
    private static final class Polled
    {
        private EncapPath path;
        /** The port to poll in place of that of the path. */
        private Port port;
        private boolean isSelected;
        private boolean isActive;

        private Polled(final EncapPath path)
        {
            this.path = path;
            port = path.port();
        }
    }
}
