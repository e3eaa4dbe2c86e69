// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.setting.Setting;
import io.overlane.signal.IdleWait;
import io.overlane.underlay.Underlay;
import org.jspecify.annotations.Nullable;

/**
 * A further queue of an engine's only port. Threads of its own carry frames between its socket and its queue of the
 * device.
 *
 * @param underlay bound to the same address and port as the engine's; the network spreads flows over them.
 * @param port     another queue of the same device, which spreads flows over them too.
 * @param idleWait place where the only thread waits in {@link ThreadingMode#SHARED}; null for the underlay.
 */
public record QueueContext(Underlay underlay, Port port, @Nullable IdleWait idleWait)
{
    /** @throws IllegalArgumentException if there is no underlay or port. */
    public QueueContext
    {
        Setting.notNull("underlay", underlay);
        Setting.notNull("port", port);
    }
}
