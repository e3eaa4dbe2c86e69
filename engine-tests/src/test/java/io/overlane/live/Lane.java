// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.TableOperations;
import io.overlane.ebpf.BpfFastPath;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fastpath.FastPath;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SegmentPolicy;
import io.overlane.status.EngineSnapshot;
import io.overlane.testdata.Hex;
import io.overlane.testkit.SteppedClock;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOffload;
import io.overlane.tun.TunOptions;
import io.overlane.tun.TunPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.agrona.concurrent.NanoClock;

/**
 * An engine between a TAP and a {@link Wire}, on the thread of the test, with or without the help of the kernel. What
 * comes out is written down as text, so that two lanes can be compared.
 */
final class Lane implements AutoCloseable
{
    static final String TAP = "tap0";
    /** Longer than the time between two readings of the kernel's counters. */
    private static final long READ_MS = 300;

    private final Wire wire;
    private final Mode mode;
    private final NanoClock clock;
    private final List<Throwable> errors = new ArrayList<>();
    private final CountedFastPath fastPath;
    private final PacketSocket host;
    private final OverlayEngine engine;
    private long carried;
    private long growth;

    /**
     * @param mac     of the TAP.
     * @param mtu     of the TAP.
     * @param context with the tables; the rest is set here.
     * @param segment without its port.
     */
    Lane(
        final Wire wire,
        final Mode mode,
        final UnderlayOptions underlay,
        final MacAddress mac,
        final int mtu,
        final EngineContext context,
        final SegmentContext segment) throws IOException
    {
        this(wire, mode, new SteppedClock(), underlay, mac, mtu, context, segment);
    }

