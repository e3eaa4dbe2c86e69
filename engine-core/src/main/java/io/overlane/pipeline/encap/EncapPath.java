// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;

/** Carries what one port sends to the underlay. */
public interface EncapPath
{
    /** @return the port whose frames this path carries. */
    Port port();

    /**
     * Send, answer or drop every frame, and count its fate. When this returns the frames are done with.
     *
     * @param batch frames polled from {@link #port()}.
     */
    void encap(FrameBatch batch);
}
