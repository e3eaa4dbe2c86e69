// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRow;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.LinkType;
import io.overlane.pcap.PcapException;
import io.overlane.status.DropReason;
import io.overlane.underlay.SendBatch;
import io.overlane.wire.VxlanHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a capture through an engine, packet by packet. The same capture and the same configuration always have the same
 * result: the engine has no threads, and its clock is the capture's.
 *
 * <p>A capture of any host goes through the checks of the host's IP and UDP layers first ({@link OuterStack}), and its
 * datagrams are received. A capture of an engine ({@code io.overlane.capture}) has records of both sides of a packet:
 * what came from the underlay is received again, and what came from a port is sent again. The records of what left are
 * passed over, because the replay makes that anew.
 *
 * <p>The configuration is an {@link EngineContext} without underlay, ports and queues. The replay gives each segment a
 * {@link ReplayPort}; a segment with several ports gets them from the caller, with the names that the capture has.
 * Threads, clock and error handler of the context are replaced.
 *
 * <p>Not thread safe.
 */
public final class Replay implements AutoCloseable
{
    /** UDP ports of VXLAN where nothing else is said: the registered one, and that of Linux and flannel. */
    static final int[] USUAL_PORTS = {4789, 8472};

    /** An engine without a fate for a packet after this many duty cycles has none. */
    private static final int MAX_CYCLES = 4;

    private final CaptureReader reader;
    private final CapturedPacket captured;
    private final OuterStack stack;
    private final ReplayUnderlay underlay;
    private final ReplayPorts ports;
    private final ReplayClock clock = new ReplayClock();
    private final OverlayEngine engine;
    private final Consumer<ReplayedPacket> listener;
    private final VxlanHeader vxlan = new VxlanHeader();

    private boolean hasNext;
    private long lost;
    private final List<ReplayedFrame> frames = new ArrayList<>();
    private final List<ReplayedDatagram> datagrams = new ArrayList<>();
    private Fate.@Nullable Outcome outcome;
    private DropReason reason = DropReason.NONE;
    private int vni;
    private @Nullable Throwable failure;

    /**
     * @param reader   before the first packet; closed with this, and if this fails.
     * @param stack    of the imagined host, for captures of hosts.
     * @param context  the configuration; used up.
     * @param listener gets each packet.
     * @throws IllegalArgumentException if a setting cannot work.
     * @throws PcapException if all packets have a link type that is not supported.
     * @throws IOException if the first packet cannot be read.
     */
    public Replay(
        final CaptureReader reader,
        final OuterStack stack,
        final EngineContext context,
        final Consumer<ReplayedPacket> listener)
        throws IOException
    {
        this.reader = reader;
        this.stack = stack;
        this.listener = listener;
        captured = new CapturedPacket(reader);
        underlay = new ReplayUnderlay(stack.udpPort(), this::onSent);
        try
        {
            if (reader.linkType() != CaptureReader.NO_LINK_TYPE && !OuterStack.isSupported(reader.linkType()))
            {
                throw new PcapException(
                    reader.name() + ": captures of " + LinkType.toString(reader.linkType()) +
                    " cannot be replayed (expected Ethernet, raw IP, Linux cooked or BSD loopback)");
            }
            ports = new ReplayPorts(context, this::onTaken);
            hasNext = reader.next();
            clock.start(reader.timestampNs());
            engine = OverlayEngine.launch(context
                .threadingMode(ThreadingMode.INVOKER)
                .underlay(underlay)
                .clock(clock)
                .errorHandler(error -> failure = error));
            engine.fates(this::onFate);
            engine.doWork();
        }
        catch (final IOException | RuntimeException ex)
        {
            reader.close();
            throw ex;
        }
    }

    /**
     * Replay a whole capture with the usual UDP ports of VXLAN, 4789 and 8472. The result has every frame, so the
     * capture should fit into a part of the memory.
     *
     * @param file    a pcap or pcapng file.
     * @param context the configuration, without underlay; used up.
     * @return what came of it.
     * @throws IOException if the capture cannot be read to its end.
     */
    public static ReplayResult run(final Path file, final EngineContext context) throws IOException
    {
        return run(CaptureReader.open(file), new OuterStack(USUAL_PORTS), context, engine -> {});
    }

    /**
     * Replay a whole capture.
     *
     * @param reader  before the first packet; closed when this returns.
     * @param stack   of the imagined host, for captures of hosts.
     * @param context the configuration, without underlay; used up.
     * @param setup   does with the engine what is done after its launch, such as adding stages.
     * @return what came of it.
     * @throws IOException if the capture cannot be read to its end.
     */
    public static ReplayResult run(
        final CaptureReader reader,
        final OuterStack stack,
        final EngineContext context,
        final Consumer<OverlayEngine> setup)
        throws IOException
    {
        final List<ReplayedPacket> packets = new ArrayList<>();
        try (Replay replay = new Replay(reader, stack, context, packets::add))
        {
            setup.accept(replay.engine);
            for (int i = 0; i < MAX_CYCLES; i++)
            {
                replay.engine.doWork();
            }
            boolean goesOn = true;
            while (goesOn)
            {
                goesOn = replay.next();
            }
            return replay.result(packets);
        }
    }