    /** @param clock of the engine. */
    Lane(
        final Wire wire,
        final Mode mode,
        final NanoClock clock,
        final UnderlayOptions underlay,
        final MacAddress mac,
        final int mtu,
        final EngineContext context,
        final SegmentContext segment) throws IOException
    {
        this.clock = clock;
        this.wire = wire;
        this.mode = mode;
        final TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, TAP).offload(TunOffload.ALL));
        device.mac(mac);
        device.mtu(mtu);
        device.up(true);
        host = new PacketSocket(TAP);
        final FastPath real = mode.open();
        fastPath = real == null ? null : new CountedFastPath(real);
        engine = OverlayEngine.launch(context
            .threadingMode(ThreadingMode.INVOKER)
            .underlay(LibcUnderlay.open(underlay.errorHandler(errors::add)))
            .clock(clock)
            .errorHandler(errors::add)
            .segment(segment.ownMac(mac).port(new TunPort(device, errors::add)))
            .fastPath(fastPath));
        run();
    }

    /** Skip the test where the kernel has no fast path. */
    static void requireFastPath() throws IOException
    {
        final String whyNot = whyUnavailable(new UnderlayOptions(IpAddress.parse(Wire.V4), 0));
        assumeTrue(whyNot == null, whyNot);
    }

    /** Whether the fast path can be used with an underlay. */
    static boolean isAvailable(final UnderlayOptions options) throws IOException
    {
        return whyUnavailable(options) == null;
    }

    private static String whyUnavailable(final UnderlayOptions options) throws IOException
    {
        try (LibcUnderlay underlay = LibcUnderlay.open(options))
        {
            return BpfFastPath.whyUnavailable(underlay);
        }
    }

    Mode mode()
    {
        return mode;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    /** Change the rules of a segment. */
    void change(final int vni, final Consumer<SegmentPolicy> change) throws IOException
    {
        final CompletableFuture<?> changed = engine.segments().change(vni, change);
        run();
        changed.join();
    }

    /** The host sends a frame into the TAP. */
    List<String> transmit(final byte... frame) throws IOException
    {
        host.send(frame);
        return outcome();
    }

    /** A remote sends an IP packet, or the pieces of one. */
    List<String> receive(final List<byte[]> packets) throws IOException
    {
        for (final byte[] packet : packets)
        {
            wire.send(packet);
        }
        return outcome();
    }

    /** The host sends a frame with offloads into the TAP; its socket must be one with offloads. */
    List<String> transmit(final PacketSocket.OffloadHeader header, final byte... frame) throws IOException
    {
        return offloaded(hostOffloads(), header, frame);
    }

    /** A remote sends a frame with offloads. */
    List<String> receive(final PacketSocket.OffloadHeader header, final byte... packet) throws IOException
    {
        return offloaded(wire.farOffloads(), header, Wire.frame(packet));
    }

    private List<String> offloaded(
        final PacketSocket socket, final PacketSocket.OffloadHeader header, final byte... frame) throws IOException
    {
        try
        {
            socket.send(header, frame);
            return outcome();
        }
        catch (final IOException ex)
        {
            // The kernel refuses some nonsense.
            return List.of(String.valueOf(ex.getMessage()));
        }
        finally
        {
            socket.close();
        }
    }

    private static PacketSocket hostOffloads() throws IOException
    {
        return new PacketSocket(TAP).withOffloads();
    }

    <T> T ask(final Function<? super TableOperations, T> operation) throws IOException
    {
        final CompletableFuture<T> answer = engine.control().operate(operation);
        run();
        return answer.join();
    }

    /** The host sends a frame into the TAP, and the engine has not worked yet. */
    void send(final byte... frame) throws IOException
    {
        host.send(frame);
    }

    /** The engine works once. */
    void work()
    {
        engine.doWork();
    }

    /**
     * Read the numbers at the end of frames that came out since the last call.
     *
     * @param sent     gets those of the wire.
     * @param received gets those of the host.
     * @return the frames that the kernel carried.
     */
    long collect(final BitSet sent, final BitSet received) throws IOException
    {
        final long frames = readCarried();
        for (final byte[] frame : wire.take())
        {
            put(sent, frame);
        }
        for (byte[] frame = host.receive(); frame != null; frame = host.receive())
        {
            put(received, frame);
        }
        return frames;
    }

    private static void put(final BitSet numbers, final byte... frame)
    {
        final int number = Integer.parseInt(
            new String(frame, frame.length - Long.BYTES, Long.BYTES, StandardCharsets.US_ASCII));
        assertFalse(numbers.get(number), () -> "frame " + number + " arrived twice");
        numbers.set(number);
    }

    /** What came out at either side since the last call, and the fates of all frames so far. */
    List<String> outcome() throws IOException
    {
        run();
        growth = readCarried();
        final List<String> lines = new ArrayList<>();
        for (final byte[] frame : wire.take())
        {
            lines.add("wire " + OuterText.of(frame));
        }
        for (byte[] frame = host.receive(); frame != null; frame = host.receive())
        {
            lines.add("host " + Hex.of(frame));
        }
        final EngineSnapshot now = engine.snapshot();
        lines.add("encap " + fates(now.encap()) + ", decap " + fates(now.decap()));
        return lines;
    }

    private static String fates(final EngineSnapshot.PathRow row)
    {
        final Map<String, Long> dropped = new TreeMap<>();
        row.dropped().forEach((reason, frames) -> dropped.merge(reason.label(), frames, Long::sum));
        dropped.values().removeIf(frames -> frames == 0);
        return row.in() + " " + row.delivered() + " " + row.answered() + " " + dropped;
    }

    /** The frames that the kernel carried of those before the last outcome, and behind the one before. */
    long carried()
    {
        return growth;
    }

    /** Read the counters of the kernel: the frames since the last reading. */
    long readCarried() throws IOException
    {
        if (fastPath == null)
        {
            return 0;
        }
        final int readings = fastPath.readings();
        do
        {
            if (clock instanceof SteppedClock stepped)
            {
                stepped.step(READ_MS, TimeUnit.MILLISECONDS);
            }
            run();
        }
        while (fastPath.readings() == readings);
        final long now = fastPath.frames();
        final long frames = now - carried;
        carried = now;
        return frames;
    }

    /** Work until there is none, and everything has left. */
    void run() throws IOException
    {
        wire.settle();
        int idle = 0;
        while (idle < 2)
        {
            idle = engine.doWork() == 0 ? idle + 1 : 0;
        }
        wire.settle();
        assertEquals(List.of(), errors, "reported to the error handler");
    }

    /** All counters but those of batches and times; each frame has one fate. */
    Map<String, String> counters() throws IOException
    {
        readCarried();
        final EngineSnapshot now = engine.snapshot();
        final Map<String, String> counters = new TreeMap<>();
        put(counters, "encap", now.encap());
        put(counters, "decap", now.decap());
        now.segments().forEach(row -> counters.put("segment " + row.vni(), row.toString()));
        now.ports().forEach(row -> counters.put("port " + row.name(), row.in() + " in, " + row.out() + " out"));
        now.remotes().forEach(row -> counters.put("remote " + row.vtep() + " " + row.vni(), row.toString()));
        counters.put("tables", now.tables().toString());
        counters.put("lost", now.receiveDrops() + " datagrams, " + now.eventsLost() + " events");
        return counters;
    }

    private static void put(final Map<String, String> counters, final String way, final EngineSnapshot.PathRow row)
    {
        assertEquals(
            row.in().frames(), row.delivered().frames() + row.answered() + row.allDropped() + row.held(), way);
        counters.put(way, row.in() + " in, " + row.delivered() + " delivered, " + row.answered() + " answered, " +
            row.floodCopies() + " copies, " + row.floodCopiesRefused() + " refused, longest " + row.longestOversize());
        counters.put(way + " drops", row.drops().stream().map(Object::toString).sorted()
            .collect(Collectors.joining(", ")));
        assertTrue(row.drops().size() < 1_000);
    }

    @Override
    public void close()
    {
        host.close();
        engine.close();
        assertEquals(List.of(), errors, "reported to the error handler");
    }
}
