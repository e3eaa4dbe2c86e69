// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import io.overlane.address.Vtep;
import io.overlane.port.Port;
import io.overlane.setting.Setting;
import org.jspecify.annotations.Nullable;

/**
 * A port or a remote to which a stage sends frames or copies. Name it in {@link StageContext#target}: the engine then
 * finds it once and not for each frame.
 */
public final class StageTarget
{
    private final @Nullable Port port;
    private final @Nullable Vtep remote;

    private StageTarget(final @Nullable Port port, final @Nullable Vtep remote)
    {
        this.port = port;
        this.remote = remote;
    }

    /**
     * @param port any port. If it is in no segment of the engine, the engine neither polls nor closes it.
     * @return the target.
     */
    public static StageTarget port(final Port port)
    {
        return new StageTarget(Setting.notNull("port", port), null);
    }

    /**
     * @param remote gets frames with the VNI of their segment.
     * @return the target.
     */
    public static StageTarget remote(final Vtep remote)
    {
        return new StageTarget(null, Setting.notNull("remote", remote));
    }

    /** @return the port; null if the target is a remote. */
    public @Nullable Port port()
    {
        return port;
    }

    /** @return the remote; null if the target is a port. */
    public @Nullable Vtep remote()
    {
        return remote;
    }

    @Override
    public String toString()
    {
        return port == null ? "remote " + remote : "port " + port.name();
    }
}
