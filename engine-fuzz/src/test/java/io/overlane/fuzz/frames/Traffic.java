// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;

/** What enters an engine, and how the port and the underlay answer to what leaves it. */
interface Traffic
{
    /** The bytes of one datagram and where it came from. */
    final class Arrival
    {
        /** First word of the source. */
        long high;
        /** Second word. */
        long low;
        /** UDP port of the source. */
        int port;
        /** Type of service; negative if unknown. */
        int tos;
        /** Bytes of each joined datagram; 0 for a single one. */
        int segmentSize;
    }

    /** True if a frame for the ports is left. */
    boolean hasFrame();

    /** Fill a slot with the next frame. */
    void frame(Frame slot);

    /** True if a datagram is left. */
    boolean hasDatagram();

    /** Fill a slot with the next datagram. */
    void datagram(Frame slot, Arrival arrival);

    /** The verdict of a port or an underlay that need not take what it could. */
    DropReason verdict(DropReason refusal);
}
