// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.status.DropReason;

/** Gets the verdict of the outer layers on each packet of a capture, in order. */
@FunctionalInterface
public interface PacketListener
{
    /**
     * One packet was read.
     *
     * @param packetNumber 1 for the first of the capture.
     * @param timestampNs  capture time, in nanoseconds since 1970.
     * @param verdict      {@code NONE} if its datagram, or the one it completed, is polled next.
     */
    void onPacket(long packetNumber, long timestampNs, DropReason verdict);
}
