// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.ebpf.DecapHook;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether the kernel carries frames of known stations. */
public enum FastPathMode
{
    /** The engine carries all frames. */
    OFF(null),

    /** The kernel does if it can. */
    AUTO(DecapHook.AUTO),

    /** The kernel does, at the traffic control of devices; the bridge does not start without. */
    TC(DecapHook.TC),

    /** The kernel does, and decapsulates in the driver of the device; the bridge does not start without. */
    XDP(DecapHook.XDP);

    private final @Nullable DecapHook hook;

    FastPathMode(final @Nullable DecapHook hook)
    {
        this.hook = hook;
    }

    /** Where the kernel decapsulates; null if it does not. */
    public @Nullable DecapHook hook()
    {
        return hook;
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
