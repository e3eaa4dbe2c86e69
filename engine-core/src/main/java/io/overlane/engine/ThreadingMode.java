// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

/** Which threads an engine runs on. */
public enum ThreadingMode
{
    /** None: the owner calls {@link OverlayEngine#doWork()}. For tests, simulations and event loops. */
    INVOKER,

    /**
     * One thread for both directions. Every port must be able to wake it, which a device cannot, or be among those that
     * {@link EngineContext#idleWait()} waits for; a port added later must be able to.
     */
    SHARED,

    /**
     * One thread polls the ports, one the underlay. The first waits in a port; each further port that cannot wake it,
     * as a device cannot, has a thread that waits for it.
     */
    SPLIT
}
