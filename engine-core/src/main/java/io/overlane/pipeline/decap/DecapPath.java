// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;

/** Carries datagrams the underlay received to the ports. */
public interface DecapPath
{
    /**
     * Deliver or drop one datagram, and count its fate. It may be held, where it lies, until {@link #flush()}.
     *
     * @param datagram   a UDP payload.
     * @param sourceHigh first word of the outer source address.
     * @param sourceLow  second word.
     * @param tos        outer type of service or traffic class, or {@code ReceiveBatch.TOS_UNKNOWN}.
     */
    void decap(Frame datagram, long sourceHigh, long sourceLow, int tos);

    /**
     * Any thread.
     *
     * @return super-frames that were handed to ports so far.
     */
    long superFrames();

    /** Be done with every datagram handed over so far. */
    void flush();
}
