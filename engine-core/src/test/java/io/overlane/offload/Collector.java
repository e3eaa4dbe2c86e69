// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a port would be given. Like a port with a vnet header it writes into the headroom of each frame before it takes
 * the frame, so a frame handed over before the one in front of it in memory damages that.
 */
final class Collector implements GroCoalescer.Output
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
            return SuperFrames.cut(frame, 0, true, SuperFrames.ROOM, 64);
        }
    }

    /** What waits for the next flush. */
    private record Place(Frame frame, int segments, int length, long source, int remote)
    {
    }

    final List<Entry> delivered = new ArrayList<>();
    int flushes;
    private final List<Place> places = new ArrayList<>();

    @Override
    public int onFrame(final Frame frame, final long sourceHigh, final long sourceLow, final int remote)
    {
        places.add(new Place(frame, 1, frame.length(), sourceLow, remote));
        return places.size() - 1;
    }

    @Override
    public void onJoined(final int place, final Frame superFrame, final int segments, final int bytes)
    {
        final Place first = places.get(place);
        places.set(place, new Place(superFrame, segments, bytes, first.source(), first.remote()));
    }

    @Override
    public void onFlush()
    {
        flushes++;
        for (final Place place : places)
        {
            final Frame frame = place.frame();
            final byte[] header = new byte[VNET_HEADER_LENGTH];
            Arrays.fill(header, (byte)0xA5);
            frame.buffer().putBytes(frame.offset() - VNET_HEADER_LENGTH, header);
            final Frame metadata = new Frame(new UnsafeBuffer(0, 0));
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
