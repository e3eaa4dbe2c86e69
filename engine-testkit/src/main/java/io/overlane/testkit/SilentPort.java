// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;

/** A port without frames, which keeps none. A test overrides the methods that it looks at. */
public class SilentPort implements Port
{
    private final String name;

    public SilentPort(final String name)
    {
        this.name = name;
    }

    @Override
    public String name()
    {
        return name;
    }

    @Override
    public int mtu()
    {
        return 1450;
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        return 0;
    }

    @Override
    public void offer(final FrameBatch batch)
    {
    }

    @Override
    public void await(final long timeoutNs)
    {
    }

    @Override
    public void wake()
    {
    }

    @Override
    public void close()
    {
    }
}
