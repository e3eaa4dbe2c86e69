// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fate.Fate;
import io.overlane.fate.FateListener;
import io.overlane.port.VlanTrunk;
import io.overlane.status.PathCounters;
import io.overlane.testkit.SteppedClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One engine of a profile between guarded ports and a guarded underlay. One thread. */
final class FrameRun implements AutoCloseable
{
    private static final int BATCH = 64;

    private final Traffic traffic;
    private final SteppedClock clock = new SteppedClock();
    private final List<Throwable> errors = new ArrayList<>();
    private final List<GuardedPort> ports = new ArrayList<>();
    private final GuardedUnderlay underlay;
    private final OverlayEngine engine;
    private final Tally encap = new Tally();
    private final Tally decap = new Tally();

    /** Frames by what became of them, as a listener gets it. */
    private static final class Tally
    {
        private final long[] frames = new long[Fate.Outcome.values().length];

        private long sum()
        {
            return frames[0] + frames[1] + frames[2];
        }
    }

    FrameRun(final Profile profile, final boolean isV4, final Traffic traffic)
    {
        this.traffic = traffic;
        underlay = new GuardedUnderlay(Profile.local(isV4), traffic, profile.isVxlan());
        final EngineContext context = new EngineContext()
            .underlay(underlay)
            .clock(clock)
            .threadingMode(ThreadingMode.INVOKER)
            .batchLimit(BATCH)
            .errorHandler(this::onError)
            .fdb(fdb -> fdb.maxEntries(1024).ageNs(TimeUnit.SECONDS.toNanos(2)))
            .maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(256);
        switch (profile)
        {
            case TRUNK ->
            {
                final VlanTrunk trunk = new VlanTrunk(port("tap", 1500, true, false), BATCH);
                for (int i = 0; i < Profile.VLANS.length; i++)
                {
                    context.segment(profile.segment(Profile.VNIS[i], isV4).port(trunk.vlan(Profile.VLANS[i])));
                }
            }
            case GATEWAY ->
            {
                Profile.routing(context, isV4);
                context
                    .segment(profile.segment(Profile.VNIS[0], isV4).port(port("one", 1450, true, true)))
                    .segment(profile.segment(Profile.VNIS[1], isV4).port(port("two", 1400, true, false)));
            }
            case IP -> context.ipNetwork(Profile.network(isV4).port(port("tun", 1472, false, false)));
            default -> context
                .segment(profile.segment(Profile.VNIS[0], isV4)
                    .port(port("one", 1450, true, true)).addPort(port("two", 1400, true, false)))
                .segment(profile.segment(Profile.VNIS[1], isV4).port(port("three", 1450, true, true)));
        }
        engine = OverlayEngine.launch(context);
        engine.fates((FateListener)this::onFate);
    }

    private GuardedPort port(final String name, final int mtu, final boolean isEthernet, final boolean takesSuperFrames)
    {
        final GuardedPort port = new GuardedPort(name, mtu, traffic, isEthernet, takesSuperFrames);
        ports.add(port);
        return port;
    }

    SteppedClock clock()
    {
        return clock;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    private void onError(final Throwable error)
    {
        // The engine reports foreign frames with one of its own addresses, which the traffic has.
        if (!String.valueOf(error.getMessage()).contains("had a MAC address of this node as their source"))
        {
            errors.add(error);
        }
    }

    private void onFate(final Fate fate)
    {
        if (fate.kind() == Fate.Kind.FRAME)
        {
            final Tally tally = fate.direction() == Fate.Direction.ENCAP ? encap : decap;
            tally.frames[fate.outcome().ordinal()] += fate.frames();
        }
    }

    /**
     * Carry all frames that the traffic has, and assert that each has one fate.
     *
     * @param isCounted true if each frame and datagram of the traffic is one on the wire.
     */
    void round(final boolean isCounted)
    {
        final long encapBefore = encap.sum();
        final long decapBefore = decap.sum();
        final long polledBefore = polled();
        final long arrivedBefore = underlay.polled();
        for (int idle = 0; idle < 2;)
        {
            idle = engine.doWork() == 0 && !traffic.hasFrame() && !traffic.hasDatagram() ? idle + 1 : 0;
        }
        check(encap, engine.counters().encap(), "encap");
        check(decap, engine.counters().decap(), "decap");
        if (isCounted)
        {
            assertEquals(polled() - polledBefore, encap.sum() - encapBefore, "fates of frames");
            assertEquals(underlay.polled() - arrivedBefore, decap.sum() - decapBefore, "fates of datagrams");
        }
        if (!errors.isEmpty())
        {
            throw new AssertionError("reported to the error handler", errors.get(0));
        }
    }

    private long polled()
    {
        long polled = 0;
        for (int i = 0; i < ports.size(); i++)
        {
            polled += ports.get(i).polled();
        }
        return polled;
    }

    private static void check(final Tally tally, final PathCounters path, final String way)
    {
        final long in = path.framesIn();
        final long delivered = path.delivered();
        final long answered = path.answered();
        final long dropped = path.dropped();
        if (in != delivered + answered + dropped + path.held() ||
            tally.frames[Fate.Outcome.DELIVERED.ordinal()] != delivered ||
            tally.frames[Fate.Outcome.ANSWERED.ordinal()] != answered ||
            tally.frames[Fate.Outcome.DROPPED.ordinal()] != dropped)
        {
            throw new AssertionError(way + ": in " + in + ", delivered " + delivered + ", answered " + answered +
                ", dropped " + dropped + "; the listener got " + java.util.Arrays.toString(tally.frames));
        }
    }

    @Override
    public void close()
    {
        engine.close();
        if (!errors.isEmpty())
        {
            throw new AssertionError("reported to the error handler", errors.get(0));
        }
    }
}
