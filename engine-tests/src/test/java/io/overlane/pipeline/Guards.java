// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.fate.Fate;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.pipeline.stage.Transit;
import io.overlane.underlay.Underlay;
import org.agrona.concurrent.SystemNanoClock;

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

    /** Of no application. */
    public static ThreadStages stages()
    {
        return new ThreadStages(Fate.Direction.DECAP, SystemNanoClock.INSTANCE, null);
    }

    public static Transit transit(final Fates fates)
    {
        return new Transit(fates);
    }

    public static UnderlayGuard underlay(final Underlay underlay)
    {
        return new UnderlayGuard(underlay, null);
    }
}
