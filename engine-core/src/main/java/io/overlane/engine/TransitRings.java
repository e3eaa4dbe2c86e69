// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.pipeline.encap.EncapPath;
import io.overlane.pipeline.stage.Transit;
import io.overlane.port.RingPort;
import io.overlane.port.RingPortContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Connects the thread of each underlay with that of its ports, before the first stage or gateway needs that. Any
 * thread.
 */
final class TransitRings
{
    private final List<Worker> workers;
    private @Nullable CompletableFuture<Void> opened;

    TransitRings(final List<Worker> workers)
    {
        this.workers = workers;
    }

    /** Completes when the threads can hand frames to each other. */
    synchronized CompletableFuture<Void> open()
    {
        if (opened == null)
        {
            opened = CompletableFuture.allOf(
                workers.stream().map(TransitRings::open).toArray(CompletableFuture[]::new));
        }
        return opened;
    }

    private static CompletableFuture<Void> open(final Worker worker)
    {
        final RingPort ring =
            new RingPort(new RingPortContext().name("transit").mtu(Transit.MTU).capacity(Transit.CAPACITY));
        final EncapPath path = worker.paths().transitPath(ring);
        return worker.portCommands()
            .perform(() -> worker.encapAgent().add(path))
            .thenCompose(none -> worker.underlayCommands().perform(() -> worker.paths().transit().open(ring)));
    }
}
