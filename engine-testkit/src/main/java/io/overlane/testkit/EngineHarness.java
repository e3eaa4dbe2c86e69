// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One engine in {@link ThreadingMode#INVOKER} mode, a loopback port, and a network in memory whose peers the test
 * controls. Each {@link #run()} ends with a check that the engine's counters add up, and that a listener got the fates
 * of all frames.
 */
public final class EngineHarness implements AutoCloseable
{
    /** The engine's own endpoint. */
    public static final Vtep LOCAL = Vtep.parse("192.0.2.1:8472", 0);

    /** A peer that tests configure. */
    public static final Vtep A = Vtep.parse("192.0.2.10:8472", 0);

    /** Another. */
    public static final Vtep B = Vtep.parse("192.0.2.11:8472", 0);

    /** A third. */
    public static final Vtep C = Vtep.parse("192.0.2.12:8472", 0);

    /** A sender that no test configures. */
    public static final Vtep STRANGER = Vtep.parse("192.0.2.66:40000", 0);

    private final SteppedClock clock = new SteppedClock();
    private final List<Throwable> errors = new ArrayList<>();
    private final MemoryFabric fabric;
    private final Map<Vtep, Underlay> peers = new HashMap<>();
    private final Frame outgoing = new FrameSlab(1, 65_535).frame(0);
    private final SendBatch sendOne = new SendBatch(1);
    private final ReceiveBatch received = new ReceiveBatch(1024);
    private final RefusingUnderlay underlay;
    private final EngineContext context;
    @SuppressWarnings("NullAway.Init") // Tests launch the engine first.
    private LoopbackPort port;
    @SuppressWarnings("NullAway.Init")
    private OverlayEngine engine;
    private final FateTally fates = new FateTally();

    private EngineHarness(final Vtep local, final int underlayMtu)
    {
        fabric = new MemoryFabric(clock, underlayMtu, 1024);
        underlay = new RefusingUnderlay(fabric.attach(local));
        context = new EngineContext()
            .underlay(underlay)
            .clock(clock)
            .threadingMode(ThreadingMode.INVOKER)
            .errorHandler(errors::add)
            .fdb(fdb -> fdb.maxEntries(1024)).maxNeighbors(64).maxRemotes(64).maxRoutes(64).maxDropLines(256);
    }

    /** @return a harness over IPv4 with Ethernet's MTU. Only the clock, the mode and small tables are configured. */
    public static EngineHarness create()
    {
        return new EngineHarness(LOCAL, MemoryFabric.DEFAULT_MTU);
    }

    /**
     * @param underlayMtu IP MTU of the network.
     * @return the same with another endpoint and MTU.
     */
    public static EngineHarness create(final Vtep local, final int underlayMtu)
    {
        return new EngineHarness(local, underlayMtu);
    }

    /** @return the settings; change them before the launch. */
    public EngineContext context()
    {
        return context;
    }

    public MemoryFabric fabric()
    {
        return fabric;
    }

    /** @return the engine's underlay. */
    public RefusingUnderlay underlay()
    {
        return underlay;
    }

    /** @return the engine's clock. */
    public SteppedClock clock()
    {
        return clock;
    }

    /** Launch with one segment, whose port is a loopback port of MTU 1450. */
    public EngineHarness launch(final SegmentContext segment)
    {
        return launch(segment, new LoopbackPort("port-" + segment.vni(), 1450, 1024, 2048));
    }

    public EngineHarness launch(final SegmentContext segment, final LoopbackPort segmentPort)
    {
        port = segmentPort;
        context.segment(segment.port(segmentPort));
        return launch();
    }

    /** Launch with an IP network, whose port is a loopback port of MTU 1472. */
    public EngineHarness launch(final IpNetworkContext network)
    {
        port = new LoopbackPort("tun", 1472, 1024, 2048);
        context.ipNetwork(network.port(port));
        return launch();
    }

    /** Launch with the settings of the context. */
    public EngineHarness launch()
    {
        engine = OverlayEngine.launch(context);
        engine.fates(fates);
        return this;
    }

    public OverlayEngine engine()
    {
        return engine;
    }

    /** @return the port of the last launch. */
    public LoopbackPort port()
    {
        return port;
    }

    /** @return the underlay of a peer, which is attached by the first call. */
    public Underlay attach(final Vtep peer)
    {
        return peers.computeIfAbsent(peer, fabric::attach);
    }

    /** Send a datagram to the engine, and run the engine. */
    public void receive(final Vtep from, final byte... datagram)
    {
        receive(from, 0, datagram);
    }

    /** Send a datagram to the engine, and run the engine. */
    public void receive(final Vtep from, final int tos, final byte... datagram)
    {
        send(from, tos, datagram);
        run();
    }

    /** Send a datagram to the engine. */
    public void send(final Vtep from, final int tos, final byte... datagram)
    {
        send(underlay.local(), from, tos, datagram);
    }

    /** Send a datagram to an endpoint or a group. */
    public void sendTo(final Vtep to, final Vtep from, final byte... datagram)
    {
        send(to, from, 0, datagram);
    }

    private void send(final Vtep to, final Vtep from, final int tos, final byte... datagram)
    {
        outgoing.buffer().putBytes(FrameSlab.HEADROOM, datagram);
        outgoing.wrap(FrameSlab.HEADROOM, datagram.length);
        sendOne.clear();
        sendOne.add(outgoing, to.address().high(), to.address().low(), to.udpPort(), 0, 0, tos, 0);
        attach(from).send(sendOne);
        assertEquals(DropReason.NONE, sendOne.verdict(0));
    }

    /** Put a frame into the port, and run the engine. */
    public void transmit(final byte... frame)
    {
        port.put(frame);
        run();
    }

    /** Run the engine until it has no work, then check that its counters add up. */
    public void run()
    {
        int idle = 0;
        while (idle < 2)
        {
            idle = engine.doWork() == 0 ? idle + 1 : 0;
        }
        assertEquals(List.of(), errors, "reported to the error handler");
        assertSums(encap(), encap().floodCopiesRefused() + encap().mirrorsRefused());
        assertSums(decap(), decap().floodCopiesRefused() + decap().mirrorsRefused());
        fates.assertMatches(engine);
    }

    /** @return the datagrams that it received since the last call. */
    public List<byte[]> sentTo(final Vtep peer)
    {
        received.clear();
        attach(peer).poll(received);
        final List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < received.size(); i++)
        {
            datagrams.add(bytes(received.frame(i)));
        }
        return datagrams;
    }

    /** @return the frames that the port received since the last call. */
    public List<byte[]> delivered()
    {
        return port.takeAll();
    }

    /** @return counters of frames from the ports. */
    public PathCounters encap()
    {
        return engine.counters().encap();
    }

    /** @return counters of datagrams from the underlay. */
    public PathCounters decap()
    {
        return engine.counters().decap();
    }

    /**
     * @param path   encap or decap.
     * @param remote of the line, or null for none.
     * @return the count in the ledger.
     */
    public static long ledger(
        final PathCounters path, final DropReason reason, final int vni, final @Nullable Vtep remote)
    {
        final long[] count = new long[1];
        final long high = remote == null ? 0 : remote.address().high();
        final long low = remote == null ? 0 : remote.address().low();
        path.ledger().forEach((lineReason, lineVni, lineHigh, lineLow, lineCount) ->
        {
            if (lineReason == reason && lineVni == vni && lineHigh == high && lineLow == low)
            {
                count[0] += lineCount;
            }
        });
        return count[0];
    }

    /** Assert that the one datagram received so far is counted in one line of the ledger and nowhere else. */
    public void assertDatagramDropped(final DropReason reason, final int vni, final @Nullable Vtep remote)
    {
        assertEquals(1, decap().dropped(reason), reason::label);
        assertEquals(1, decap().dropped(), "dropped for no other reason");
        assertEquals(1, ledger(decap(), reason, vni, remote), "the line of the ledger");
        assertEquals(List.of(), delivered());
    }

    /**
     * Assert that the one frame transmitted so far is counted in one line of the ledger and nowhere else.
     *
     * @param remote of the line, or null for none.
     */
    public void assertFrameDropped(final DropReason reason, final int vni, final @Nullable Vtep remote)
    {
        assertEquals(1, encap().dropped(reason), reason::label);
        assertEquals(1, encap().dropped(), "dropped for no other reason");
        assertEquals(1, ledger(encap(), reason, vni, remote), "the line of the ledger");
        assertEquals(0, encap().delivered());
    }

    /** @return a copy of its bytes. */
    public static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        final MutableDirectBuffer buffer = frame.buffer();
        buffer.getBytes(frame.offset(), bytes);
        return bytes;
    }

    @Override
    public void close()
    {
        if (engine != null)
        {
            engine.close();
        }
        peers.values().forEach(Underlay::close);
    }

    private static void assertSums(final PathCounters path, final long refusedCopies)
    {
        assertEquals(path.framesIn(), path.delivered() + path.answered() + path.dropped() + path.held(),
            "in = out");
        final long[] lines = new long[1];
        path.ledger().forEach((reason, vni, high, low, count) ->
        {
            lines[0] += count;
            assertFalse(path.samples().last(reason).isEmpty(), () -> "no sample of " + reason.label());
        });
        assertEquals(path.dropped() + refusedCopies, lines[0], "the ledger adds up to the counters");
    }
}
