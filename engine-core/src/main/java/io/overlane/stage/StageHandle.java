// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import java.util.concurrent.CompletableFuture;

/** A stage in an engine, until this is closed. Any thread. */
public interface StageHandle extends AutoCloseable
{
    /** @return completes when the stage sees all frames that are polled from then on; exceptionally if it cannot. */
    CompletableFuture<Void> inForce();

    /**
     * Remove the stage; no frame is lost. Any number of times. Returns when the stage sees no more frames; on a thread
     * of an engine and in {@code ThreadingMode.INVOKER} it does not wait, and the stage sees frames until the engine's
     * threads have run their commands. Throws nothing.
     */
    @Override
    void close();
}
