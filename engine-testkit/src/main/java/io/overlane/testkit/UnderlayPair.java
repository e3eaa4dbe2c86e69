// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.address.Vtep;
import io.overlane.underlay.Underlay;

/**
 * Two endpoints connected by a wire without delay or loss: the smallest network for a test of two engines.
 * {@link MemoryFabric} has more ends, delays and MTUs.
 */
public final class UnderlayPair implements AutoCloseable
{
    private final Underlay left;
    private final Underlay right;

    public UnderlayPair(final Vtep left, final Vtep right)
    {
        final MemoryFabric fabric = new MemoryFabric(() -> 0);
        this.left = fabric.attach(left);
        this.right = fabric.attach(right);
    }

    /** @return one end. */
    public Underlay left()
    {
        return left;
    }

    /** @return the other end. */
    public Underlay right()
    {
        return right;
    }

    @Override
    public void close()
    {
        left.close();
        right.close();
    }
}
