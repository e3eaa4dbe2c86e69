// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.underlay.Underlay;

/** Guards for tests in which nothing is expected to throw: what does is written to standard error. */
public final class Guards
{
    private Guards()
    {
    }

    public static PortGuard port()
    {
        return new PortGuard(null);
    }

    public static UnderlayGuard underlay(final Underlay underlay)
    {
        return new UnderlayGuard(underlay, null);
    }
}
