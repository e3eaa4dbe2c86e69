// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.port.RingPort;
import java.util.concurrent.TimeUnit;

/** Frames through a ring, as an application's own thread sends and receives them. */
final class RingFrames
{
    private RingFrames()
    {
    }

    /** There must be room for it. */
    static void put(final RingPort port, final byte[] frame)
    {
        final int index = port.tryClaim(frame.length);
        assertTrue(index > 0, "room for one frame");
        port.buffer().putBytes(index, frame);
        port.commit(index);
    }

    /** Waits until there is one. */
    static byte[] take(final RingPort port)
    {
        final byte[][] taken = new byte[1][];
        while (port.poll((buffer, offset, length) ->
        {
            taken[0] = new byte[length];
            buffer.getBytes(offset, taken[0]);
        }, 1) == 0)
        {
            port.awaitFrames(TimeUnit.SECONDS.toNanos(1));
        }
        return taken[0];
    }
}
