// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import static io.overlane.capture.CaptureRecord.BITS_OFFSET;
import static io.overlane.capture.CaptureRecord.DECAP_BIT;
import static io.overlane.capture.CaptureRecord.ID_OFFSET;
import static io.overlane.capture.CaptureRecord.PIECES_OFFSET;
import static io.overlane.capture.CaptureRecord.PIECE_OFFSET;
import static io.overlane.capture.CaptureRecord.QUEUE_SHIFT;

import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * Numbers the packets of a capture. The views of a flooded frame come one after the other from one thread of the engine
 * and share a number; the pieces of one view are packets of their own. One thread.
 */
final class PacketIds
{
    private long last;
    private long[] fates = new long[2];
    private long[] bases = new long[2];

    long of(final DirectBuffer ring, final int index)
    {
        final int bits = ring.getInt(index + BITS_OFFSET);
        final int thread = bits >>> QUEUE_SHIFT << 1 | ((bits & DECAP_BIT) == 0 ? 0 : 1);
        if (thread >= fates.length)
        {
            fates = Arrays.copyOf(fates, thread + 2);
            bases = Arrays.copyOf(bases, thread + 2);
        }
        final long fate = ring.getLong(index + ID_OFFSET);
        if (fates[thread] != fate)
        {
            fates[thread] = fate;
            bases[thread] = last + 1;
            last += ring.getInt(index + PIECES_OFFSET);
        }
        return bases[thread] + ring.getInt(index + PIECE_OFFSET);
    }
}