    /**
     * Find the segments of a capture, for a configuration that should have all of them. The capture is read up to the
     * place where it is broken.
     *
     * @param reader before the first packet; closed when this returns.
     * @param stack  of the imagined host, for captures of hosts.
     * @return the VNIs in it, 1,024 at most.
     * @throws IOException if the file cannot be read.
     */
    public static SortedSet<Integer> vnis(final CaptureReader reader, final OuterStack stack) throws IOException
    {
        try (reader)
        {
            return CaptureSurvey.vnis(reader, stack);
        }
    }

    /**
     * Replay the next packet.
     *
     * @return false if it was the last one, or if there is none.
     * @throws IOException if the capture cannot be read further; the packets before were reported.
     */
    public boolean next() throws IOException
    {
        if (hasNext)
        {
            hasNext = false;
            clock.advance(reader.timestampNs(), engine::doWork);
            replay();
            hasNext = reader.next();
        }
        return hasNext;
    }

    /** @return the engine, for its counters and tables. */
    public OverlayEngine engine()
    {
        return engine;
    }

    @Override
    public void close()
    {
        engine.close();
        reader.close();
    }

    private void replay() throws IOException
    {
        lost += reader.dropCount();
        if (captured.isOutcome())
        {
            return;
        }
        begin();
        if (captured.isFromPort())
        {
            final ReplayPort port = ports.port(reader.interfaceName(), captured.said("vni"));
            if (port == null)
            {
                report(Fate.Direction.ENCAP, reader.interfaceName(), Fate.Outcome.DROPPED, DropReason.UNKNOWN_VNI);
                return;
            }
            port.put(captured);
            run();
            report(Fate.Direction.ENCAP, port.name());
            return;
        }
        final DropReason outside = captured.isOfEngine() ? stack.receiveMadeUp(captured) : stack.receive(reader);
        if (outside != DropReason.NONE)
        {
            report(Fate.Direction.DECAP, "", Fate.Outcome.DROPPED, outside);
            return;
        }
        underlay.put(stack.datagram());
        run();
        // An unknown VNI is the one of the header, which is of more use than none.
        vni = vni == ReplayedPacket.NO_VNI ? CaptureSurvey.vni(vxlan, stack.datagram()) : vni;
        report(Fate.Direction.DECAP, stack.datagram().toString());
    }

    private void begin()
    {
        frames.clear();
        datagrams.clear();
        outcome = null;
        reason = DropReason.NONE;
        vni = ReplayedPacket.NO_VNI;
    }

    private void run() throws IOException
    {
        for (int i = 0; i < MAX_CYCLES && outcome == null; i++)
        {
            engine.doWork();
        }
        if (failure != null)
        {
            throw new IOException(reader.name() + ": record " + reader.recordNumber() + ": " + failure, failure);
        }
    }

    private void report(final Fate.Direction way, final String from)
    {
        if (outcome == null)
        {
            throw new IllegalStateException(
                reader.name() + ": record " + reader.recordNumber() + ": the engine reported no fate");
        }
        report(way, from, outcome, reason);
    }

    private void report(
        final Fate.Direction way, final String from, final Fate.Outcome what, final DropReason why)
    {
        listener.accept(new ReplayedPacket(
            reader.recordNumber(),
            reader.timestampNs(),
            way,
            from,
            vni,
            what,
            why,
            ReplayedPacket.recorded(captured),
            List.copyOf(frames),
            List.copyOf(datagrams)));
    }

    private void onFate(final Fate fate)
    {
        if (fate.kind() == Fate.Kind.FRAME && outcome == null)
        {
            outcome = fate.outcome();
            reason = fate.reason();
            vni = fate.vni();
        }
    }

    private void onTaken(final ReplayPort port, final Frame frame)
    {
        frames.add(ReplayedFrame.of(port, frame));
    }

    private void onSent(final SendBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            datagrams.add(ReplayedDatagram.of(batch, i));
        }
    }

    private ReplayResult result(final List<ReplayedPacket> packets)
    {
        final List<FdbRow> fdb = new ArrayList<>();
        final var listing = engine.control().operate(tables ->
        {
            tables.list(FdbFilter.ALL, fdb::add);
            return true;
        });
        for (int i = 0; i < MAX_CYCLES && !listing.isDone(); i++)
        {
            engine.doWork();
        }
        fdb.sort(Comparator
            .comparingInt(FdbRow::vni)
            .thenComparingLong(row -> row.mac().value())
            .thenComparing(row -> String.valueOf(row.remote())));
        return new ReplayResult(
            List.copyOf(packets), List.copyOf(fdb), engine.tables().neighbors(), engine.snapshot(), lost);
    }
}
