// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;
import io.overlane.underlay.ReceiveBatch;
import java.util.Arrays;

/**
 * Gives every datagram of a batch to a path. Datagrams that the kernel joined (UDP_GRO) are cut into frames where they
 * lie.
 *
 * <p>The headroom of such a piece is the end of the piece before it. A port takes frames in order, so it writes there
 * only after it took the piece before.
 */
public final class DatagramFeed
{
    /** Pieces processed before a flush; a datagram that UDP_GRO joined has up to 64. */
    private static final int MAX_PIECES = 1024;

    private final DecapPath path;
    /** Made with the first datagram that was joined: they take a tenth of a megabyte, and many underlays join none. */
    private Frame[] views = {};
    private int used;

    public DatagramFeed(final DecapPath path)
    {
        this.path = path;
    }

    /** Carry the entries of a batch. When this returns, no datagram is in use any more. */
    public void feed(final ReceiveBatch batch)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.frame(i);
            final int segmentSize = batch.segmentSize(i);
            final int length = frame.length();
            final int step = segmentSize == 0 ? length : segmentSize;
            int offset = 0;
            // One call of the path, because the compiler may put the whole path in the place of each.
            do
            {
                final Frame piece = segmentSize == 0 ?
                    frame : piece(frame, offset, Math.min(segmentSize, length - offset));
                path.decap(piece, batch.sourceHigh(i), batch.sourceLow(i), batch.tos(i));
                offset += step;
            }
            while (offset < length);
        }
        flush();
    }

    private Frame piece(final Frame joined, final int offset, final int length)
    {
        if (views.length == 0)
        {
            views = new Frame[MAX_PIECES];
            Arrays.setAll(views, i -> new Frame(joined.buffer()));
        }
        if (used == views.length)
        {
            flush();
        }
        return views[used++].wrap(joined.buffer(), joined.offset() + offset, length);
    }

    private void flush()
    {
        path.flush();
        used = 0;
    }
}
