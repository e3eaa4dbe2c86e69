// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;

/** Carries datagrams that the underlay received to the ports. */
public interface DecapPath
{
    /**
     * Deliver or drop one datagram, and count its fate. The path may keep it, where it lies, until {@link #flush()}.
     *
     * @param datagram a UDP payload.
     * @param tos      outer type of service or traffic class, or {@code ReceiveBatch.TOS_UNKNOWN}.
     */
    void decap(Frame datagram, long sourceHigh, long sourceLow, int tos);

    /** Super-frames that were given to ports so far. Any thread. */
    long superFrames();

    /**
     * Small frames so far that were given to ports alone and may be requests or replies, so that the port's owner
     * answers at once. Thread that carries the datagrams.
     */
    long lone();

    /** Finish with every datagram given so far. */
    void flush();
}
