// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.event.EngineEvent;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.port.VlanTrunk;
import io.overlane.status.PathCounters;
import io.overlane.testkit.FateTally;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.MemoryFabric;
import io.overlane.testkit.SteppedClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Gateways of VLAN 10 and VNI 1010 in one network in memory, each with a trunk. Trunks can be joined by a LAN, which
 * carries each frame of one to all the others. {@link #close()} checks that every engine counted every frame.
 */
final class GatewayLan implements AutoCloseable
{
    static final int VNI = 1010;
    static final int VLAN = 10;

    private static final int MTU = 1450;
    private static final int ROOM = 4096;

    final SteppedClock clock = new SteppedClock();
    final List<OverlayEngine> engines = new ArrayList<>();
    final List<LoopbackPort> trunks = new ArrayList<>();
    final List<List<EngineEvent>> events = new ArrayList<>();
    private final List<FateTally> tallies = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();
    private final Set<Integer> onLan = new TreeSet<>();
    /** Frames that the LAN carried. */
    private int carried;

    /** Each gateway floods to all others. */
    GatewayLan(final int gateways, final Consumer<SegmentPolicy> rules, final Consumer<SegmentContext> more)
    {
        final MemoryFabric fabric = new MemoryFabric(clock, MemoryFabric.DEFAULT_MTU, ROOM);
        for (int i = 0; i < gateways; i++)
        {
            final LoopbackPort trunk = new LoopbackPort("trunk" + i, MTU, ROOM);
            final SegmentContext segment = new SegmentContext(VNI)
                .port(new VlanTrunk(trunk, 64).vlan(VLAN))
                .policy(policy -> rules.accept(policy.learning(true)));
            for (int other = 0; other < gateways; other++)
            {
                if (other != i)
                {
                    segment.flood(vtep(other));
                }
            }
            more.accept(segment);
            final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
                .underlay(fabric.attach(vtep(i)))
                .clock(clock)
                .threadingMode(ThreadingMode.INVOKER)
                .errorHandler(errors::add)
                .fdb(fdb -> fdb.maxEntries(1024)).maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(256)
                .segment(segment));
            final FateTally tally = new FateTally();
            engine.fates(tally);
            final List<EngineEvent> heard = new ArrayList<>();
            engine.events(Runnable::run, heard::add);
            engines.add(engine);
            trunks.add(trunk);
            tallies.add(tally);
            events.add(heard);
        }
        run();
    }

    static Vtep vtep(final int gateway)
    {
        return Vtep.parse("192.0.2." + (1 + gateway) + ":8472", 0);
    }

    /** Join the trunks of some gateways. */
    GatewayLan join(final int... gateways)
    {
        for (final int gateway : gateways)
        {
            onLan.add(gateway);
        }
        return this;
    }

    /** Run all engines until none has work. */
    void run()
    {
        int idle = 0;
        while (idle < 3)
        {
            int work = 0;
            for (final OverlayEngine engine : engines)
            {
                work += engine.doWork();
            }
            idle = work == 0 ? idle + 1 : 0;
        }
    }

    /** A station on the LAN sends a frame, which reaches all gateways there. */
    void send(final byte... frame)
    {
        onLan.forEach(gateway -> trunks.get(gateway).put(frame));
        run();
    }

    /** Carry the frames that the gateways have sent to the LAN so far; returns their number. */
    int hop()
    {
        int count = 0;
        for (final int from : onLan)
        {
            for (final byte[] frame : trunks.get(from).takeAll())
            {
                count++;
                onLan.stream().filter(to -> to != from).forEach(to -> trunks.get(to).put(frame));
            }
        }
        run();
        carried += count;
        return count;
    }

    int carried()
    {
        return carried;
    }

    /** Let time pass, in which the LAN carries frames as often as it can, but not more often than given. */
    void pass(final int milliseconds, final int hopsEach)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            clock.step(1, TimeUnit.MILLISECONDS);
            for (int hop = 0; hop < hopsEach; hop++)
            {
                hop();
            }
        }
    }

    /** The events of a kind that a gateway reported. */
    <T extends EngineEvent> List<T> events(final int gateway, final Class<T> kind)
    {
        return events.get(gateway).stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Every frame that came in has one fate, by the counters and by the reports to a listener. */
    void assertConserved()
    {
        assertEquals(List.of(), errors, "reported to the error handler");
        for (int i = 0; i < engines.size(); i++)
        {
            for (final PathCounters path :
                List.of(engines.get(i).counters().encap(), engines.get(i).counters().decap()))
            {
                assertEquals(path.framesIn(), path.delivered() + path.answered() + path.dropped(), "in = out");
            }
            tallies.get(i).assertMatches(engines.get(i));
        }
    }

    @Override
    public void close()
    {
        try
        {
            assertConserved();
        }
        finally
        {
            engines.forEach(OverlayEngine::close);
        }
    }
}
