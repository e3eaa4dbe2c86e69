// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import java.util.Locale;

/** Whether the kernel carries frames of known stations. */
public enum FastPathMode
{
    /** The engine carries all frames. */
    OFF,

    /** The kernel does if it can. */
    AUTO,

    /** The kernel does, at the traffic control of devices; the bridge does not start without. */
    TC;

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
