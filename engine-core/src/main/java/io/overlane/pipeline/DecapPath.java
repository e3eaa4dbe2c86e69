package io.overlane.pipeline;

import io.overlane.underlay.ReceiveBatch;

/** Carries what the underlay received to the ports. */
public interface DecapPath
{
    /**
     * Deliver or drop every datagram, and count its fate. When this returns the datagrams are done with.
     *
     * @param batch entries polled from the underlay.
     */
    void decap(ReceiveBatch batch);
}
