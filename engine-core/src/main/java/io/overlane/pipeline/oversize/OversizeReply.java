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
 * limit allows. Linux does it where its device is a bridge port; our ports are all of that kind. One thread.
 */
public final class OversizeReply
{
    private final PortGuard guard;
    private final RateLimit limit;
    private final NanoClock clock;
    private final PacketTooBig packetTooBig = new PacketTooBig();

    /**
     * @param guard calls the ports.
     * @param limit of all answers of the engine.
     * @param clock for the limit.
     */
    public OversizeReply(final PortGuard guard, final RateLimit limit, final NanoClock clock)
    {
        this.guard = guard;
        this.limit = limit;
        this.clock = clock;
    }

    /**
     * @param frame        what was too long.
     * @param port         the port it came from.
     * @param portMtu      the largest IP packet that port may send, in bytes.
     * @param longestFrame bytes of a frame that would have fitted.
     * @return true if an answer was sent.
     */
    public boolean send(final Frame frame, final Port port, final int portMtu, final int longestFrame)
    {
        final Frame answer = packetTooBig.build(frame, portMtu, longestFrame);
        return answer != null && limit.take(1, clock.nanoTime()) && guard.offer(port, answer) == DropReason.NONE;
    }
}
