// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.port.RingPort;
import java.util.concurrent.TimeUnit;

/** Sends and receives frames through a ring, as a thread of an application does. */
public final class RingFrames
{
    private RingFrames()
    {
    }

    /** The ring must have room for the frame. */
    public static void put(final RingPort port, final byte[] frame)
    {
        final int index = port.tryClaim(frame.length);
        assertTrue(index > 0, "room for one frame");
        port.buffer().putBytes(index, frame);
        port.commit(index);
    }

    /** Waits until there is a frame. */
    public static byte[] take(final RingPort port)
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
