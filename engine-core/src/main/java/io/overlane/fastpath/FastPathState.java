// SPDX-License-Identifier: Apache-2.0
package io.overlane.fastpath;

import java.util.Locale;

/** Whether a fast path carries frames. */
public enum FastPathState
{
    /** There is none: none was wanted, it could not be opened, or it failed. The engine carries all frames. */
    OFF,

    /** It is open, and stands still: the engine carries all frames for some time. */
    HELD,

    /** It carries the frames that it may carry. */
    ON;

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
