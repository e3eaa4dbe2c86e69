// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch with a coalescer, and a port that copies what it gets. Like a port with a vnet header it writes into the
 * headroom of each frame before it takes the frame, so a frame handed over before the one in front of it in memory
 * damages that one.
 */
final class Collector
{
    private static final int VNET_HEADER_LENGTH = 12;

    /** What was handed over, copied. */
    record Entry(byte[] bytes, Frame metadata, int segments, int length, long source, int remote)
    {
        boolean isSuperFrame()
        {
            return metadata.gsoType() != Frame.GSO_NONE;
        }

        /** The segments it stands for. */
        List<byte[]> cut()
        {
            if (!isSuperFrame())
            {
                return List.of(bytes);
            }
            final Frame frame = SuperFrames.frame(bytes);
            copyOffload(metadata, frame);
            return SuperFrames.cut(frame);
        }
    }

    /** A frame of the batch. */
    private record Place(Frame frame, int segments, int length, long source, int remote)
    {
    }

    final GroCoalescer coalescer;
    final List<Entry> delivered = new ArrayList<>();
    int flushes;
    private final int capacity;
    private final List<Place> places = new ArrayList<>();

    Collector(final int maxFlows, final int maxSlots, final int capacity)
    {
        coalescer = new GroCoalescer(maxFlows, maxSlots, true);
        this.capacity = capacity;
    }

    void add(final Frame frame, final long source, final int remote)
    {
        final int place = places.size() == capacity ? GroCoalescer.NO_PLACE : places.size();
        GroCoalescer.Verdict verdict = coalescer.add(frame, 0, source, place);
        if (verdict == GroCoalescer.Verdict.FLUSH_FIRST)
        {
            flush();
            verdict = coalescer.add(frame, 0, source, 0);
            assertEquals(GroCoalescer.Verdict.NEW_PLACE, verdict, "the first frame of a batch");
        }
        if (verdict == GroCoalescer.Verdict.NEW_PLACE)
        {
            places.add(new Place(frame, 1, frame.length(), source, remote));
            return;
        }
        final Place first = places.get(coalescer.place());
        places.set(coalescer.place(), new Place(coalescer.superFrame(), first.segments() + 1,
            first.length() + frame.length(), first.source(), first.remote()));
    }

    void flush()
    {
        coalescer.finish();
        flushes++;
        for (final Place place : places)
        {
            final Frame frame = place.frame();
            final byte[] header = new byte[VNET_HEADER_LENGTH];
            Arrays.fill(header, (byte)0xA5);
            frame.buffer().putBytes(frame.offset() - VNET_HEADER_LENGTH, header);
            final Frame metadata = new Frame(new MemoryBuffer());
            copyOffload(frame, metadata);
            delivered.add(new Entry(
                SuperFrames.bytes(frame), metadata, place.segments(), place.length(), place.source(), place.remote()));
        }
        places.clear();
    }

    private static void copyOffload(final Frame from, final Frame to)
    {
        to.offload(from.flags(), from.gsoType(), from.headerLength(), from.gsoSize(), from.checksumStart(),
            from.checksumOffset());
    }
}
