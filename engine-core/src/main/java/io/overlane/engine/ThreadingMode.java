package io.overlane.engine;

/** Which threads an engine runs on. */
public enum ThreadingMode
{
    /** None: the owner calls {@link OverlayEngine#doWork()}. For tests, simulations and event loops. */
    INVOKER,

    /**
     * One thread for both directions. Every port must be able to wake it, which a device cannot, or be among those that
     * {@link EngineContext#idleWait()} waits for.
     */
    SHARED,

    /** One thread polls the ports, one the underlay. A device must then be the only port. */
    SPLIT
}
