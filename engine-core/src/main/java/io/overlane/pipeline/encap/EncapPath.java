// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;

/** Carries the frames of one port to the underlay. */
public interface EncapPath
{
    /** The port whose frames this path carries. */
    Port port();

    /**
     * Send, answer or drop every frame, and count its fate. When this returns, no frame is in use any more.
     *
     * @param batch frames polled from {@link #port()}.
     */
    void encap(FrameBatch batch);
}
