// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.setting.Setting;
import io.overlane.signal.IdleWait;
import io.overlane.underlay.Underlay;
import org.jspecify.annotations.Nullable;

/**
 * A further queue of an engine's only port: carried by threads of its own, between a socket and a queue of the device
 * of its own.
 *
 * @param underlay bound to the same address and port as the engine's; the network spreads flows over them.
 * @param port     another queue of the same device, which spreads flows over them too.
 * @param idleWait where the only thread waits in {@link ThreadingMode#SHARED}; null: in the underlay.
 */
public record QueueContext(Underlay underlay, Port port, @Nullable IdleWait idleWait)
{
    /** Refuses a queue of nothing. */
    public QueueContext
    {
        Setting.notNull("underlay", underlay);
        Setting.notNull("port", port);
    }
}
