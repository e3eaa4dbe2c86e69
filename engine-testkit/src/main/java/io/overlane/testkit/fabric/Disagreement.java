// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

/** An engine did something else than the model says; it ends the run, because later differences follow from it. */
final class Disagreement extends RuntimeException
{
    private static final long serialVersionUID = 1;

    private final int engine;
    private final long mac;

    /** {@code engine} is its number; {@code mac} that of the station it is about, or 0. */
    Disagreement(final int engine, final long mac, final String message)
    {
        super(message);
        this.engine = engine;
        this.mac = mac;
    }

    int engine()
    {
        return engine;
    }

    long mac()
    {
        return mac;
    }
}
