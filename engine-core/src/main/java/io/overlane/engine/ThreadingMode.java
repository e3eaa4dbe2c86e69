// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

/** The threads of an engine. */
public enum ThreadingMode
{
    /** No thread: the owner calls {@link OverlayEngine#doWork()}. For tests, simulations and event loops. */
    INVOKER,

    /**
     * One thread for both directions. Each port must be able to wake it, which a device cannot, unless the thread waits
     * for the port in the {@link EngineContext#idleWait(io.overlane.signal.IdleWait) idleWait}.
     */
    SHARED,

    /**
     * One thread polls the ports, another the underlay. The first waits for all ports together; a port that does not
     * allow that gets a thread that waits for it.
     */
    SPLIT
}
