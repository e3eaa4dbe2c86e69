// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.forwarding.Forwarding;

/** Opens the tables of an engine for tests of other packages that check what the public API does not show. */
public final class Internals
{
    private Internals()
    {
    }

    /**
     * @param engine that no thread runs at the moment.
     * @return its tables.
     */
    public static Forwarding forwarding(final OverlayEngine engine)
    {
        return engine.forwarding();
    }
}
