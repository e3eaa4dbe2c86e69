// SPDX-License-Identifier: Apache-2.0
package io.overlane.live;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.policy.SegmentContext;
import io.overlane.testdata.FrameSpec;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A row of the conformance list as frames that are sent live, one after the other, to a segment that knows one station:
 * {@link #STATION} behind {@link #A}. Each step says which way a frame must take with the fast path.
 */
final class LiveRow
{
    static final int VNI = 42;
    static final int UDP_PORT = 8472;
    static final Vtep A = Vtep.parse("10.99.0.2:8472", 0);
    static final Vtep B = Vtep.parse("10.99.0.3:8472", 0);
    static final Vtep C = Vtep.parse("10.99.0.4:8472", 0);
    static final MacAddress OWN = new MacAddress(FrameSpec.DEFAULT_SOURCE_MAC);
    static final MacAddress STATION = new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC);

    private final String name;
    private final List<Step> steps = new ArrayList<>();
    private UnaryOperator<SegmentContext> segment = context -> context;
    private UnaryOperator<EngineContext> engine = context -> context;
    private UnaryOperator<UnderlayOptions> underlay = options -> options;
    private boolean knowsStation = true;
    private int mtu = 1450;

    /** Something that happens; the answer is what came of it. */
    @FunctionalInterface
    private interface Step
    {
        void run(Lane lane, String name, Comparison comparison) throws IOException;
    }

    /** A change of the tables, the settings or the host. */
    @FunctionalInterface
    interface Change
    {
        void run(Lane lane) throws IOException;
    }

    /** @param name begins with the numbers of the rows. */
    LiveRow(final String name)
    {
        this.name = name;
    }

    LiveRow segment(final UnaryOperator<SegmentContext> change)
    {
        final UnaryOperator<SegmentContext> before = segment;
        segment = context -> change.apply(before.apply(context));
        return this;
    }

    LiveRow learning()
    {
        return segment(context -> context.policy(policy -> policy.learning(true)));
    }

    LiveRow engine(final UnaryOperator<EngineContext> change)
    {
        engine = change;
        return this;
    }

    LiveRow underlay(final UnaryOperator<UnderlayOptions> change)
    {
        underlay = change;
        return this;
    }

    LiveRow mtu(final int bytes)
    {
        mtu = bytes;
        return this;
    }

    LiveRow withoutStation()
    {
        knowsStation = false;
        return this;
    }

    /** The kernel carries a datagram. */
    LiveRow received(final FrameSpec datagram)
    {
        return step(true, lane -> lane.receive(List.of(datagram.packet())));
    }

    /** The kernel leaves a datagram, or its pieces, to the engine or to the host. */
    LiveRow receivedByEngine(final FrameSpec... pieces)
    {
        final List<byte[]> packets = new ArrayList<>();
        for (final FrameSpec piece : pieces)
        {
            packets.add(piece.packet());
        }
        return step(false, lane -> lane.receive(packets));
    }

    /** The kernel leaves an IP packet with bytes behind it to the engine. */
    LiveRow receivedByEngine(final byte... packet)
    {
        return step(false, lane -> lane.receive(List.of(packet)));
    }

    /** The kernel carries a frame from the TAP. */
    LiveRow sent(final FrameSpec frame)
    {
        return step(true, lane -> lane.transmit(frame.bytes()));
    }

    /** The kernel leaves a frame from the TAP to the engine. */
    LiveRow sentByEngine(final FrameSpec frame)
    {
        return step(false, lane -> lane.transmit(frame.bytes()));
    }

    LiveRow then(final Change change)
    {
        steps.add((lane, step, comparison) -> change.run(lane));
        return this;
    }

    /** Sends something. */
    @FunctionalInterface
    private interface Sender
    {
        List<String> send(Lane lane) throws IOException;
    }

    private LiveRow step(final boolean isCarried, final Sender sender)
    {
        steps.add((lane, step, comparison) ->
        {
            comparison.put(lane, step, sender.send(lane).toString());
            comparison.expectCarried(lane, step, isCarried && lane.mode() != Mode.OFF ? 1 : 0);
        });
        return this;
    }

    void run(final Wire wire, final Mode mode, final Comparison comparison) throws IOException
    {
        final SegmentContext known = new SegmentContext(VNI).flood(A);
        if (knowsStation)
        {
            known.fdb(STATION, A);
        }
        final UnderlayOptions options =
            underlay.apply(new UnderlayOptions(IpAddress.parse(Wire.V4), UDP_PORT).sourcePorts());
        try (Lane lane = new Lane(
            wire, mode, options, OWN, mtu, engine.apply(new EngineContext()), segment.apply(known)))
        {
            for (int i = 0; i < steps.size(); i++)
            {
                steps.get(i).run(lane, name + ", step " + (i + 1), comparison);
            }
            comparison.putCounters(lane, name);
        }
    }

    /** The numbers of the rows in the name. */
    List<Integer> rows()
    {
        final List<Integer> rows = new ArrayList<>();
        for (final String word : name.split("[ ,]+"))
        {
            if (!word.matches("[0-9]+"))
            {
                break;
            }
            rows.add(Integer.valueOf(word));
        }
        return rows;
    }

    @Override
    public String toString()
    {
        return name;
    }
}
