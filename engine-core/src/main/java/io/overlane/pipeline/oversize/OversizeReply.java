// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.PortGuard;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import org.agrona.concurrent.NanoClock;

/**
 * Answers Ethernet frames that are too long for the tunnel, through the port they came from, as often as the engine's
 * limit allows. Linux does so if its device is a port of a bridge, as all our ports are. One thread.
 */
public final class OversizeReply
{
    private final PortGuard guard;
    private final RateLimit limit;
    private final NanoClock clock;
    private final PacketTooBig packetTooBig = new PacketTooBig();

    /** @param limit of all answers of the engine. */
    public OversizeReply(final PortGuard guard, final RateLimit limit, final NanoClock clock)
    {
        this.guard = guard;
        this.limit = limit;
        this.clock = clock;
    }

    /**
     * Answer a frame.
     *
     * @param portMtu      the largest IP packet that the port may send, in bytes.
     * @param longestFrame bytes of the longest frame that would have fitted.
     * @return bytes of the answer; 0 if none was sent.
     */
    public int send(final Frame frame, final Port port, final int portMtu, final int longestFrame)
    {
        final Frame answer = packetTooBig.build(frame, portMtu, longestFrame);
        return answer != null && limit.take(1, clock.nanoTime()) && guard.offer(port, answer) == DropReason.NONE ?
            answer.length() :
            0;
    }
}
